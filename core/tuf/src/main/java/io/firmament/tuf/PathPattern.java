package io.firmament.tuf;

import java.util.regex.Pattern;

/// A pattern of target paths (PATHPATTERN of 4.5): `*` stands for any characters and `?` for one,
/// neither for `/`. All else stands for itself.
///
/// Matching takes time in the product of the two lengths at most, whatever the pattern.
public record PathPattern(String value) {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9/_.*+=@~-]+");

  public boolean matches(String path) {
    String[] patterns = value.split("/", -1);
    String[] segments = path.split("/", -1);
    if (patterns.length != segments.length) {
      return false;
    }
    for (int i = 0; i < patterns.length; i++) {
      if (!matches(patterns[i], segments[i])) {
        return false;
      }
    }
    return true;
  }

  /// Whether clients agree on what the pattern means: some know more special characters than the
  /// specification does, and a `**` that goes across `/`.
  public boolean isPortable() {
    return PLAIN.matcher(value).matches() && !value.contains("**");
  }

  /// Takes the shortest for each `*`, and comes back only to the last one.
  private static boolean matches(String pattern, String text) {
    int p = 0;
    int t = 0;
    int star = -1;
    int afterStar = 0;
    while (t < text.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        afterStar = t;
      } else if (p < pattern.length()
          && (pattern.charAt(p) == '?' || pattern.charAt(p) == text.charAt(t))) {
        p++;
        t++;
      } else if (star >= 0) {
        p = star + 1;
        t = ++afterStar;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }
}
