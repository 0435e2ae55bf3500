package io.firmament.analysis.inspect.crypt;

import java.nio.charset.StandardCharsets;

/// Traditional DES crypt of Unix: 25 times DES over a block of zeros, where two characters of salt
/// swap bits of the expansion. Tables are those of FIPS 46-3.
final class DesCrypt {
  private static final int ITERATIONS = 25;

  private static final int[] FINAL = {
    40, 8, 48, 16, 56, 24, 64, 32, 39, 7, 47, 15, 55, 23, 63, 31, 38, 6, 46, 14, 54, 22, 62, 30, 37,
    5, 45, 13, 53, 21, 61, 29, 36, 4, 44, 12, 52, 20, 60, 28, 35, 3, 43, 11, 51, 19, 59, 27, 34, 2,
    42, 10, 50, 18, 58, 26, 33, 1, 41, 9, 49, 17, 57, 25
  };
  private static final int[] EXPANSION = {
    32, 1, 2, 3, 4, 5, 4, 5, 6, 7, 8, 9, 8, 9, 10, 11, 12, 13, 12, 13, 14, 15, 16, 17, 16, 17, 18,
    19, 20, 21, 20, 21, 22, 23, 24, 25, 24, 25, 26, 27, 28, 29, 28, 29, 30, 31, 32, 1
  };
  private static final int[] PERMUTATION = {
    16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13,
    30, 6, 22, 11, 4, 25
  };
  private static final int[] CHOICE_1 = {
    57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60,
    52, 44, 36, 63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29,
        21,
    13, 5, 28, 20, 12, 4
  };
  private static final int[] CHOICE_2 = {
    14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52,
    31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32
  };
  private static final int[] SHIFTS = {1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1};
  private static final String[] BOXES = {
    "e4d12fb83a6c5907" + "0f74e2d1a6cb9538" + "41e8d62bfc973a50" + "fc8249175b3ea06d",
    "f18e6b34972dc05a" + "3d47f28ec01a69b5" + "0e7ba4d158c6932f" + "d8a13f42b67c05e9",
    "a09e63f51dc7b428" + "d709346a285ecbf1" + "d6498f30b12c5ae7" + "1ad069874fe3b52c",
    "7de3069a1285bc4f" + "d8b56f03472c1ae9" + "a690cb7df13e5284" + "3f06a1d8945bc72e",
    "2c417ab6853fd0e9" + "eb2c47d150fa3986" + "421bad78f9c5630e" + "b8c71e2d6f09a453",
    "c1af92680d34e75b" + "af427c9561de0b38" + "9ef528c3704a1db6" + "432c95fabe17608d",
    "4b2ef08d3c975a61" + "d0b7491ae35c2f86" + "14bdc37eaf680592" + "6bd814a7950fe23c",
    "d2846fb1a93e50c7" + "1fd8a374c56b0e92" + "7b419ce206adf358" + "21e74a8dfc90356b"
  };

  private DesCrypt() {}

  /// The thirteen characters of the hash.
  static String hash(String password, String salt) {
    long[] keys = schedule(key(password));
    int mask = Crypt64.value(salt.charAt(0)) | Crypt64.value(salt.charAt(1)) << 6;
    int left = 0;
    int right = 0;
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
      for (long round : keys) {
        int next = left ^ cipher(right, round, mask);
        left = right;
        right = next;
      }
      int swap = left;
      left = right;
      right = swap;
    }
    long block = permute((long) left << 32 | (right & 0xffffffffL), 64, FINAL);
    return salt.substring(0, 2) + encode(block);
  }

  /// Seven bits of each of the first eight characters, in the upper bits of the eight bytes.
  private static long key(String password) {
    byte[] bytes = password.getBytes(StandardCharsets.ISO_8859_1);
    long key = 0;
    for (int i = 0; i < 8; i++) {
      int b = i < bytes.length ? bytes[i] & 0x7f : 0;
      key = key << 8 | (long) b << 1;
    }
    return key;
  }

  private static long[] schedule(long key) {
    long chosen = permute(key, 64, CHOICE_1);
    int c = (int) (chosen >>> 28);
    int d = (int) (chosen & 0xfffffff);
    long[] keys = new long[16];
    for (int round = 0; round < 16; round++) {
      c = rotated(c, SHIFTS[round]);
      d = rotated(d, SHIFTS[round]);
      keys[round] = permute((long) c << 28 | d, 56, CHOICE_2);
    }
    return keys;
  }

  private static int rotated(int half, int by) {
    return (half << by | half >>> (28 - by)) & 0xfffffff;
  }

  private static int cipher(int half, long key, int salt) {
    long expanded = permute(half & 0xffffffffL, 32, EXPANSION);
    // Bit i of the salt swaps output bits i + 1 and i + 25 of the expansion.
    for (int bit = 0; bit < 12; bit++) {
      if ((salt >> bit & 1) != 0) {
        long upper = expanded >>> (47 - bit) & 1;
        long lower = expanded >>> (23 - bit) & 1;
        if (upper != lower) {
          expanded ^= 1L << (47 - bit) | 1L << (23 - bit);
        }
      }
    }
    long mixed = expanded ^ key;
    long chosen = 0;
    for (int box = 0; box < 8; box++) {
      int six = (int) (mixed >>> (42 - 6 * box)) & 63;
      int row = (six >> 4 & 2) | (six & 1);
      int column = six >> 1 & 15;
      chosen = chosen << 4 | Character.digit(BOXES[box].charAt(row * 16 + column), 16);
    }
    return (int) permute(chosen, 32, PERMUTATION);
  }

  /// Bit 1 of a table is the most significant of `width` bits.
  private static long permute(long from, int width, int[] table) {
    long to = 0;
    for (int bit : table) {
      to = to << 1 | (from >>> (width - bit) & 1);
    }
    return to;
  }

  /// Eleven digits of six bits, most significant first, padded with two zero bits.
  private static String encode(long block) {
    StringBuilder out = new StringBuilder();
    for (int shift = 58; shift >= 4; shift -= 6) {
      out.append(Crypt64.digit((int) (block >>> shift)));
    }
    return out.append(Crypt64.digit((int) (block << 2) & 63)).toString();
  }
}
