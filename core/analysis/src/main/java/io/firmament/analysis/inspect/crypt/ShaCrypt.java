package io.firmament.analysis.inspect.crypt;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/// SHA-256 and SHA-512 crypt, `$5$` and `$6$`, after Ulrich Drepper's specification "Unix crypt
/// using SHA-256 and SHA-512"; the numbers in comments are its steps.
final class ShaCrypt {
  private static final int LONGEST_SALT = 16;

  private ShaCrypt() {}

  /// @param rounds as written in the hash, within the specification's bounds
  /// @param prefix all before the digest, for example `$6$salt$`
  static String hash(String password, String salt, int rounds, boolean wide, String prefix) {
    byte[] key = password.getBytes(StandardCharsets.UTF_8);
    byte[] grain =
        salt.substring(0, Math.min(LONGEST_SALT, salt.length()))
            .getBytes(StandardCharsets.ISO_8859_1);
    MessageDigest digest = Digests.of(wide ? "SHA-512" : "SHA-256");
    byte[] state = first(digest, key, grain);
    byte[] p = repeated(byKey(digest, key), key.length);
    byte[] s = repeated(bySalt(digest, grain, state[0] & 0xff), grain.length);
    for (int round = 0; round < rounds; round++) { // 21
      boolean odd = (round & 1) != 0;
      digest.update(odd ? p : state);
      if (round % 3 != 0) {
        digest.update(s);
      }
      if (round % 7 != 0) {
        digest.update(p);
      }
      digest.update(odd ? state : p);
      state = digest.digest();
    }
    return prefix + (wide ? encode512(state) : encode256(state));
  }

  private static byte[] first(MessageDigest digest, byte[] key, byte[] salt) {
    digest.update(key); // 4 to 8
    digest.update(salt);
    byte[] b = digest.digest(key);
    digest.update(key); // 1 to 3
    digest.update(salt);
    digest.update(repeated(b, key.length)); // 9, 10
    for (int bits = key.length; bits > 0; bits >>>= 1) { // 11
      digest.update((bits & 1) != 0 ? b : key);
    }
    return digest.digest();
  }

  private static byte[] byKey(MessageDigest digest, byte[] key) { // 13 to 15
    for (int i = 0; i < key.length; i++) {
      digest.update(key);
    }
    return digest.digest();
  }

  private static byte[] bySalt(MessageDigest digest, byte[] salt, int first) { // 17 to 19
    for (int i = 0; i < 16 + first; i++) {
      digest.update(salt);
    }
    return digest.digest();
  }

  private static byte[] repeated(byte[] block, int length) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(length);
    for (int left = length; left > 0; left -= block.length) {
      out.write(block, 0, Math.min(block.length, left));
    }
    return out.toByteArray();
  }

  /// Each group of three bytes is (i, i + 10, i + 20) turned by the group's number, 22 e.
  private static String encode256(byte[] state) {
    StringBuilder out = new StringBuilder();
    int[] at = {0, 10, 20};
    for (int group = 0; group < 10; group++) {
      append(out, state, at);
      at = new int[] {at[2] + 1, at[0] + 1, at[1] + 1};
    }
    Crypt64.append(out, (state[31] & 0xff) << 8 | (state[30] & 0xff), 3);
    return out.toString();
  }

  private static String encode512(byte[] state) {
    StringBuilder out = new StringBuilder();
    int[] at = {0, 21, 42};
    for (int group = 0; group < 21; group++) {
      append(out, state, at);
      at = new int[] {at[1] + 1, at[2] + 1, at[0] + 1};
    }
    Crypt64.append(out, state[63] & 0xff, 2);
    return out.toString();
  }

  private static void append(StringBuilder out, byte[] state, int[] at) {
    int value = (state[at[0]] & 0xff) << 16 | (state[at[1]] & 0xff) << 8 | (state[at[2]] & 0xff);
    Crypt64.append(out, value, 4);
  }
}
