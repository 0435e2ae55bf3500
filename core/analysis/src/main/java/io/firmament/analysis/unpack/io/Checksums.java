package io.firmament.analysis.unpack.io;

import io.firmament.analysis.tree.ByteSource;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.zip.Adler32;
import java.util.zip.CRC32;
import java.util.zip.Checksum;

/// Checksums over byte sources of any size.
public final class Checksums {
  private static final byte[] ONES = {-1, -1, -1, -1};

  private Checksums() {}

  public static long crc32(ByteSource source) {
    return value(new CRC32(), source);
  }

  public static long adler32(ByteSource source) {
    return value(new Adler32(), source);
  }

  private static long value(Checksum sum, ByteSource source) {
    each(source, sum::update);
    return sum.getValue();
  }

  /// A digest by its name in Java, for example `SHA-256`.
  public static byte[] digest(String algorithm, ByteSource... sources) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      for (ByteSource source : sources) {
        each(source, digest::update);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalArgumentException(algorithm, e);
    }
  }

  /// Takes bytes in order.
  @FunctionalInterface
  private interface Update {
    void update(byte[] bytes, int offset, int length);
  }

  private static void each(ByteSource source, Update update) {
    byte[] buffer = new byte[1 << 16];
    long at = 0;
    for (int n = source.read(0, buffer, 0, buffer.length);
        n > 0;
        n = source.read(at, buffer, 0, buffer.length)) {
      update.update(buffer, 0, n);
      at += n;
    }
  }

  /// XOR of all whole little-endian 32-bit words.
  public static long xor32(ByteSource source) {
    long sum = 0;
    byte[] buffer = new byte[1 << 16];
    long at = 0;
    for (int n = source.read(0, buffer, 0, buffer.length);
        n > 0;
        n = source.read(at, buffer, 0, buffer.length)) {
      for (int i = 0; i + 4 <= n; i += 4) {
        sum ^= Binary.u32le(buffer, i);
      }
      at += n;
    }
    return sum;
  }

  /// CRC-32 that starts with zero and is not inverted, as JFFS2 has it: four bytes of ones bring
  /// the usual start to zero.
  public static int crc32FromZero(byte[] bytes, int at, int length) {
    CRC32 crc = new CRC32();
    crc.update(ONES);
    crc.update(bytes, at, length);
    return ~(int) crc.getValue();
  }

  /// CRC-32 that is not inverted at the end, as UBI and UBIFS have it.
  public static int crc32Inverted(byte[] bytes, int at, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, at, length);
    return ~(int) crc.getValue();
  }
}
