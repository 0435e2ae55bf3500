package io.firmament.platform.registry;

import io.firmament.platform.rollout.Invalid;
import java.util.Optional;
import java.util.regex.Pattern;

/// The name of a repository within a registry (distribution-spec, "Pulling manifests"): components
/// of lower-case letters and digits, separated within by `.`, `_`, `__` or dashes.
///
/// @param value `library/nginx`; at most 255 characters
public record RepositoryName(String value) implements Comparable<RepositoryName> {
  private static final String FIELD = "repository";
  private static final int MAX = 255;
  private static final Pattern PATTERN =
      Pattern.compile(
          "[a-z0-9]++(?:(?:\\.|__?|-++)[a-z0-9]++)*+(?:/[a-z0-9]++(?:(?:\\.|__?|-++)[a-z0-9]++)*+)*+");

  public RepositoryName {
    Invalid.unless(
        value.length() <= MAX && PATTERN.matcher(value).matches(),
        FIELD,
        "is no name of a repository: components of lower-case letters, digits and . _ -");
  }

  /// Reads what people write for a repository of a registry: the host before it goes, and a single
  /// name on Docker Hub is one of its own library.
  public static RepositoryName parse(RegistryHost host, String text) {
    String name = text.strip();
    Invalid.unless(!name.isEmpty(), FIELD, "is missing");
    Invalid.unless(name.length() <= 2 * MAX, FIELD, "is too long");
    int slash = name.indexOf('/');
    if (slash > 0 && looksLikeHost(name.substring(0, slash))) {
      RegistryHost named = RegistryHost.parse(name.substring(0, slash));
      Invalid.unless(named.equals(host), FIELD, "is of another registry, " + named);
      name = name.substring(slash + 1);
    }
    Invalid.unless(
        name.indexOf(':') < 0 && name.indexOf('@') < 0,
        FIELD,
        "has a tag or a digest in it; these have fields of their own");
    return new RepositoryName(expanded(host, name));
  }

  static boolean looksLikeHost(String component) {
    return component.contains(".") || component.contains(":") || component.equals("localhost");
  }

  static String expanded(RegistryHost host, String name) {
    return host.isDockerHub() && name.indexOf('/') < 0 ? "library/" + name : name;
  }

  /// Empty for a text that can be no name.
  public static Optional<RepositoryName> find(String text) {
    return text.length() <= MAX && PATTERN.matcher(text).matches()
        ? Optional.of(new RepositoryName(text))
        : Optional.empty();
  }

  /// Its last component.
  public String last() {
    return value.substring(value.lastIndexOf('/') + 1);
  }

  @Override
  public int compareTo(RepositoryName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
