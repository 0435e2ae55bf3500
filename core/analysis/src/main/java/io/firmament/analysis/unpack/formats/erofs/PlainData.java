package io.firmament.analysis.unpack.formats.erofs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.PieceInputStream;
import io.firmament.analysis.unpack.io.UnsupportedException;
import java.io.IOException;

/// The content of a file that is not compressed: blocks in a row, of which the last part may lie
/// behind the inode, or chunks that lie anywhere.
final class PlainData extends PieceInputStream {
  private static final byte[] END = {};
  private static final int MOST = 1 << 16;
  private static final long HOLE = 0xffffffffL;
  private static final int INDEXES = 0x20;
  private static final int LARGE = 0x40;

  private final ByteSource image;
  private final SuperBlock block;
  private final Inode inode;
  private long position;

  PlainData(ByteSource image, SuperBlock block, Inode inode) {
    this.image = image;
    this.block = block;
    this.inode = inode;
  }

  @Override
  protected byte[] next() throws IOException {
    long left = inode.size() - position;
    if (left <= 0) {
      return END;
    }
    byte[] piece =
        switch (inode.layout()) {
          case Inode.PLAIN -> run(plain() + position, left);
          case Inode.INLINE -> inline(left);
          case Inode.CHUNKS -> chunk(left);
          default -> throw new UnsupportedException("data layout " + inode.layout());
        };
    position += piece.length;
    return piece;
  }

  private long plain() {
    return inode.detail() << block.blockBits();
  }

  private byte[] run(long at, long length) throws IOException {
    return Binary.bytes(image, at, (int) Math.min(length, MOST));
  }

  private byte[] inline(long left) throws IOException {
    long tail = inode.size() & ~(block.blockSize() - 1L);
    return position < tail
        ? run(plain() + position, tail - position)
        : run(inode.end() + position - tail, left);
  }

  /// Each chunk has four bytes with its block, or eight with 16 bits of block, 16 bits of device
  /// and 32 bits of block.
  private byte[] chunk(long left) throws IOException {
    int format = (int) inode.detail() & 0xffff;
    int bits = block.blockBits() + (format & 31);
    if (bits > 40) {
      throw new CorruptException("chunks of 2^" + bits + " bytes");
    }
    boolean wide = (format & INDEXES) != 0;
    int width = wide ? 8 : 4;
    long start = (inode.end() + width - 1) / width * width;
    byte[] entry = Binary.bytes(image, start + (position >> bits) * width, width);
    long at = Binary.u32le(entry, wide ? 4 : 0);
    if (wide && Binary.u16le(entry, 2) != 0) {
      throw new UnsupportedException("data on another device");
    }
    boolean hole = at == HOLE;
    if (wide && (format & LARGE) != 0) {
      at |= (long) Binary.u16le(entry, 0) << 32;
    }
    long within = position & ((1L << bits) - 1);
    long length = Math.min(left, (1L << bits) - within);
    return hole
        ? new byte[(int) Math.min(length, MOST)]
        : run((at << block.blockBits()) + within, length);
  }
}
