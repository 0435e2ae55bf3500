package io.firmament.analysis.unpack.io;

import io.firmament.analysis.tree.ByteSource;
import java.nio.charset.StandardCharsets;

/// Fixed-width fields of a byte source; a field past the end is a [TruncatedException].
public final class Binary {
  private Binary() {}

  public static int u8(ByteSource source, long offset) throws TruncatedException {
    return bytes(source, offset, 1)[0] & 0xff;
  }

  public static int u16le(ByteSource source, long offset) throws TruncatedException {
    return u16le(bytes(source, offset, 2), 0);
  }

  public static int u16be(ByteSource source, long offset) throws TruncatedException {
    return Short.toUnsignedInt(Short.reverseBytes((short) u16le(source, offset)));
  }

  public static long u32le(ByteSource source, long offset) throws TruncatedException {
    return u32le(bytes(source, offset, 4), 0);
  }

  public static long u32be(ByteSource source, long offset) throws TruncatedException {
    return Integer.toUnsignedLong(Integer.reverseBytes((int) u32le(source, offset)));
  }

  public static long i64le(ByteSource source, long offset) throws TruncatedException {
    return i64le(bytes(source, offset, 8), 0);
  }

  public static int u16le(byte[] b, int at) {
    return (b[at] & 0xff) | (b[at + 1] & 0xff) << 8;
  }

  public static int u16be(byte[] b, int at) {
    return (b[at] & 0xff) << 8 | (b[at + 1] & 0xff);
  }

  public static long u32le(byte[] b, int at) {
    return u16le(b, at) | (long) u16le(b, at + 2) << 16;
  }

  public static long u32be(byte[] b, int at) {
    return Integer.toUnsignedLong(Integer.reverseBytes((int) u32le(b, at)));
  }

  public static long i64le(byte[] b, int at) {
    return u32le(b, at) | u32le(b, at + 4) << 32;
  }

  public static long i64be(byte[] b, int at) {
    return u32be(b, at) << 32 | u32be(b, at + 4);
  }

  /// Exactly `length` bytes, in memory.
  public static byte[] bytes(ByteSource source, long offset, int length) throws TruncatedException {
    if (length < 0 || offset < 0 || offset > source.size() - length) {
      throw new TruncatedException(
          "%d bytes at offset %d are past the end %d".formatted(length, offset, source.size()));
    }
    byte[] bytes = new byte[length];
    if (source.read(offset, bytes, 0, length) != length) {
      throw new TruncatedException("short read at offset " + offset);
    }
    return bytes;
  }

  /// Up to `length` bytes, fewer at the end.
  public static byte[] upTo(ByteSource source, long offset, int length) {
    byte[] bytes = new byte[ByteRange.available(source.size(), offset, length)];
    source.read(offset, bytes, 0, bytes.length);
    return bytes;
  }

  public static boolean matches(ByteSource source, long offset, byte[] magic) {
    byte[] found = new byte[magic.length];
    return offset >= 0
        && source.read(offset, found, 0, found.length) == found.length
        && java.util.Arrays.equals(found, magic);
  }

  /// The bytes up to the first NUL as text, each byte one character.
  public static String text(byte[] bytes, int at, int length) {
    int end = at;
    while (end < at + length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, at, end - at, StandardCharsets.ISO_8859_1);
  }

  public static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
