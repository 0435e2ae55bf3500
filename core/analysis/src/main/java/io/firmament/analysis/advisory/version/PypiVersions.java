package io.firmament.analysis.advisory.version;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Python versions after PEP 440: `[N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]`.
public final class PypiVersions implements VersionScheme {
  /// PEP 440, appendix B, in the forms that it says are normalised to others.
  private static final Pattern FORM =
      Pattern.compile(
          "v?(?:(?<epoch>\\d+)!)?(?<release>\\d+(?:\\.\\d+)*)"
              + "(?:[-_.]?(?<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<preNumber>\\d*))?"
              + "(?<post>-(?<implicit>\\d+)|[-_.]?(?:post|rev|r)[-_.]?(?<postNumber>\\d*))?"
              + "(?<dev>[-_.]?dev[-_.]?(?<devNumber>\\d*))?"
              + "(?:\\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?");

  @Override
  public String name() {
    return "pypi";
  }

  @Override
  public boolean reads(String version) {
    return matcher(version).matches();
  }

  private static Matcher matcher(String version) {
    return FORM.matcher(version.strip().toLowerCase(Locale.ROOT));
  }

  @Override
  public int compare(String left, String right) {
    Matcher l = matcher(left);
    Matcher r = matcher(right);
    boolean leftReads = l.matches();
    boolean rightReads = r.matches();
    if (!leftReads || !rightReads) {
      return Unread.compare(left, leftReads, right, rightReads);
    }
    int byEpoch = Digits.compare(text(l, "epoch"), text(r, "epoch"));
    if (byEpoch != 0) {
      return byEpoch;
    }
    int byRelease = compareRelease(l.group("release"), r.group("release"));
    if (byRelease != 0) {
      return byRelease;
    }
    int byPre = Integer.compare(stage(l), stage(r));
    if (byPre != 0) {
      return byPre;
    }
    int byPreNumber = Digits.compare(text(l, "preNumber"), text(r, "preNumber"));
    if (byPreNumber != 0) {
      return byPreNumber;
    }
    int byPost = comparePresent(l.group("post") != null, post(l), r.group("post") != null, post(r));
    if (byPost != 0) {
      return byPost;
    }
    boolean leftDev = l.group("dev") != null;
    boolean rightDev = r.group("dev") != null;
    if (leftDev != rightDev) {
      return leftDev ? -1 : 1;
    }
    int byDev = Digits.compare(text(l, "devNumber"), text(r, "devNumber"));
    return byDev != 0 ? byDev : compareLocal(text(l, "local"), text(r, "local"));
  }

  /// Number by number; missing ones are zero.
  private static int compareRelease(String left, String right) {
    String[] l = left.split("\\.", -1);
    String[] r = right.split("\\.", -1);
    for (int i = 0; i < Math.max(l.length, r.length); i++) {
      int byNumber = Digits.compare(i < l.length ? l[i] : "", i < r.length ? r[i] : "");
      if (byNumber != 0) {
        return byNumber;
      }
    }
    return 0;
  }

  /// A development release of the release itself is before its alphas; the release is after its
  /// candidates, and so are its post-releases.
  private static int stage(Matcher version) {
    String pre = version.group("pre");
    if (pre == null) {
      return version.group("post") == null && version.group("dev") != null ? 0 : 4;
    }
    return switch (pre) {
      case "a", "alpha" -> 1;
      case "b", "beta" -> 2;
      default -> 3;
    };
  }

  private static String post(Matcher version) {
    String implicit = version.group("implicit");
    return implicit == null ? text(version, "postNumber") : implicit;
  }

  private static int comparePresent(boolean left, String l, boolean right, String r) {
    return left == right ? Digits.compare(l, r) : Boolean.compare(left, right);
  }

  /// "local version labels ... numeric segments always compare as greater than lexicographic";
  /// none is before any.
  private static int compareLocal(String left, String right) {
    if (left.isEmpty() || right.isEmpty()) {
      return Boolean.compare(!left.isEmpty(), !right.isEmpty());
    }
    String[] l = left.split("[-_.]", -1);
    String[] r = right.split("[-_.]", -1);
    for (int i = 0; i < Math.min(l.length, r.length); i++) {
      boolean leftNumber = Digits.end(l[i], 0) == l[i].length();
      boolean rightNumber = Digits.end(r[i], 0) == r[i].length();
      int bySegment =
          leftNumber != rightNumber
              ? Boolean.compare(leftNumber, rightNumber)
              : leftNumber ? Digits.compare(l[i], r[i]) : l[i].compareTo(r[i]);
      if (bySegment != 0) {
        return bySegment;
      }
    }
    return Integer.compare(l.length, r.length);
  }

  private static String text(Matcher matcher, String group) {
    String text = matcher.group(group);
    return text == null ? "" : text;
  }
}
