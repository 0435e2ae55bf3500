package io.firmament.analysis.advisory.version;

/// RPM versions, `[epoch:]version[-release]`, segment by segment as rpmvercmp orders them, with
/// `~` before and `^` after everything. A missing release is before all others: rpm lets it equal
/// any,
/// which is no order.
public final class RpmVersions implements VersionScheme {
  @Override
  public String name() {
    return "rpm";
  }

  @Override
  public boolean reads(String version) {
    return version.chars().anyMatch(c -> Digits.isDigit((char) c));
  }

  @Override
  public int compare(String left, String right) {
    int byEpoch = Digits.compare(epoch(left), epoch(right));
    if (byEpoch != 0) {
      return byEpoch;
    }
    String[] l = rest(left);
    String[] r = rest(right);
    int byVersion = compareLabel(l[0], r[0]);
    return byVersion != 0 ? byVersion : compareLabel(l[1], r[1]);
  }

  private static String epoch(String version) {
    int colon = version.indexOf(':');
    return colon < 0 ? "0" : version.substring(0, colon);
  }

  private static String[] rest(String version) {
    String rest = version.substring(version.indexOf(':') + 1);
    int dash = rest.lastIndexOf('-');
    return dash < 0
        ? new String[] {rest, ""}
        : new String[] {rest.substring(0, dash), rest.substring(dash + 1)};
  }

  private static int compareLabel(String left, String right) {
    int l = 0;
    int r = 0;
    while (true) {
      l = skipSeparators(left, l);
      r = skipSeparators(right, r);
      char lc = l < left.length() ? left.charAt(l) : 0;
      char rc = r < right.length() ? right.charAt(r) : 0;
      if (lc == '~' || rc == '~') {
        if (lc != rc) {
          return lc == '~' ? -1 : 1;
        }
        l++;
        r++;
        continue;
      }
      if (lc == '^' || rc == '^') {
        if (lc != rc) {
          return caret(lc, rc);
        }
        l++;
        r++;
        continue;
      }
      if (lc == 0 || rc == 0) {
        return Boolean.compare(lc != 0, rc != 0);
      }
      int leftEnd = segmentEnd(left, l);
      int rightEnd = segmentEnd(right, r);
      int bySegment = compareSegment(left.substring(l, leftEnd), right.substring(r, rightEnd));
      if (bySegment != 0) {
        return bySegment;
      }
      l = leftEnd;
      r = rightEnd;
    }
  }

  /// A caret is after the end, but before any other segment.
  private static int caret(char left, char right) {
    if (left == '^') {
      return right == 0 ? 1 : -1;
    }
    return left == 0 ? -1 : 1;
  }

  /// A number is newer than letters.
  private static int compareSegment(String left, String right) {
    boolean leftNumber = Digits.isDigit(left.charAt(0));
    boolean rightNumber = Digits.isDigit(right.charAt(0));
    if (leftNumber != rightNumber) {
      return leftNumber ? 1 : -1;
    }
    return leftNumber ? Digits.compare(left, right) : left.compareTo(right);
  }

  private static int skipSeparators(String text, int from) {
    int at = from;
    while (at < text.length()
        && !isAlphanumeric(text.charAt(at))
        && "~^".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return at;
  }

  private static int segmentEnd(String text, int from) {
    if (Digits.isDigit(text.charAt(from))) {
      return Digits.end(text, from);
    }
    int end = from;
    while (end < text.length()
        && isAlphanumeric(text.charAt(end))
        && !Digits.isDigit(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static boolean isAlphanumeric(char c) {
    return Digits.isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
}
