package io.firmament.analysis.unpack.formats.jfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Runs;
import io.firmament.analysis.unpack.io.Allowance;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;

/// The tree of a content's extents (`xtpage_t`), whose root is in the inode.
final class ExtentTree {
  private static final int HEADER = 32;
  private static final int ENTRY = 16;
  private static final int FIRST_ENTRY = HEADER / ENTRY;
  private static final int LEAF = 2;
  private static final int NOT_RECORDED = 8;
  private static final int PAGE = 4096;
  private static final int MOST_DEPTH = 16;

  private final ByteSource source;
  private final SuperBlock block;
  private final Allowance allowance;

  ExtentTree(ByteSource source, SuperBlock block, Allowance allowance) {
    this.source = source;
    this.block = block;
    this.allowance = allowance;
  }

  /// The first `size` bytes of the content of an inode.
  Runs runs(Inode inode, long size) throws IOException {
    if (size < 0) {
      throw new CorruptException("a content of %d bytes".formatted(size));
    }
    Runs runs = new Runs();
    node(inode.root(), runs, 0);
    if (runs.length() < size) {
      runs.holeUpTo(size);
    }
    return runs;
  }

  /// Flags, number of the first free entry; entries of flags, block in the content, extent.
  private void node(byte[] b, Runs runs, int depth) throws IOException {
    int end = Binary.u16le(b, 18);
    if (end > b.length / ENTRY || depth > MOST_DEPTH) {
      throw new CorruptException("a tree of extents makes no sense");
    }
    boolean leaf = (b[16] & LEAF) != 0;
    for (int i = FIRST_ENTRY; i < end; i++) {
      int at = i * ENTRY;
      Extent extent = Extent.of(b, at + 8);
      if (!leaf) {
        allowance.spend(PAGE);
        node(Binary.bytes(source, block.position(extent), PAGE), runs, depth + 1);
        continue;
      }
      long offset = (b[at + 3] & 0xffL) << 32 | Binary.u32le(b, at + 4);
      runs.holeUpTo(offset * block.blockSize());
      if ((b[at] & NOT_RECORDED) != 0) {
        runs.hole(extent.length() * block.blockSize());
      } else {
        runs.add(block.position(extent), extent.length() * block.blockSize());
      }
    }
  }
}
