package io.firmament.analysis.advisory.version;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// OpenSSL versions: before 3.0 a letter, or `z` and a letter, marks the patch release.
public final class OpensslVersions implements VersionScheme {
  private static final Pattern FORM =
      Pattern.compile(
          "(\\d+)\\.(\\d+)(?:\\.(\\d+))?((?!alpha|beta|pre|dev|rc)[a-z]{0,3})(?:-?(alpha|beta|pre|dev|rc)-?(\\d*))?(?:[-+_](?:fips|dev).*)?");

  @Override
  public String name() {
    return "openssl-letters";
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
    int byLetters = compareLetters(text(l, 4), text(r, 4));
    if (byLetters != 0) {
      return byLetters;
    }
    int byStage = stage(text(l, 5)).compareTo(stage(text(r, 5)));
    return byStage != 0 ? byStage : Digits.compare(text(l, 6), text(r, 6));
  }

  /// After `z` comes `za`: the longer is the later.
  private static int compareLetters(String left, String right) {
    int byLength = Integer.compare(left.length(), right.length());
    return byLength != 0 ? byLength : left.compareTo(right);
  }

  /// The word itself, except that the release is after all of them and `dev` before.
  private static String stage(String word) {
    if (word.isEmpty()) {
      return "~";
    }
    return word.equals("dev") ? "" : word;
  }

  private static String text(Matcher matcher, int group) {
    String text = matcher.group(group);
    return text == null ? "" : text;
  }
}
