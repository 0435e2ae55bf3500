package io.firmament.analysis.unpack.formats.f2fs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.Map;

/// Finds nodes by their numbers, and the blocks of files through them.
final class Nodes {
  /// Addresses or numbers in a node that is no inode.
  private static final int PER_NODE = 1018;

  private static final int ENTRIES_PER_BLOCK = 455;
  private static final int FOOTER = 24;

  private final ByteSource source;
  private final SuperBlock block;
  private final Checkpoint checkpoint;
  private final Map<Long, Long> journal;
  private long cachedNumber = -1;
  private byte[] cached = {};

  Nodes(ByteSource source, SuperBlock block) throws IOException {
    this.source = source;
    this.block = block;
    this.checkpoint = Checkpoint.read(source, block);
    this.journal = checkpoint.journal(source);
  }

  Inode inode(long number) throws IOException {
    byte[] raw = node(number);
    long owner = Binary.u32le(raw, raw.length - FOOTER + 4);
    if (owner != number) {
      throw new CorruptException("node %d is of inode %d".formatted(number, owner));
    }
    return Inode.of(number, raw, block.hasFlexibleAttributes());
  }

  /// The block of a node, whose footer says its number.
  byte[] node(long number) throws IOException {
    byte[] raw = block(address(number));
    if (Binary.u32le(raw, raw.length - FOOTER) != number) {
      throw new CorruptException("no node " + number);
    }
    return raw;
  }

  byte[] block(long address) throws IOException {
    if (address < block.main() || address >= block.blocks()) {
      throw new CorruptException("no block " + address);
    }
    return Binary.bytes(source, address << block.blockBits(), block.blockSize());
  }

  /// The node table has 455 addresses in a block, and two segments for each segment of blocks.
  private long address(long number) throws IOException {
    Long newer = journal.get(number);
    if (newer != null) {
      return newer;
    }
    long index = number / ENTRIES_PER_BLOCK;
    long segment = index >> block.segmentBits();
    if (2 * segment >= block.nodeTableSegments()) {
      throw new CorruptException("no node " + number);
    }
    long at =
        block.nodeTable()
            + (segment << block.segmentBits() << 1)
            + (index & (block.segmentBlocks() - 1))
            + (checkpoint.isSecond(index) ? block.segmentBlocks() : 0);
    long entry = (at << block.blockBits()) + number % ENTRIES_PER_BLOCK * 9;
    return Binary.u32le(source, entry + 5);
  }

  /// The address of a block of a file; 0 for a hole.
  long address(Inode inode, long index) throws IOException {
    if (index < inode.addresses()) {
      return inode.address((int) index);
    }
    // The nodes of a compressed file hold whole clusters.
    int bits = inode.isCompressed() ? inode.clusterBits() : 0;
    long perDirect = (PER_NODE >> bits) * (1L << bits);
    long rest = index - inode.addresses();
    for (int i = 0; i < 2; i++) {
      if (rest < perDirect) {
        return word(inode.node(i), rest);
      }
      rest -= perDirect;
    }
    long perIndirect = perDirect * PER_NODE;
    for (int i = 2; i < 4; i++) {
      if (rest < perIndirect) {
        return indirect(inode.node(i), rest, perDirect);
      }
      rest -= perIndirect;
    }
    if (rest >= perIndirect * PER_NODE) {
      throw new CorruptException("a file of too many blocks");
    }
    return indirect(word(inode.node(4), rest / perIndirect), rest % perIndirect, perDirect);
  }

  private long indirect(long node, long index, long perDirect) throws IOException {
    return word(word(node, index / perDirect), index % perDirect);
  }

  /// An entry of a node; 0 where there is no node.
  private long word(long number, long index) throws IOException {
    if (number == 0) {
      return 0;
    }
    if (cachedNumber != number) {
      cached = node(number);
      cachedNumber = number;
    }
    return Binary.u32le(cached, (int) index * 4);
  }
}
