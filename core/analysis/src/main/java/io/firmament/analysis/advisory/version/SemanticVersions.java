package io.firmament.analysis.advisory.version;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Semantic Versioning 2.0.0; missing minor and patch numbers are zero, build metadata is ignored.
public final class SemanticVersions implements VersionScheme {
  private static final Pattern FORM =
      Pattern.compile(
          "v?(\\d+)(?:\\.(\\d+))?(?:\\.(\\d+))?(?:-([0-9A-Za-z.-]+))?(?:\\+[0-9A-Za-z.-]+)?");

  @Override
  public String name() {
    return "semver";
  }

  @Override
  public boolean reads(String version) {
    return FORM.matcher(version).matches();
  }

  @Override
  public int compare(String left, String right) {
    Matcher l = FORM.matcher(left);
    Matcher r = FORM.matcher(right);
    boolean leftReads = l.matches();
    boolean rightReads = r.matches();
    if (!leftReads || !rightReads) {
      return Unread.compare(left, leftReads, right, rightReads);
    }
    for (int group = 1; group <= 3; group++) {
      int byNumber = Digits.compare(text(l, group), text(r, group));
      if (byNumber != 0) {
        return byNumber;
      }
    }
    return comparePreRelease(text(l, 4), text(r, 4));
  }

  /// Clause 11.3: "a pre-release version has lower precedence than a normal version"; 11.4: numeric
  /// identifiers numerically and before others, "a larger set of pre-release fields" is higher.
  private static int comparePreRelease(String left, String right) {
    if (left.isEmpty() || right.isEmpty()) {
      return Boolean.compare(left.isEmpty(), right.isEmpty());
    }
    String[] l = left.split("\\.", -1);
    String[] r = right.split("\\.", -1);
    for (int i = 0; i < Math.min(l.length, r.length); i++) {
      int byIdentifier = compareIdentifier(l[i], r[i]);
      if (byIdentifier != 0) {
        return byIdentifier;
      }
    }
    return Integer.compare(l.length, r.length);
  }

  private static int compareIdentifier(String left, String right) {
    boolean leftNumber = !left.isEmpty() && Digits.end(left, 0) == left.length();
    boolean rightNumber = !right.isEmpty() && Digits.end(right, 0) == right.length();
    if (leftNumber && rightNumber) {
      return Digits.compare(left, right);
    }
    if (leftNumber != rightNumber) {
      return leftNumber ? -1 : 1;
    }
    return left.compareTo(right);
  }

  private static String text(Matcher matcher, int group) {
    String text = matcher.group(group);
    return text == null ? "" : text;
  }
}
