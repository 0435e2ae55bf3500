package io.firmament.analysis.advisory.version;

/// Debian versions, `[epoch:]upstream[-revision]`, by the algorithm of Debian Policy 5.6.12.
public final class DebVersions implements VersionScheme {
  @Override
  public String name() {
    return "deb";
  }

  @Override
  public boolean reads(String version) {
    return !version.isEmpty() && Digits.isDigit(version.charAt(0));
  }

  @Override
  public int compare(String left, String right) {
    Parts l = Parts.of(left);
    Parts r = Parts.of(right);
    int byEpoch = Digits.compare(l.epoch, r.epoch);
    if (byEpoch != 0) {
      return byEpoch;
    }
    int byUpstream = comparePart(l.upstream, r.upstream);
    return byUpstream != 0 ? byUpstream : comparePart(l.revision, r.revision);
  }

  /// "First the initial part of each string consisting entirely of non-digit characters is
  /// determined ... Then the initial part of the remainder ... consisting entirely of digits."
  private static int comparePart(String left, String right) {
    int l = 0;
    int r = 0;
    while (l < left.length() || r < right.length()) {
      while (isNonDigit(left, l) || isNonDigit(right, r)) {
        int byOrder = Integer.compare(order(left, l), order(right, r));
        if (byOrder != 0) {
          return byOrder;
        }
        l++;
        r++;
      }
      int leftFrom = Math.min(l, left.length());
      int rightFrom = Math.min(r, right.length());
      int leftEnd = Digits.end(left, leftFrom);
      int rightEnd = Digits.end(right, rightFrom);
      int byNumber = Digits.compare(left, leftFrom, leftEnd, right, rightFrom, rightEnd);
      if (byNumber != 0) {
        return byNumber;
      }
      l = leftEnd;
      r = rightEnd;
    }
    return 0;
  }

  private static boolean isNonDigit(String text, int at) {
    return at < text.length() && !Digits.isDigit(text.charAt(at));
  }

  /// "The lexical comparison is a comparison of ASCII values modified so that all the letters sort
  /// earlier than all the non-letters and so that a tilde sorts before anything, even the end."
  private static int order(String text, int at) {
    if (at >= text.length() || Digits.isDigit(text.charAt(at))) {
      return 0;
    }
    char c = text.charAt(at);
    if (c == '~') {
      return -1;
    }
    boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter ? c : c + 256;
  }

  /// A version in its three parts.
  private record Parts(String epoch, String upstream, String revision) {
    static Parts of(String version) {
      int colon = version.indexOf(':');
      String rest = colon < 0 ? version : version.substring(colon + 1);
      int dash = rest.lastIndexOf('-');
      return new Parts(
          colon < 0 ? "0" : version.substring(0, colon),
          dash < 0 ? rest : rest.substring(0, dash),
          dash < 0 ? "" : rest.substring(dash + 1));
    }
  }
}
