package io.firmament.analysis.unpack.formats.xfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Allowance;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;

/// The extents of a fork: in the inode, or in a tree below it.
final class Extents {
  private static final int RECORD = 16;
  private static final int MOST_LEVELS = 8;

  private final ByteSource source;
  private final SuperBlock block;
  private final Allowance allowance;

  Extents(ByteSource source, SuperBlock block, Allowance allowance) {
    this.source = source;
    this.block = block;
    this.allowance = allowance;
  }

  /// Takes an extent, in blocks.
  @FunctionalInterface
  interface Use {
    void extent(long offset, long start, long count, boolean unwritten) throws IOException;
  }

  void each(Inode.Fork fork, Use use) throws IOException {
    byte[] b = fork.bytes();
    switch (fork.format()) {
      case Inode.EXTENTS -> records(b, 0, fork.extents(), use);
      case Inode.BTREE -> {
        if (b.length < 4) {
          throw new CorruptException("a tree without a root");
        }
        int most = (b.length - 4) / RECORD;
        children(b, 4 + most * 8, most, Binary.u16be(b, 2), Binary.u16be(b, 0), use);
      }
      default -> throw new CorruptException("a fork of format " + fork.format());
    }
  }

  private void children(byte[] b, int pointers, int most, int count, int level, Use use)
      throws IOException {
    if (count > most || level < 1 || level > MOST_LEVELS) {
      throw new CorruptException("a node of a tree makes no sense");
    }
    for (int i = 0; i < count; i++) {
      node(Binary.i64be(b, pointers + i * 8), level - 1, use);
    }
  }

  private void node(long number, int level, Use use) throws IOException {
    allowance.spend(block.blockSize());
    byte[] b = Binary.bytes(source, block.position(number), block.blockSize());
    String magic = Binary.text(b, 0, 4);
    if ((!magic.equals("BMAP") && !magic.equals("BMA3")) || Binary.u16be(b, 4) != level) {
      throw new CorruptException("a block of a tree makes no sense");
    }
    int header = magic.equals("BMA3") ? 72 : 24;
    int count = Binary.u16be(b, 6);
    if (level == 0) {
      records(b, header, count, use);
    } else {
      int most = (b.length - header) / RECORD;
      children(b, header + most * 8, most, count, level, use);
    }
  }

  /// A flag of 1 bit, an offset of 54, a start of 52 and a count of 21.
  private static void records(byte[] b, int at, long count, Use use) throws IOException {
    if (count < 0 || count > (b.length - at) / RECORD) {
      throw new CorruptException("%d extents".formatted(count));
    }
    for (int i = 0; i < count; i++) {
      long high = Binary.i64be(b, at + i * RECORD);
      long low = Binary.i64be(b, at + i * RECORD + 8);
      use.extent(
          (high & Long.MAX_VALUE) >>> 9,
          (high & 0x1ff) << 43 | low >>> 21,
          low & 0x1fffff,
          high < 0);
    }
  }
}
