package io.firmament.analysis.advisory.version;

/// npm versions: Semantic Versioning with the prefixes that node-semver strips, `v` and `=`.
public final class NpmVersions implements VersionScheme {
  private final SemanticVersions same = new SemanticVersions();

  @Override
  public String name() {
    return "npm";
  }

  @Override
  public boolean reads(String version) {
    return same.reads(stripped(version));
  }

  @Override
  public int compare(String left, String right) {
    return same.compare(stripped(left), stripped(right));
  }

  private static String stripped(String version) {
    return version.strip().replaceFirst("^[=v\\s]+", "");
  }
}
