package io.firmament.analysis.unpack.formats.archive;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Blocks of RAR 5: a CRC-32, the size of the header, kind, flags, and as these say the sizes of
/// extras and data. Numbers have seven bits a byte, the lowest first.
final class Rar5Blocks implements RarBlocks {
  private static final int MARK = 8;
  private static final int LONGEST_NUMBER = 3;
  private static final int LARGEST_HEADER = 1 << 21;
  private static final int FILE = 2;
  private static final int ENCRYPTION = 4;
  private static final int END = 5;
  private static final int HAS_EXTRA = 1;
  private static final int HAS_DATA = 2;
  private static final int SPLIT = 8 | 16;
  private static final int DIRECTORY = 1;
  private static final int HAS_TIME = 2;
  private static final int HAS_SUM = 4;
  private static final int UNKNOWN_SIZE = 8;
  private static final int UNIX = 1;
  private static final int FILE_ENCRYPTION = 1;
  private static final int REDIRECTION = 5;
  private static final int UNIX_LINK = 1;
  private static final int JUNCTION = 3;
  private static final int HARD_LINK = 4;
  private static final int COPY = 5;

  private final ByteSource archive;
  private long at = MARK;

  Rar5Blocks(ByteSource archive) {
    this.archive = archive;
  }

  @Override
  public String version() {
    return "5";
  }

  @Override
  public boolean more() {
    return at < archive.size();
  }

  /// Reads one header.
  private static final class Fields {
    private final byte[] bytes;
    private int at;

    Fields(byte[] bytes) {
      this.bytes = bytes;
    }

    long number() throws CorruptException {
      long value = 0;
      for (int shift = 0; shift < 63; shift += 7) {
        int b = bytes[take(1)];
        value |= (long) (b & 0x7f) << shift;
        if (b >= 0) {
          return value;
        }
      }
      throw new CorruptException("a number that makes no sense");
    }

    long u32() throws CorruptException {
      return Binary.u32le(bytes, take(4));
    }

    int take(long count) throws CorruptException {
      if (count < 0 || count > bytes.length - at) {
        throw new CorruptException("a header that ends too early");
      }
      int from = at;
      at += (int) count;
      return from;
    }
  }

  @Override
  public Block next() throws IOException {
    long sizeAt = at + 4;
    int length = 1;
    while (Binary.u8(archive, sizeAt + length - 1) >= 0x80 && length < LONGEST_NUMBER) {
      length++;
    }
    long size = new Fields(Binary.bytes(archive, sizeAt, length)).number();
    if (size == 0 || size > LARGEST_HEADER) {
      throw new CorruptException("a header of %d bytes".formatted(size));
    }
    if (Checksums.crc32(archive.slice(sizeAt, length + size)) != Binary.u32le(archive, at)) {
      throw new CorruptException("the checksum of a block is wrong");
    }
    long data = sizeAt + length + size;
    byte[] bytes = Binary.bytes(archive, sizeAt + length, (int) size);
    Fields in = new Fields(bytes);
    int kind = (int) in.number();
    long flags = in.number();
    long extra = (flags & HAS_EXTRA) != 0 ? in.number() : 0;
    long content = (flags & HAS_DATA) != 0 ? in.number() : 0;
    if (content < 0 || content > 1L << 48 || extra > size) {
      throw new CorruptException("a block of %d bytes".formatted(content));
    }
    at = data + content;
    return switch (kind) {
      case FILE -> file(in, bytes, (int) (size - extra), flags, data);
      case ENCRYPTION -> Block.plain(Kind.ENCRYPTION, data, at);
      case END -> Block.plain(Kind.END, data, at);
      default -> Block.plain(Kind.OTHER, data, at);
    };
  }

  private Block file(Fields in, byte[] bytes, int extraAt, long flags, long data)
      throws CorruptException {
    long own = in.number();
    long size = in.number();
    long attributes = in.number();
    long mtime = (own & HAS_TIME) != 0 ? in.u32() : 0;
    long sum = (own & HAS_SUM) != 0 ? in.u32() : -1;
    long compression = in.number();
    boolean unix = in.number() == UNIX;
    long nameLength = in.number();
    int nameAt = in.take(nameLength);
    boolean whole = (flags & SPLIT) == 0 && (own & UNKNOWN_SIZE) == 0;
    return new Block(
        Kind.FILE,
        data,
        at,
        Arrays.copyOfRange(bytes, nameAt, nameAt + (int) nameLength),
        (own & DIRECTORY) != 0,
        extra(bytes, extraAt, FILE_ENCRYPTION) != null,
        packing(compression, whole, size == at - data),
        target(extra(bytes, extraAt, REDIRECTION), UNIX_LINK, JUNCTION),
        target(extra(bytes, extraAt, REDIRECTION), HARD_LINK, COPY),
        unix ? (int) attributes & 0xffff : -1,
        mtime,
        size,
        sum);
  }

  /// Bits 0 to 5 are the version of the compression, 6 says solid, 7 to 9 are the method, and 10 to
  /// 13 the dictionary. Version 1 has larger dictionaries, and is not known otherwise.
  private static Packing packing(long compression, boolean whole, boolean same) {
    boolean stored = (compression >> 7 & 7) == 0;
    return new Packing(
        (compression & 63) == 0 ? 50 : 70,
        stored,
        1L << (17 + (compression >> 10 & 15)),
        (compression >> 6 & 1) != 0,
        !whole || (stored && !same));
  }

  /// Extras are a size, a kind and data; null where there is none of the kind.
  private static byte @Nullable [] extra(byte[] header, int from, int kind)
      throws CorruptException {
    Fields in = new Fields(header);
    in.take(from);
    while (in.at < header.length) {
      long size = in.number();
      int start = in.take(size);
      if (size > 0 && header[start] == kind) {
        return Arrays.copyOfRange(header, start + 1, start + (int) size);
      }
    }
    return null;
  }

  /// The target of a redirection of those kinds: kind, flags, length and name.
  private static byte[] target(byte @Nullable [] redirection, int first, int last)
      throws CorruptException {
    if (redirection == null) {
      return new byte[0];
    }
    Fields in = new Fields(redirection);
    long kind = in.number();
    in.number();
    long length = in.number();
    int start = in.take(length);
    return kind >= first && kind <= last
        ? Arrays.copyOfRange(redirection, start, start + (int) length)
        : new byte[0];
  }
}
