package io.firmament.analysis.unpack;

import java.util.Arrays;
import java.util.Random;

/// Changed copies of an image, as damage or an attacker might make them.
final class Mutation {
  private static final int[] EDGES = {0, 1, 0x7f, 0x80, 0xfe, 0xff};

  private Mutation() {}

  /// One to eight changes, each of a kind by chance; the header is hit more often than the rest.
  static byte[] of(byte[] image, Random random) {
    byte[] changed = image.clone();
    int changes = 1 + random.nextInt(8);
    for (int i = 0; i < changes && changed.length > 16; i++) {
      changed = change(changed, random);
    }
    return changed;
  }

  private static byte[] change(byte[] b, Random random) {
    int at = random.nextInt(random.nextInt(3) == 0 ? b.length : Math.min(b.length, 2048));
    int length = Math.min(1 + random.nextInt(8), b.length - at);
    switch (random.nextInt(9)) {
      case 0 -> b[at] = (byte) random.nextInt();
      case 1 -> b[at] ^= (byte) (1 << random.nextInt(8));
      case 2 -> b[at] = (byte) EDGES[random.nextInt(EDGES.length)];
      case 3 -> Arrays.fill(b, at, at + length, (byte) EDGES[random.nextInt(EDGES.length)]);
      case 4 -> b[at] += (byte) (random.nextBoolean() ? 1 : -1);
      case 5 -> System.arraycopy(b, random.nextInt(b.length - length + 1), b, at, length);
      case 6 -> {
        int block = Math.min(512, b.length / 2);
        int from = random.nextInt(b.length - block + 1);
        System.arraycopy(b, from, b, random.nextInt(b.length - block + 1), block);
      }
      case 7 -> {
        return random.nextInt(8) == 0 ? Arrays.copyOf(b, Math.max(17, at)) : b;
      }
      default -> {
        return random.nextInt(4) == 0 ? without(b, at, length) : b;
      }
    }
    return b;
  }

  private static byte[] without(byte[] b, int at, int length) {
    byte[] shorter = Arrays.copyOf(b, b.length - length);
    System.arraycopy(b, at + length, shorter, at, b.length - at - length);
    return shorter;
  }
}
