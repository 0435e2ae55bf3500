package io.firmament.analysis.unpack.formats.erofs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;

/// An inode, compact (32 bytes) or extended (64 bytes).
///
/// @param position of the inode in the image
/// @param layout of the data, 0 to 4
/// @param attributes size of the attributes that follow
/// @param mode with the type
/// @param detail block of plain data, numbers of a device, or format of chunks
/// @param end one past the inode and its attributes
record Inode(
    long number,
    long position,
    int layout,
    int attributes,
    int mode,
    long uid,
    long gid,
    long mtime,
    long links,
    long size,
    long detail,
    long end) {
  static final int PLAIN = 0;
  static final int COMPRESSED_FULL = 1;
  static final int INLINE = 2;
  static final int COMPRESSED_COMPACT = 3;
  static final int CHUNKS = 4;

  static Inode read(ByteSource source, SuperBlock block, long number) throws IOException {
    long position = (block.metadata() << block.blockBits()) + number * 32;
    if (number < 0 || position < 0) {
      throw new CorruptException("no inode " + number);
    }
    byte[] b = Binary.bytes(source, position, 32);
    int format = Binary.u16le(b, 0);
    boolean extended = (format & 1) != 0;
    int count = Binary.u16le(b, 2);
    int attributes = count == 0 ? 0 : 12 + 4 * (count - 1);
    int layout = format >> 1 & 7;
    int mode = Binary.u16le(b, 4);
    if (!extended) {
      return new Inode(
          number,
          position,
          layout,
          attributes,
          mode,
          Binary.u16le(b, 24),
          Binary.u16le(b, 26),
          block.time(),
          Binary.u16le(b, 6),
          Binary.u32le(b, 8),
          Binary.u32le(b, 16),
          position + 32 + attributes);
    }
    b = Binary.bytes(source, position, 64);
    if (Binary.i64le(b, 8) < 0) {
      throw new CorruptException("a size that makes no sense");
    }
    return new Inode(
        number,
        position,
        layout,
        attributes,
        mode,
        Binary.u32le(b, 24),
        Binary.u32le(b, 28),
        Binary.i64le(b, 32),
        Binary.u32le(b, 44),
        Binary.i64le(b, 8),
        Binary.u32le(b, 16),
        position + 64 + attributes);
  }

  EntryType type() {
    return RawEntry.type(mode);
  }

  boolean isCompressed() {
    return layout == COMPRESSED_FULL || layout == COMPRESSED_COMPACT;
  }
}
