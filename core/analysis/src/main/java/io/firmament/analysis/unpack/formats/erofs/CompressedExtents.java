package io.firmament.analysis.unpack.formats.erofs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Gives the runs of a compressed file one after the other.
final class CompressedExtents {
  private static final int INLINE_TAIL = 0x8;
  private static final int TURNED = 0x10;
  private static final int PACKED_TAIL = 0x20;

  private final SuperBlock block;
  private final Inode inode;
  private final int advise;
  private final int algorithms;
  private final int inlineSize;
  private final long packedAt;
  private final boolean allPacked;
  private final int bits;
  private final ClusterIndex index;
  private long next;
  private ClusterIndex.@Nullable Cluster head;

  /// The header of 8 bytes: size of an inline tail or place in the packed inode, flags, algorithms
  /// of both kinds of heads, and the size of logical clusters.
  CompressedExtents(ByteSource image, SuperBlock block, Inode inode) throws IOException {
    this.block = block;
    this.inode = inode;
    long start = (inode.end() + 7) / 8 * 8;
    byte[] b = Binary.bytes(image, start, 8);
    this.allPacked = (b[7] & 0x80) != 0;
    this.advise = allPacked ? 0 : Binary.u16le(b, 4);
    this.algorithms = b[6] & 0xff;
    this.inlineSize = (advise & INLINE_TAIL) != 0 ? Binary.u16le(b, 2) : 0;
    this.bits = block.blockBits() + (allPacked ? 0 : b[7] & 7);
    boolean full = inode.layout() == Inode.COMPRESSED_FULL;
    long count = (inode.size() + (1L << bits) - 1) >> bits;
    if (bits > 20 || inode.size() < 0) {
      throw new CorruptException("clusters of 2^" + bits + " bytes");
    }
    this.index = new ClusterIndex(image, full, start + (full ? 16 : 8), count, bits, advise);
    this.packedAt = allPacked ? Binary.i64le(b, 0) & Long.MAX_VALUE : Binary.u32le(b, 0);
  }

  /// The next run; null at the end of the file.
  @Nullable Extent next() throws IOException {
    if (allPacked) {
      long size = next == 0 ? inode.size() : 0;
      next = 1;
      return size == 0 ? null : new Extent(0, size, packedAt, 0, Extent.Kind.PACKED, 0);
    }
    ClusterIndex.Cluster first = head;
    if (next == 0 && index.count() > 0) {
      first = index.at(0);
      if (!first.isHead()) {
        throw new CorruptException("a file that begins inside of a run");
      }
      next = 1;
    }
    if (first == null) {
      return null;
    }
    long start = ((next - 1) << bits) + first.offset();
    int blocks = 0;
    head = null;
    while (next < index.count() && head == null) {
      ClusterIndex.Cluster cluster = index.at(next++);
      if (cluster.isHead()) {
        head = cluster;
      } else {
        blocks = Math.max(blocks, cluster.blocks());
      }
    }
    ClusterIndex.Cluster following = head;
    long end = following == null ? inode.size() : ((next - 1) << bits) + following.offset();
    boolean last = end >= inode.size();
    if (last) {
      // A head at the very end is there only to say where the last run ends.
      end = inode.size();
      head = null;
      next = index.count();
    }
    if (end <= start) {
      throw new CorruptException("a run of " + (end - start) + " bytes");
    }
    return extent(first, start, end - start, blocks, last);
  }

  private Extent extent(
      ClusterIndex.Cluster cluster, long start, long length, int blocks, boolean last)
      throws IOException {
    int algorithm = cluster.type() == ClusterIndex.SECOND_HEAD ? algorithms >> 4 : algorithms & 15;
    if (last && (advise & PACKED_TAIL) != 0) {
      long high = inode.layout() == Inode.COMPRESSED_FULL ? cluster.block() << 32 : 0;
      return new Extent(start, length, high | packedAt, 0, Extent.Kind.PACKED, 0);
    }
    Extent.Kind kind =
        cluster.type() != ClusterIndex.PLAIN
            ? Extent.Kind.COMPRESSED
            : (advise & TURNED) != 0 ? Extent.Kind.TURNED : Extent.Kind.PLAIN;
    if (last && inlineSize > 0) {
      return new Extent(start, length, index.end(), inlineSize, kind, algorithm);
    }
    long stored = blocks > 0 ? (long) blocks << block.blockBits() : storedInOne(cluster);
    long position = cluster.block() << block.blockBits();
    return new Extent(start, length, position, stored, kind, algorithm);
  }

  /// A run whose index does not say otherwise has one logical cluster, or with large runs one
  /// block.
  private long storedInOne(ClusterIndex.Cluster cluster) {
    boolean large =
        (advise & (cluster.type() == ClusterIndex.SECOND_HEAD ? 4 : 2)) != 0
            || (cluster.type() == ClusterIndex.PLAIN && (advise & (2 | 4)) != 0);
    return large ? block.blockSize() : 1L << bits;
  }
}
