package io.firmament.analysis.inspect.crypt;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The password hash yescrypt (A. Peslyak, "yescrypt - scalable KDF and password hashing scheme",
/// version 1.1) with its default flavour, as `$y$` of crypt(5), without ROM and without g.
///
/// @param n blocks of 128·r bytes
/// @param p how many lanes share them
/// @param t how much longer the second loop is
record Yescrypt(int n, int r, int p, int t, byte[] salt) {
  /// The read-write mode, six rounds, four lanes of two words, 12 KiB of S-boxes.
  private static final int DEFAULT_FLAVOUR = 47;

  private static final int MOST_WORDS = 1 << 24;
  private static final int GATHER = 4;
  private static final int ROUNDS = 6;
  private static final int BOX_ENTRIES = 512;
  private static final int BOX_BYTES = 3 * BOX_ENTRIES * 8;
  private static final int BOX_MASK = 255 * 16;

  /// Where words of a block of Salsa20 stand in memory.
  private static int place(int i) {
    return i * 5 % 16;
  }

  /// Reads what stands between `$y$` and the hash: parameters, `$`, salt. Empty where a parameter
  /// is out of bounds or not known.
  static Optional<Yescrypt> parse(String parameters, String salt) {
    Reader in = new Reader(parameters);
    int flavour = in.number(0);
    int log = in.number(1);
    int r = in.number(1);
    int have = in.atEnd() ? 0 : in.number(1);
    int p = (have & 1) == 0 ? 1 : in.number(2);
    int t = (have & 2) == 0 ? 0 : in.number(1);
    byte[] bytes = decode(salt);
    boolean known = flavour == DEFAULT_FLAVOUR && have < 4 && in.atEnd() && bytes.length > 0;
    boolean bounded =
        log >= 4 && log <= 20 && r > 0 && r <= 64 && p > 0 && p <= 16 && t >= 0 && t <= 16;
    if (!known || !bounded || (((long) r * 32) << log) > MOST_WORDS || (1 << log) / p < 4) {
      return Optional.empty();
    }
    return Optional.of(new Yescrypt(1 << log, r, p, t, bytes));
  }

  /// A number of variable length in the base-64 of crypt(3).
  private static final class Reader {
    private final String text;
    private int at;
    private boolean bad;

    Reader(String text) {
      this.text = text;
    }

    boolean atEnd() {
      return bad || at == text.length();
    }

    private int digit() {
      int value = at < text.length() ? Crypt64.value(text.charAt(at++)) : -1;
      bad |= value < 0;
      return Math.max(value, 0);
    }

    /// -1 where there is none.
    int number(int least) {
      int c = digit();
      int start = 0;
      int end = 47;
      int further = 0;
      long value = least;
      while (c > end) {
        value += (long) (end + 1 - start) << (6 * further);
        start = end + 1;
        end = start + (62 - end) / 2;
        further++;
      }
      value += (long) (c - start) << (6 * further);
      while (further-- > 0) {
        value += (long) digit() << (6 * further);
      }
      return bad || value > Integer.MAX_VALUE ? -1 : (int) value;
    }
  }

  /// Four digits are three bytes, the lowest first.
  static byte[] decode(String text) {
    byte[] out = new byte[text.length() * 6 / 8];
    int done = 0;
    for (int i = 0; i < text.length(); i += 4) {
      int value = 0;
      int count = Math.min(4, text.length() - i);
      for (int k = 0; k < count; k++) {
        int digit = Crypt64.value(text.charAt(i + k));
        if (digit < 0) {
          return new byte[0];
        }
        value |= digit << (6 * k);
      }
      for (int k = 0; k < count * 6 / 8; k++) {
        out[done++] = (byte) (value >> (8 * k));
      }
    }
    return out;
  }

  /// How long a hash takes, in about a millionth of a second.
  long cost() {
    return (long) n * r * (4 + t) / 8;
  }

  /// The 32 bytes of the hash.
  byte[] hash(String password) throws GeneralSecurityException {
    byte[] word = password.getBytes(StandardCharsets.UTF_8);
    if (n / p >= 0x100 && (long) (n / p) * r >= 0x20000) {
      word = body(word, n >> 6, 0, true);
    }
    return body(word, n, t, false);
  }

  private byte[] body(byte[] password, int blocks, int time, boolean before)
      throws GeneralSecurityException {
    byte[] name = "yescrypt-prehash".getBytes(StandardCharsets.US_ASCII);
    byte[] key = hmac(before ? name : Arrays.copyOf(name, 8), password);
    byte[] state = pbkdf2(key, salt, p * 128 * r);
    key = Arrays.copyOf(state, 32);
    int[] b = new int[p * 32 * r];
    ByteBuffer.wrap(state).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(b);
    key = new Mixer(b, blocks, time).mix(key);
    ByteBuffer.wrap(state).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(b);
    byte[] derived = pbkdf2(key, state, 32);
    return before
        ? derived
        : Digests.of("SHA-256")
            .digest(hmac(derived, "Client Key".getBytes(StandardCharsets.US_ASCII)));
  }

  private static byte[] hmac(byte[] key, byte[] data) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(data);
  }

  /// PBKDF2 of one iteration.
  private static byte[] pbkdf2(byte[] key, byte[] salt, int length)
      throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    byte[] out = new byte[length];
    for (int done = 0, i = 1; done < length; i++) {
      mac.update(salt);
      mac.update(ByteBuffer.allocate(4).putInt(i).array());
      byte[] block = mac.doFinal();
      int count = Math.min(block.length, length - done);
      System.arraycopy(block, 0, out, done, count);
      done += count;
    }
    return out;
  }

  /// The memory-hard part.
  private final class Mixer {
    private final int[] b;
    private final int blocks;
    private final int time;
    private final int[] v;
    private final int words = 32 * r;
    private final int[] x = new int[words];
    private final int[] y = new int[32];
    private final int[] salsa = new int[16];

    Mixer(int[] b, int blocks, int time) {
      this.b = b;
      this.blocks = blocks;
      this.time = time;
      this.v = new int[blocks * 32 * r];
    }

    /// S-boxes of one lane, which take turns, and the place of the next write.
    private static final class Boxes {
      private long[] s0;
      private long[] s1;
      private long[] s2;
      private int w;

      Boxes(int[] words) {
        s2 = box(words, 0);
        s1 = box(words, 1);
        s0 = box(words, 2);
      }

      private static long[] box(int[] words, int which) {
        long[] box = new long[BOX_ENTRIES];
        for (int i = 0; i < BOX_ENTRIES; i++) {
          int at = 2 * (which * BOX_ENTRIES + i);
          box[i] = (words[at] & 0xffffffffL) | (long) words[at + 1] << 32;
        }
        return box;
      }
    }

    byte[] mix(byte[] key) throws GeneralSecurityException {
      byte[] changed = key;
      int chunk = blocks / p;
      long all = time > 1 ? (long) chunk * (time - 1) : (chunk * (time == 1 ? 2L : 1L) + 2) / 3;
      long readWrite = all / p + 1 & ~1L;
      all = all + 1 & ~1L;
      chunk &= ~1;
      Boxes[] boxes = new Boxes[p];
      for (int i = 0; i < p; i++) {
        int at = i * words;
        int first = i * chunk;
        int count = i < p - 1 ? chunk : blocks - first;
        int[] box = new int[BOX_BYTES / 4];
        fillBoxes(at, box);
        boxes[i] = new Boxes(box);
        if (i == 0) {
          ByteBuffer last = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
          last.asIntBuffer().put(b, at + words - 16, 16);
          changed = hmac(last.array(), changed);
        }
        load(at);
        fill(first, count, boxes[i]);
        walk(first, Integer.highestOneBit(count), readWrite, true, boxes[i]);
        store(at);
      }
      for (int i = 0; i < p; i++) {
        load(i * words);
        walk(0, blocks, all - readWrite, false, boxes[i]);
        store(i * words);
      }
      return changed;
    }

    private void load(int at) {
      for (int i = 0; i < words; i++) {
        x[i] = b[at + (i & ~15) + place(i & 15)];
      }
    }

    private void store(int at) {
      for (int i = 0; i < words; i++) {
        b[at + (i & ~15) + place(i & 15)] = x[i];
      }
    }

    /// The first loop of scrypt with r = 1 over the first block of the lane.
    private void fillBoxes(int at, int[] box) {
      for (int i = 0; i < 32; i++) {
        y[i] = b[at + (i & ~15) + place(i & 15)];
      }
      for (int done = 0; done < box.length; done += 32) {
        System.arraycopy(y, 0, box, done, 32);
        for (int i = 0; i < 16; i++) {
          y[i] ^= y[16 + i];
        }
        salsa(y, 0, 8);
        for (int i = 0; i < 16; i++) {
          y[16 + i] ^= y[i];
        }
        salsa(y, 16, 8);
      }
      for (int i = 0; i < 32; i++) {
        b[at + (i & ~15) + place(i & 15)] = y[i];
      }
    }

    private long integerify() {
      return (x[words - 16] & 0xffffffffL) | (long) x[words - 16 + 13] << 32;
    }

    private void fill(int first, int count, Boxes boxes) {
      for (int i = 0; i < count; i++) {
        System.arraycopy(x, 0, v, (first + i) * words, words);
        if (i > 1) {
          int power = Integer.highestOneBit(i);
          xor((first + (int) (integerify() & power - 1) + i - power) * words);
        }
        blockMix(boxes);
      }
    }

    private void walk(int first, int count, long loops, boolean writes, Boxes boxes) {
      for (long i = 0; i < loops; i++) {
        int at = (first + (int) (integerify() & count - 1)) * words;
        xor(at);
        if (writes) {
          System.arraycopy(x, 0, v, at, words);
        }
        blockMix(boxes);
      }
    }

    private void xor(int at) {
      for (int i = 0; i < words; i++) {
        x[i] ^= v[at + i];
      }
    }

    private void blockMix(Boxes boxes) {
      int before = words - 16;
      for (int at = 0; at < words; at += 16) {
        for (int i = 0; i < 16; i++) {
          x[at + i] ^= x[before + i];
        }
        pwxform(at, boxes);
        before = at;
      }
      salsa(x, words - 16, 2);
    }

    private void pwxform(int at, Boxes boxes) {
      long[] s0 = boxes.s0;
      long[] s1 = boxes.s1;
      long[] s2 = boxes.s2;
      int w = boxes.w;
      for (int round = 0; round < ROUNDS; round++) {
        boolean writes = round > 0 && round < ROUNDS - 1;
        for (int j = 0; j < GATHER; j++) {
          int lane = at + 4 * j;
          int p0 = (x[lane] & BOX_MASK) >> 3;
          int p1 = (x[lane + 1] & BOX_MASK) >> 3;
          for (int k = 0; k < 2; k++) {
            int low = lane + 2 * k;
            long product = (x[low + 1] & 0xffffffffL) * (x[low] & 0xffffffffL);
            product = product + s0[p0 + k] ^ s1[p1 + k];
            x[low] = (int) product;
            x[low + 1] = (int) (product >>> 32);
            if (writes) {
              s2[w++] = product;
            }
          }
        }
      }
      boxes.s0 = s2;
      boxes.s1 = s0;
      boxes.s2 = s1;
      boxes.w = w & BOX_ENTRIES - 1;
    }

    /// Salsa20 with so many rounds, on words in the order in which they stand in memory.
    private void salsa(int[] block, int at, int rounds) {
      int[] s = salsa;
      for (int i = 0; i < 16; i++) {
        s[place(i)] = block[at + i];
      }
      for (int i = 0; i < rounds; i += 2) {
        quarter(s, 0, 4, 8, 12);
        quarter(s, 5, 9, 13, 1);
        quarter(s, 10, 14, 2, 6);
        quarter(s, 15, 3, 7, 11);
        quarter(s, 0, 1, 2, 3);
        quarter(s, 5, 6, 7, 4);
        quarter(s, 10, 11, 8, 9);
        quarter(s, 15, 12, 13, 14);
      }
      for (int i = 0; i < 16; i++) {
        block[at + i] += s[place(i)];
      }
    }

    private static void quarter(int[] s, int a, int b, int c, int d) {
      s[b] ^= Integer.rotateLeft(s[a] + s[d], 7);
      s[c] ^= Integer.rotateLeft(s[b] + s[a], 9);
      s[d] ^= Integer.rotateLeft(s[c] + s[b], 13);
      s[a] ^= Integer.rotateLeft(s[d] + s[c], 18);
    }
  }
}
