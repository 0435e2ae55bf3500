package io.firmament.analysis.inspect.crypt;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/// MD5 crypt, `$1$` of FreeBSD and `$apr1$` of Apache: a thousand rounds of MD5.
final class Md5Crypt {
  private static final int ROUNDS = 1000;

  // Which bytes of the digest make each group of four digits, in order.
  private static final int[][] ORDER = {{0, 6, 12}, {1, 7, 13}, {2, 8, 14}, {3, 9, 15}, {4, 10, 5}};

  private Md5Crypt() {}

  /// @param magic `$1$` or `$apr1$`
  static String hash(String password, String magic, String salt) {
    byte[] key = password.getBytes(StandardCharsets.UTF_8);
    byte[] grain = salt.getBytes(StandardCharsets.ISO_8859_1);
    byte[] state = first(key, magic.getBytes(StandardCharsets.ISO_8859_1), grain);
    MessageDigest md5 = Digests.of("MD5");
    for (int round = 0; round < ROUNDS; round++) {
      boolean odd = (round & 1) != 0;
      md5.update(odd ? key : state);
      if (round % 3 != 0) {
        md5.update(grain);
      }
      if (round % 7 != 0) {
        md5.update(key);
      }
      md5.update(odd ? state : key);
      state = md5.digest();
    }
    return magic + salt + "$" + encode(state);
  }

  private static byte[] first(byte[] key, byte[] magic, byte[] salt) {
    MessageDigest md5 = Digests.of("MD5");
    md5.update(key);
    md5.update(salt);
    byte[] alternate = md5.digest(key);
    md5.update(key);
    md5.update(magic);
    md5.update(salt);
    for (int left = key.length; left > 0; left -= 16) {
      md5.update(alternate, 0, Math.min(16, left));
    }
    for (int bits = key.length; bits > 0; bits >>>= 1) {
      md5.update((bits & 1) != 0 ? 0 : key[0]);
    }
    return md5.digest();
  }

  private static String encode(byte[] state) {
    StringBuilder out = new StringBuilder();
    for (int[] group : ORDER) {
      int value =
          (state[group[0]] & 0xff) << 16 | (state[group[1]] & 0xff) << 8 | (state[group[2]] & 0xff);
      Crypt64.append(out, value, 4);
    }
    Crypt64.append(out, state[11] & 0xff, 2);
    return out.toString();
  }
}
