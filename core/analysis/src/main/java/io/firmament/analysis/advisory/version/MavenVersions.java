package io.firmament.analysis.advisory.version;

import org.apache.maven.artifact.versioning.ComparableVersion;

/// Maven versions in the order of Maven itself.
public final class MavenVersions implements VersionScheme {
  /// Maven nests a list for each dash; longer texts would nest too deeply to be compared.
  private static final int LONGEST = 200;

  @Override
  public String name() {
    return "maven";
  }

  @Override
  public boolean reads(String version) {
    return !version.isEmpty()
        && version.length() <= LONGEST
        && version.chars().allMatch(c -> c > ' ' && c < 0x7f)
        && Digits.isDigit(version.charAt(0));
  }

  @Override
  public int compare(String left, String right) {
    boolean l = reads(left);
    boolean r = reads(right);
    return l && r
        ? new ComparableVersion(left).compareTo(new ComparableVersion(right))
        : Unread.compare(left, l, right, r);
  }
}
