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
  private static final int SPLIT = 0x03;
  private static final int ENCRYPTED = 0x04;
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
    if ((Checksums.crc32(archive.slice(at + 2, size - 2L)) & 0xffff) != Binary.u16le(b, 0)) {
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

  private Block file(byte[] b, int flags, long data) {
    boolean large = (flags & LARGE) != 0;
    int nameAt = FILE_FIELDS + (large ? 8 : 0);
    int nameLength = Math.clamp(b.length - nameAt, 0, Binary.u16le(b, 26));
    byte[] name = Arrays.copyOfRange(b, Math.min(nameAt, b.length), nameAt + nameLength);
    if ((flags & UNICODE) != 0) {
      // A coded name in Unicode follows the plain one.
      name = Binary.text(name, 0, name.length).getBytes(StandardCharsets.ISO_8859_1);
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
        b[25] == STORED && (flags & SPLIT) == 0,
        new byte[0],
        unix ? (int) Binary.u32le(b, 28) & 0xffff : -1,
        DosTime.seconds(Binary.u16le(b, 22), Binary.u16le(b, 20)),
        Binary.u32le(b, 11) | (large && b.length >= nameAt ? Binary.u32le(b, 36) << 32 : 0),
        Binary.u32le(b, 16));
  }
}
