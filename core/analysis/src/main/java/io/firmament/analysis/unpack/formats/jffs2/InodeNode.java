package io.firmament.analysis.unpack.formats.jffs2;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A node of an inode: its attributes at that time, and some of its data.
///
/// @param size of the whole file
/// @param offset of the data in the file
/// @param stored bytes of the data in the image
/// @param length of the data in the file
record InodeNode(
    long position,
    long inode,
    long version,
    int mode,
    int uid,
    int gid,
    long size,
    long mtime,
    long offset,
    long stored,
    long length,
    int compression,
    int dataSum) {
  static final int HEADER = 68;

  /// Far above the page that a node holds.
  private static final long MOST = 1 << 20;

  static InodeNode read(ByteSource source, long position, ByteOrder order) throws IOException {
    byte[] bytes = Binary.bytes(source, position, HEADER);
    ByteBuffer b = ByteBuffer.wrap(bytes).order(order);
    if (Checksums.crc32FromZero(bytes, 0, 60) != b.getInt(64)) {
      throw new CorruptException("the checksum of the node at " + position + " is wrong");
    }
    return new InodeNode(
        position,
        u32(b, 12),
        u32(b, 16),
        b.getInt(20),
        Short.toUnsignedInt(b.getShort(24)),
        Short.toUnsignedInt(b.getShort(26)),
        u32(b, 28),
        u32(b, 36),
        u32(b, 44),
        u32(b, 48),
        u32(b, 52),
        b.get(56) & 0xff,
        b.getInt(60));
  }

  /// The data as stored; a failure where its checksum is wrong.
  byte[] data(ByteSource source) throws IOException {
    if (stored > MOST || (length > MOST && compression != Codec.ZERO)) {
      throw new CorruptException("the node at %d has %d bytes".formatted(position, length));
    }
    byte[] data = Binary.bytes(source, position + HEADER, (int) stored);
    if (Checksums.crc32FromZero(data, 0, data.length) != dataSum) {
      throw new CorruptException("the data of the node at " + position + " is damaged");
    }
    return data;
  }

  private static long u32(ByteBuffer b, int at) {
    return Integer.toUnsignedLong(b.getInt(at));
  }
}
