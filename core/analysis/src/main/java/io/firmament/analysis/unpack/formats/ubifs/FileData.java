package io.firmament.analysis.unpack.formats.ubifs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.PieceInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.function.Consumer;

/// The content of a file: blocks of 4096 bytes; one that is missing is a hole, and one that is
/// damaged is zeros and is told of.
final class FileData extends PieceInputStream {
  static final int BLOCK = 4096;
  private static final byte[] END = {};
  private static final int MOST_ZEROS = 1 << 16;

  private final ByteSource volume;
  private final NavigableMap<Long, Inode.Place> blocks;
  private final long size;
  private final Consumer<IOException> damage;
  private long position;

  FileData(
      ByteSource volume,
      NavigableMap<Long, Inode.Place> blocks,
      long size,
      Consumer<IOException> damage) {
    this.volume = volume;
    this.blocks = blocks;
    this.size = size;
    this.damage = damage;
  }

  @Override
  protected byte[] next() {
    long left = size - position;
    if (left <= 0) {
      return END;
    }
    Map.Entry<Long, Inode.Place> block = blocks.ceilingEntry(position / BLOCK);
    long hole = block == null ? left : block.getKey() * BLOCK - position;
    byte[] piece;
    if (hole > 0) {
      piece = new byte[(int) Math.min(Math.min(hole, left), MOST_ZEROS)];
    } else {
      piece = Arrays.copyOf(read(block.getValue()), (int) Math.min(left, BLOCK));
    }
    position += piece.length;
    return piece;
  }

  private byte[] read(Inode.Place place) {
    try {
      Node node = Node.read(volume, place.position(), 48 + 2 * BLOCK, Node.DATA);
      long length = node.u32(40);
      if (length > BLOCK) {
        throw new CorruptException("a block of " + length + " bytes");
      }
      byte[] data = node.range(48, node.bytes().length - 48);
      return Codec.decode(node.u16(44), data, (int) length);
    } catch (IOException e) {
      damage.accept(e);
      return END;
    }
  }
}
