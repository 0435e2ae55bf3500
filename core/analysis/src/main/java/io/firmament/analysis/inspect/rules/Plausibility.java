package io.firmament.analysis.inspect.rules;

import java.util.Locale;
import java.util.regex.Pattern;

/// Tells secrets from placeholders.
final class Plausibility {
  private static final Pattern PLACEHOLDER =
      Pattern.compile(
          "(?i).*(?:example|placeholder|changeme_|your[_-]?|my[_-]?(?:pass|secret|key)|dummy|sample"
              + "|xxxx|\\.\\.\\.|todo|fixme|redacted|insert|replace|\\*\\*|<[^>]*>|%[sdu@]|\\$\\{"
              + "|\\$\\(|\\$[a-z_]|\\{\\{|0123456789|abcdefgh|deadbeef).*");
  private static final Pattern WORD =
      Pattern.compile(
          "(?i)(?:|none|null|nil|yes|no|true|false|on|off|ask|prompt|files?|compat|db|undefined|n/a"
              + "|disabled?|enabled?|optional|required|requisite|sufficient|password|passwd|pass"
              + "|passphrase|secret|key|token|string|text|required|empty|unset|default|auto|env"
              + "|user|username|hidden|plain|login|md5|sha\\d+|crypt|[x*.\\-_#]+)");

  private Plausibility() {}

  /// Not a placeholder, a variable, a path, a format or a word that stands for "nothing".
  static boolean secret(String value) {
    return !WORD.matcher(value).matches()
        && !PLACEHOLDER.matcher(value).matches()
        && !value.startsWith("/")
        && !value.startsWith("$")
        && !value.startsWith("%");
  }

  /// The Shannon entropy of the characters, in bits for each.
  static double entropy(String value) {
    int[] counts = new int[256];
    for (int i = 0; i < value.length(); i++) {
      counts[value.charAt(i) & 0xff]++;
    }
    double entropy = 0;
    for (int count : counts) {
      if (count > 0) {
        double share = (double) count / value.length();
        entropy -= share * Math.log(share) / Math.log(2);
      }
    }
    return entropy;
  }

  static String folded(String value) {
    return value.toLowerCase(Locale.ROOT);
  }
}
