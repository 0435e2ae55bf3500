package io.firmament.analysis.advisory.version;

/// Runs of decimal digits of any length, compared as numbers.
final class Digits {
  private Digits() {}

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /// Where the run of digits that starts at `from` ends.
  static int end(String text, int from) {
    int end = from;
    while (end < text.length() && isDigit(text.charAt(end))) {
      end++;
    }
    return end;
  }

  /// Compares two runs as numbers; an empty run is zero.
  static int compare(
      String left, int leftFrom, int leftEnd, String right, int rightFrom, int rightEnd) {
    int l = skipZeros(left, leftFrom, leftEnd);
    int r = skipZeros(right, rightFrom, rightEnd);
    int byLength = Integer.compare(leftEnd - l, rightEnd - r);
    if (byLength != 0) {
      return byLength;
    }
    while (l < leftEnd) {
      int byDigit = Character.compare(left.charAt(l++), right.charAt(r++));
      if (byDigit != 0) {
        return byDigit;
      }
    }
    return 0;
  }

  static int compare(String left, String right) {
    return compare(left, 0, left.length(), right, 0, right.length());
  }

  private static int skipZeros(String text, int from, int end) {
    int at = from;
    while (at < end && text.charAt(at) == '0') {
      at++;
    }
    return at;
  }
}
