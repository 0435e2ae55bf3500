package io.firmament.analysis.advisory.feeds;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The names of a package URL, decoded.
///
/// @param type in lower case
/// @param namespace empty where none
public record Purl(String type, String namespace, String name) {
  private static final Pattern FORM =
      Pattern.compile("pkg:(?<type>[A-Za-z0-9.+-]+)/(?:(?<space>[^@?#]+)/)?(?<name>[^/@?#]+).*");
  private static final Set<String> OF_DISTRIBUTIONS = Set.of("deb", "apk", "rpm", "opkg");

  /// Empty for what is none.
  public static Optional<Purl> parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      return Optional.empty();
    }
    String space = form.group("space") == null ? "" : decoded(form.group("space"));
    return Optional.of(
        new Purl(form.group("type").toLowerCase(Locale.ROOT), space, decoded(form.group("name"))));
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }

  /// Whether it is a package of a distribution, which the namespace names.
  public boolean isOfDistribution() {
    return OF_DISTRIBUTIONS.contains(type);
  }

  /// Namespace and name as the ecosystem joins them.
  public String ecosystemName() {
    return switch (type) {
      case "deb", "apk", "rpm", "opkg" -> name;
      case "maven" -> namespace + ":" + name;
      case "pypi" -> name.toLowerCase(Locale.ROOT).replaceAll("[-_.]+", "-");
      default -> namespace.isEmpty() ? name : namespace + "/" + name;
    };
  }
}
