package io.firmament.analysis.unpack.formats.erofs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;

/// The index of a compressed file: what each of its logical clusters is.
///
/// The full form has 8 bytes for each. The compact form packs 2 of them into 8 bytes or 16 into 32,
/// each pack with the number of a block at its end, from which the blocks of its heads are counted.
final class ClusterIndex {
  static final int PLAIN = 0;
  static final int HEAD = 1;
  static final int BODY = 2;
  static final int SECOND_HEAD = 3;

  /// In the distance of a body cluster: it is rather the number of blocks of its run.
  private static final int BLOCK_COUNT = 1 << 11;

  private static final int COMPACTED_2 = 1;

  /// One logical cluster.
  ///
  /// @param type plain, head, body or second head
  /// @param offset in the cluster where the run of a head begins
  /// @param block of the run of a head
  /// @param blocks of the run, where a body cluster says it; else 0
  record Cluster(int type, int offset, long block, int blocks) {
    boolean isHead() {
      return type != BODY;
    }
  }

  private final ByteSource image;
  private final boolean full;
  private final boolean large;
  private final int bits;
  private final long start;
  private final long count;
  private final long first4;
  private final long packed2;

  /// @param start of the index in the image
  /// @param count of logical clusters
  /// @param bits binary logarithm of the size of a logical cluster
  /// @param advise flags of the file
  ClusterIndex(ByteSource image, boolean full, long start, long count, int bits, int advise) {
    this.image = image;
    this.full = full;
    this.large = (advise & (2 | 4)) != 0;
    this.bits = bits;
    this.start = start;
    this.count = count;
    long before = (32 - start % 32) / 4 % 8;
    this.first4 = Math.min(before, count);
    this.packed2 = (advise & COMPACTED_2) != 0 && before < count ? (count - before) / 16 * 16 : 0;
  }

  long count() {
    return count;
  }

  /// One past the last byte of the index.
  long end() {
    if (full || count == 0) {
      return start + 8 * count;
    }
    Pack last = pack(count - 1);
    return last.position / last.size() * last.size() + last.size();
  }

  Cluster at(long number) throws IOException {
    return full ? full(number) : compact(pack(number));
  }

  /// Where a cluster is in the compact form.
  ///
  /// @param position that the cluster would have if each took `1 << shift` bytes
  /// @param members of the pack
  private record Pack(long position, int members, int shift) {
    int size() {
      return members << shift;
    }
  }

  private Pack pack(long number) {
    if (number < first4) {
      return new Pack(start + number * 4, 2, 2);
    }
    long after = start + first4 * 4;
    if (number < first4 + packed2) {
      return new Pack(after + (number - first4) * 2, 16, 1);
    }
    return new Pack(after + packed2 * 2 + (number - first4 - packed2) * 4, 2, 2);
  }

  private Cluster full(long number) throws IOException {
    byte[] b = Binary.bytes(image, start + 8 * number, 8);
    int type = Binary.u16le(b, 0) & 3;
    if (type == BODY) {
      int distance = Binary.u16le(b, 4);
      boolean counts = (distance & BLOCK_COUNT) != 0;
      return new Cluster(type, 0, 0, counts ? distance & (BLOCK_COUNT - 1) : 0);
    }
    return new Cluster(type, Binary.u16le(b, 2), Binary.u32le(b, 4), 0);
  }

  private Cluster compact(Pack where) throws IOException {
    int size = where.size();
    long base = where.position / size * size;
    byte[] pack = Binary.bytes(image, base, size);
    int member = (int) (where.position - base) >> where.shift;
    int width = (size - 4) * 8 / where.members;
    int low = Math.max(bits, 12);
    long entry = field(pack, member * width) & ((1L << (low + 2)) - 1);
    int type = (int) (entry >> low);
    int value = (int) (entry & ((1L << low) - 1));
    if (type == BODY) {
      boolean counts = (value & BLOCK_COUNT) != 0;
      return new Cluster(type, 0, 0, counts ? value & (BLOCK_COUNT - 1) : 0);
    }
    long block = Binary.u32le(pack, size - 4) + blocksBefore(pack, member, width, low);
    return new Cluster(type, value, block, 0);
  }

  /// How many blocks the runs of earlier heads of the pack take.
  private long blocksBefore(byte[] pack, int member, int width, int low) throws CorruptException {
    long blocks = large ? 0 : 1;
    for (int i = member - 1; i >= 0; i--) {
      long entry = field(pack, i * width) & ((1L << (low + 2)) - 1);
      int value = (int) (entry & ((1L << low) - 1));
      if (entry >> low != BODY) {
        blocks++;
      } else if (!large) {
        i -= value;
        blocks += i >= 0 ? 1 : 0;
      } else if ((value & BLOCK_COUNT) != 0) {
        blocks += value & (BLOCK_COUNT - 1);
        i--;
      } else if (value <= 1) {
        throw new CorruptException("a cluster whose distance makes no sense");
      } else {
        i -= value - 2;
      }
    }
    return blocks;
  }

  private static long field(byte[] pack, int bit) {
    long value = 0;
    for (int i = 3; i >= 0; i--) {
      int at = (bit >> 3) + i;
      value = value << 8 | (at < pack.length ? pack[at] & 0xff : 0);
    }
    return value >>> (bit & 7);
  }
}
