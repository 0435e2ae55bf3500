package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.feeds.PackageVersions;
import io.firmament.base.finding.Component;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A package by the name that its ecosystem knows it under.
///
/// @param type of the package URL
/// @param name with its namespace as the ecosystem joins them; of a distribution's package the
///     source package
/// @param system the distribution, for example `debian`; empty where none
/// @param release of the distribution, for example `11`; empty where none
record PackageName(String type, String name, String system, String release) {
  private static final Pattern PURL =
      Pattern.compile("pkg:(?<type>[A-Za-z0-9.+-]+)/(?:(?<space>[^@?#]+)/)?(?<name>[^/@?#]+).*");

  static Optional<PackageName> of(Component component) {
    Matcher purl = PURL.matcher(component.purl() == null ? "" : component.purl());
    if (!purl.matches()) {
      return Optional.empty();
    }
    String type = purl.group("type");
    String space = purl.group("space") == null ? "" : decoded(purl.group("space"));
    String name = decoded(purl.group("name"));
    return Optional.of(
        switch (type) {
          case "deb", "apk", "rpm", "opkg" -> {
            String source = component.sourcePackage();
            String label = component.distribution() == null ? "" : component.distribution();
            int dash = label.indexOf('-');
            yield new PackageName(
                type,
                source == null ? name : source,
                dash < 0 ? label : label.substring(0, dash),
                label.substring(dash + 1));
          }
          case "maven" -> new PackageName(type, space + ":" + name, "", "");
          case "pypi" ->
              new PackageName(
                  type, name.toLowerCase(java.util.Locale.ROOT).replaceAll("[-_.]+", "-"), "", "");
          default -> new PackageName(type, space.isEmpty() ? name : space + "/" + name, "", "");
        });
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }

  String typeAndName() {
    return type + "/" + name;
  }

  /// Whether the advisory's package is this one, in this release of its distribution.
  boolean isMeant(PackageVersions affected) {
    boolean released =
        affected.release().isEmpty()
            || release.equals(affected.release())
            || release.startsWith(affected.release() + ".");
    return affected.type().equals(type)
        && affected.name().equals(name)
        && (affected.system().isEmpty() || affected.system().equals(system))
        && released;
  }
}
