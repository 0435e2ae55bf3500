package io.firmament.analysis.inventory;

import org.jspecify.annotations.Nullable;

/// Writes CPE 2.3 formatted strings, NIST IR 7695 section 6.2.
final class CpeName {
  private CpeName() {}

  /// Part, vendor, product, version and update; the other seven attributes are `*`.
  static String of(
      String part,
      String vendor,
      String product,
      @Nullable String version,
      @Nullable String update) {
    return "cpe:2.3:%s:%s:%s:%s:%s:*:*:*:*:*:*"
        .formatted(part, quoted(vendor), quoted(product), any(version), any(update));
  }

  private static String any(@Nullable String value) {
    return value == null ? "*" : quoted(value);
  }

  /// 6.2.2: letters, digits, `_`, `.` and `-` stand for themselves, other characters are quoted.
  private static String quoted(String value) {
    StringBuilder quoted = new StringBuilder(value.length());
    for (char c : value.toLowerCase(java.util.Locale.ROOT).toCharArray()) {
      boolean plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "_.-".indexOf(c) >= 0;
      quoted.append(plain ? "" : "\\").append(c);
    }
    return quoted.toString();
  }
}
