package io.firmament.analysis.unpack.formats.archive;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Blocks of RAR 1.5 to 4: half a CRC-32, kind, flags, size of the header, size of the data.
final class Rar4Blocks implements RarBlocks {
  private static final int MARK = 7;
  private static final int MAIN = 0x73;
  private static final int FILE = 0x74;
  private static final int SERVICE = 0x7a;
  private static final int END = 0x7b;
  private static final int HAS_DATA = 0x8000;
  private static final int HEADERS_ENCRYPTED = 0x80;
  private static final int MAIN_COMMENT = 2;
  private static final int MAIN_FIELDS = 13;
  private static final int FILE_COMMENT = 8;
  private static final int SPLIT = 0x03;
  private static final int ENCRYPTED = 0x04;
  private static final int SOLID = 0x10;
  private static final int LARGE = 0x100;
  private static final int UNICODE = 0x200;
  private static final int DIRECTORY = 0xe0;
  private static final int FILE_FIELDS = 32;
  private static final int STORED = 0x30;
  private static final int UNIX = 3;

  private final ByteSource archive;
  private long at = MARK;
  private boolean hidden;

  Rar4Blocks(ByteSource archive) {
    this.archive = archive;
  }

  @Override
  public String version() {
    return "4";
  }

  @Override
  public boolean more() {
    return at < archive.size();
  }

  @Override
  public Block next() throws IOException {
    if (hidden) {
      return Block.plain(Kind.ENCRYPTION, at, archive.size());
    }
    byte[] fixed = Binary.bytes(archive, at, 7);
    int kind = fixed[2] & 0xff;
    int flags = Binary.u16le(fixed, 3);
    int size = Binary.u16le(fixed, 5);
    if (size < 7 || kind < MAIN || kind > END) {
      throw new CorruptException("no block at offset " + at);
    }
    byte[] b = Binary.bytes(archive, at, size);
    long summed = summed(b, kind, flags) - 2L;
    if ((Checksums.crc32(archive.slice(at + 2, summed)) & 0xffff) != Binary.u16le(b, 0)) {
      throw new CorruptException("the checksum of a block is wrong");
    }
    boolean file = kind == FILE || kind == SERVICE;
    if (file && size < FILE_FIELDS) {
      throw new CorruptException("a file without its fields");
    }
    long data = at + size;
    boolean withData = (file || (flags & HAS_DATA) != 0) && size >= 11;
    long length = withData ? Binary.u32le(b, 7) : 0;
    if (file && (flags & LARGE) != 0 && size >= FILE_FIELDS + 8) {
      length |= Binary.u32le(b, FILE_FIELDS) << 32;
    }
    if (length < 0 || length > 1L << 48) {
      throw new CorruptException("a block of %d bytes".formatted(length));
    }
    at = data + length;
    hidden = kind == MAIN && (flags & HEADERS_ENCRYPTED) != 0;
    return kind == FILE
        ? file(b, flags, data)
        : Block.plain(kind == END ? Kind.END : Kind.OTHER, data, at);
  }

  /// Where the bytes under the checksum end: a comment of old versions in a header is not under it.
  private static int summed(byte[] b, int kind, int flags) {
    if (kind == MAIN && (flags & MAIN_COMMENT) != 0) {
      return Math.min(b.length, MAIN_FIELDS);
    }
    return kind == FILE && (flags & FILE_COMMENT) != 0 && b.length > FILE_FIELDS
        ? Math.min(b.length, FILE_FIELDS + Binary.u16le(b, 26))
        : b.length;
  }

  private Block file(byte[] b, int flags, long data) {
    boolean large = (flags & LARGE) != 0;
    int nameAt = FILE_FIELDS + (large ? 8 : 0);
    int nameLength = Math.clamp(b.length - nameAt, 0, Binary.u16le(b, 26));
    byte[] name = Arrays.copyOfRange(b, Math.min(nameAt, b.length), nameAt + nameLength);
    if ((flags & UNICODE) != 0) {
      name = unicode(name);
    }
    for (int i = 0; i < name.length; i++) {
      name[i] = name[i] == '\\' ? (byte) '/' : name[i];
    }
    boolean unix = b[15] == UNIX;
    return new Block(
        Kind.FILE,
        data,
        at,
        name,
        (flags & DIRECTORY) == DIRECTORY,
        (flags & ENCRYPTED) != 0,
        new Packing(
            (b[24] & 0xff) == 36 ? 29 : b[24] & 0xff,
            b[25] == STORED,
            1L << (16 + (flags >> 5 & 7)),
            (flags & SOLID) != 0,
            (flags & SPLIT) != 0),
        new byte[0],
        new byte[0],
        unix ? (int) Binary.u32le(b, 28) & 0xffff : -1,
        DosTime.seconds(Binary.u16le(b, 22), Binary.u16le(b, 20)),
        Binary.u32le(b, 11) | (large && b.length >= nameAt ? Binary.u32le(b, 36) << 32 : 0),
        Binary.u32le(b, 16));
  }

  /// The plain name, a NUL, and how the name in UTF-16 differs: an upper byte that is common, then
  /// pairs of bits, each of which says what the next unit is made of. Without a NUL it is UTF-8.
  private static byte[] unicode(byte[] name) {
    int plain = 0;
    while (plain < name.length && name[plain] != 0) {
      plain++;
    }
    int at = plain + 1;
    if (at >= name.length) {
      return Arrays.copyOf(name, plain);
    }
    int upper = (name[at++] & 0xff) << 8;
    StringBuilder out = new StringBuilder();
    int flags = 0;
    int pairs = 0;
    while (at < name.length && out.length() < name.length) {
      if (pairs == 0) {
        flags = name[at++] & 0xff;
        pairs = 4;
      }
      int kind = flags >> (2 * --pairs) & 3;
      int first = at < name.length ? name[at] & 0xff : -1;
      int second = at + 1 < name.length ? name[at + 1] & 0xff : 0;
      if (first < 0) {
        break;
      }
      at += kind == 2 || (kind == 3 && first >= 0x80) ? 2 : 1;
      if (kind < 3) {
        out.append((char) (kind == 0 ? first : kind == 1 ? upper | first : second << 8 | first));
      } else {
        for (int i = (first & 0x7f) + 2; i > 0 && out.length() < plain; i--) {
          int same = name[out.length()] & 0xff;
          out.append((char) (first < 0x80 ? same : upper | (same + second & 0xff)));
        }
      }
    }
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }
}
