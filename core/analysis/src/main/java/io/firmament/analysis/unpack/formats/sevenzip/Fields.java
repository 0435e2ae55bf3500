package io.firmament.analysis.unpack.formats.sevenzip;

import io.firmament.analysis.unpack.Note;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LimitException;
import java.io.IOException;
import java.util.BitSet;

/// The fields of a header, one after the other.
final class Fields {
  /// Files, folders or streams of one archive.
  static final int MOST_THINGS = 1 << 20;

  private final byte[] bytes;
  private int at;

  Fields(byte[] bytes) {
    this.bytes = bytes;
  }

  int u8() throws CorruptException {
    return bytes[take(1)] & 0xff;
  }

  long u32() throws CorruptException {
    return Binary.u32le(bytes, take(4));
  }

  long i64() throws CorruptException {
    return Binary.i64le(bytes, take(8));
  }

  /// As many bytes more as the first has leading ones; what is left of it is the highest part.
  long number() throws CorruptException {
    int first = u8();
    long value = 0;
    for (int i = 0, mask = 0x80; i < 8; i++, mask >>= 1) {
      if ((first & mask) == 0) {
        value |= (long) (first & mask - 1) << (8 * i);
        break;
      }
      value |= (long) u8() << (8 * i);
    }
    if (value < 0) {
      throw new CorruptException("a number that makes no sense");
    }
    return value;
  }

  /// A length within the header.
  int length() throws CorruptException {
    long number = number();
    if (number > bytes.length) {
      throw new CorruptException("a length of " + number + " bytes");
    }
    return (int) number;
  }

  /// How many things there are, of which each takes a part of the header.
  int count() throws IOException {
    long number = number();
    if (number > MOST_THINGS) {
      throw new LimitException(Note.Limit.ENTRIES, "an archive of %d things".formatted(number));
    }
    if (number > bytes.length * 8L) {
      throw new CorruptException("a header that counts %d things".formatted(number));
    }
    return (int) number;
  }

  byte[] bytes(int count) throws CorruptException {
    int from = take(count);
    return java.util.Arrays.copyOfRange(bytes, from, from + count);
  }

  Fields part(int count) throws CorruptException {
    return new Fields(bytes(count));
  }

  BitSet bits(int count) throws CorruptException {
    BitSet bits = new BitSet(count);
    int b = 0;
    for (int i = 0; i < count; i++) {
      b = i % 8 == 0 ? u8() : b << 1;
      bits.set(i, (b & 0x80) != 0);
    }
    return bits;
  }

  /// A byte that says that all bits are set, else the bits.
  BitSet allOrBits(int count) throws CorruptException {
    if (u8() == 0) {
      return bits(count);
    }
    BitSet all = new BitSet(count);
    all.set(0, count);
    return all;
  }

  /// CRCs of some of so many things; -1 for those that have none.
  long[] sums(int count) throws CorruptException {
    BitSet defined = allOrBits(count);
    long[] sums = new long[count];
    for (int i = 0; i < count; i++) {
      sums[i] = defined.get(i) ? u32() : -1;
    }
    return sums;
  }

  /// UTF-16 up to a zero, as UTF-8.
  byte[] name() throws CorruptException {
    StringBuilder name = new StringBuilder();
    for (int c = Binary.u16le(bytes, take(2)); c != 0; c = Binary.u16le(bytes, take(2))) {
      name.append((char) c);
    }
    return name.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  void expect(int id) throws CorruptException {
    int found = u8();
    if (found != id) {
      throw new CorruptException("property %d where %d belongs".formatted(found, id));
    }
  }

  private int take(int count) throws CorruptException {
    if (count < 0 || count > bytes.length - at) {
      throw new CorruptException("a header that ends too early");
    }
    int from = at;
    at += count;
    return from;
  }
}
