package io.firmament.analysis.unpack.formats.cramfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.PieceInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// The content of a file: an array of pointers, each to the end of a block, and the zlib blocks
/// behind it; a block of no bytes is a hole.
final class FileData extends PieceInputStream {
  private static final byte[] END = {};

  /// A pointer of an extended image: the block is stored, and the pointer is to its start.
  private static final int STORED = 1 << 31;

  private static final int DIRECT = 1 << 30;
  private static final int ADDRESS = DIRECT - 1;

  private final ByteSource source;
  private final SuperBlock superBlock;
  private final Inode inode;
  private final int blockSize;
  private final long blocks;
  private long next;
  private long start;

  FileData(ByteSource source, SuperBlock superBlock, Inode inode, int blockSize) {
    this.source = source;
    this.superBlock = superBlock;
    this.inode = inode;
    this.blockSize = blockSize;
    this.blocks = (inode.size() + blockSize - 1) / blockSize;
    this.start = inode.offset() + 4 * blocks;
  }

  /// Where the last block of the file ends.
  static long end(ByteSource source, SuperBlock superBlock, Inode inode, int blockSize)
      throws IOException {
    FileData data = new FileData(source, superBlock, inode, blockSize);
    return data.blocks == 0 ? inode.offset() : data.pointer(data.blocks - 1) & 0xffffffffL;
  }

  private int pointer(long index) throws IOException {
    byte[] pointer = Binary.bytes(source, inode.offset() + 4 * index, 4);
    return ByteBuffer.wrap(pointer).order(superBlock.order()).getInt();
  }

  @Override
  protected byte[] next() throws IOException {
    if (next == blocks) {
      return END;
    }
    int wanted = (int) Math.min(blockSize, inode.size() - next * blockSize);
    int pointer = pointer(next++);
    if (superBlock.hasExtendedPointers() && (pointer & (STORED | DIRECT)) != 0) {
      return extended(pointer, wanted);
    }
    long from = start;
    start = Integer.toUnsignedLong(pointer);
    return decode(from, start - from, wanted);
  }

  /// A direct pointer counts in words; a compressed block at it begins with two bytes of length.
  private byte[] extended(int pointer, int wanted) throws IOException {
    boolean stored = (pointer & STORED) != 0;
    if ((pointer & DIRECT) == 0) {
      long from = start;
      start = pointer & ADDRESS;
      return copy(from, start - from, wanted);
    }
    long address = 4L * (pointer & ADDRESS);
    if (stored) {
      start = address + blockSize;
      return copy(address, wanted, wanted);
    }
    byte[] length = Binary.bytes(source, address, 2);
    int size = Short.toUnsignedInt(ByteBuffer.wrap(length).order(superBlock.order()).getShort());
    start = address + 2 + size;
    return decode(address + 2, size, wanted);
  }

  private byte[] copy(long from, long length, int wanted) throws IOException {
    if (length < 0 || length > wanted) {
      throw new CorruptException("a stored block of " + length + " bytes");
    }
    return Arrays.copyOf(Binary.bytes(source, from, (int) length), wanted);
  }

  private byte[] decode(long from, long length, int wanted) throws IOException {
    if (length < 0 || length > 2L * blockSize) {
      throw new CorruptException("a block of " + length + " bytes");
    }
    byte[] block = new byte[blockSize];
    if (length > 0 && inflate(Binary.bytes(source, from, (int) length), block) != wanted) {
      throw new CorruptException("a block is shorter than its file");
    }
    return Arrays.copyOf(block, wanted);
  }

  /// Gives how many bytes came out; -1 where the block is no zlib stream.
  static int inflate(byte[] in, byte[] out) {
    try (Inflater inflater = new Inflater()) {
      inflater.setInput(in);
      int done = 0;
      int n = inflater.inflate(out, 0, out.length);
      while (n > 0) {
        done += n;
        n = done < out.length ? inflater.inflate(out, done, out.length - done) : 0;
      }
      return done;
    } catch (DataFormatException e) {
      return -1;
    }
  }
}
