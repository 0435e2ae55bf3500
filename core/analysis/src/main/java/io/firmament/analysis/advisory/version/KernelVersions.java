package io.firmament.analysis.advisory.version;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Linux kernel releases: `x[.y[.z[.w]]][-rcN][-localversion]`; the local version does not count.
public final class KernelVersions implements VersionScheme {
  private static final Pattern FORM =
      Pattern.compile(
          "v?(\\d+)(?:\\.(\\d+))?(?:\\.(\\d+))?(?:\\.(\\d+))?(?:[-_.]?rc(\\d+))?(?:[-+_ ~].*)?");

  @Override
  public String name() {
    return "kernel";
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
    for (int group = 1; group <= 4; group++) {
      int byNumber = Digits.compare(text(l, group), text(r, group));
      if (byNumber != 0) {
        return byNumber;
      }
    }
    String leftCandidate = text(l, 5);
    String rightCandidate = text(r, 5);
    if (leftCandidate.isEmpty() || rightCandidate.isEmpty()) {
      return Boolean.compare(leftCandidate.isEmpty(), rightCandidate.isEmpty());
    }
    return Digits.compare(leftCandidate, rightCandidate);
  }

  private static String text(Matcher matcher, int group) {
    String text = matcher.group(group);
    return text == null ? "" : text;
  }
}
