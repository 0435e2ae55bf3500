package io.firmament.analysis.inspect;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// Writes bytes as the text of an anchor: one character for each.
public final class Literal {
  private Literal() {}

  /// Hexadecimal digits, blanks ignored.
  public static String hex(String digits) {
    byte[] bytes = HexFormat.of().parseHex(digits.replace(" ", ""));
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
