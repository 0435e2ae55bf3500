package io.firmament.analysis.advisory.version;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Alpine package versions: `digits{.digits}[letter]{_suffix[digits]}[~hash][-rN]`.
///
/// The suffixes `alpha beta pre rc` are before the release, `cvs svn git hg p` after it.
public final class ApkVersions implements VersionScheme {
  private static final Pattern FORM =
      Pattern.compile(
          "(\\d+(?:\\.\\d+)*)([a-z])?((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)\\d*)*)(?:~[0-9a-f]+)?(?:-r(\\d+))?");
  private static final Pattern SUFFIX = Pattern.compile("_([a-z]+)(\\d*)");
  private static final List<String> BEFORE = List.of("alpha", "beta", "pre", "rc");
  private static final List<String> AFTER = List.of("cvs", "svn", "git", "hg", "p");

  @Override
  public String name() {
    return "apk";
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
    int byNumbers = compareNumbers(l.group(1), r.group(1));
    if (byNumbers != 0) {
      return byNumbers;
    }
    int byLetter = text(l, 2).compareTo(text(r, 2));
    if (byLetter != 0) {
      return byLetter;
    }
    int bySuffixes = compareSuffixes(text(l, 3), text(r, 3));
    return bySuffixes != 0 ? bySuffixes : Digits.compare(text(l, 4), text(r, 4));
  }

  /// The first number counts as a number; a later one with a leading zero as a decimal fraction;
  /// more numbers are newer.
  private static int compareNumbers(String left, String right) {
    String[] l = left.split("\\.", -1);
    String[] r = right.split("\\.", -1);
    for (int i = 0; i < Math.min(l.length, r.length); i++) {
      boolean fraction = i > 0 && (l[i].startsWith("0") || r[i].startsWith("0"));
      int byNumber = fraction ? l[i].compareTo(r[i]) : Digits.compare(l[i], r[i]);
      if (byNumber != 0) {
        return byNumber;
      }
    }
    return Integer.compare(l.length, r.length);
  }

  private static int compareSuffixes(String left, String right) {
    Matcher l = SUFFIX.matcher(left);
    Matcher r = SUFFIX.matcher(right);
    while (true) {
      boolean hasLeft = l.find();
      boolean hasRight = r.find();
      int byRank = Integer.compare(hasLeft ? rank(l.group(1)) : 0, hasRight ? rank(r.group(1)) : 0);
      if (byRank != 0 || !hasLeft) {
        return byRank;
      }
      int byNumber = Digits.compare(l.group(2), r.group(2));
      if (byNumber != 0) {
        return byNumber;
      }
    }
  }

  private static int rank(String suffix) {
    int before = BEFORE.indexOf(suffix);
    return before >= 0 ? before - BEFORE.size() : AFTER.indexOf(suffix) + 1;
  }

  private static String text(Matcher matcher, int group) {
    String text = matcher.group(group);
    return text == null ? "" : text;
  }
}
