package io.firmament.analysis.inspect.crypt;

/// The base-64 of crypt(3): `./0-9A-Za-z`, least significant six bits first.
final class Crypt64 {
  private static final String DIGITS =
      "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  private Crypt64() {}

  static void append(StringBuilder out, int value, int digits) {
    int rest = value;
    for (int i = 0; i < digits; i++) {
      out.append(DIGITS.charAt(rest & 63));
      rest >>>= 6;
    }
  }

  static char digit(int value) {
    return DIGITS.charAt(value & 63);
  }

  /// The value of a digit; -1 for any other character.
  static int value(char digit) {
    return DIGITS.indexOf(digit);
  }
}
