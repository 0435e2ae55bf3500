package io.firmament.analysis.unpack.formats.ntfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LongArray;
import io.firmament.analysis.unpack.io.PieceInputStream;
import java.io.IOException;
import java.util.Arrays;

/// A compressed stream: units of clusters, each a hole, stored as it is, or packed into fewer
/// clusters with a hole behind them.
final class CompressedUnits extends PieceInputStream {
  private static final int MOST_UNIT = 1 << 24;

  private final ByteSource volume;
  private final int cluster;
  private final int clusters;
  private final long[] runs;
  private long left;
  private int run;
  private long within;

  /// @param unit clusters as a power of two
  /// @param runs start, or -1 for a hole, and length of each
  CompressedUnits(ByteSource volume, int cluster, int unit, LongArray runs, long size) {
    this.volume = volume;
    this.cluster = cluster;
    this.clusters = 1 << unit;
    this.runs = runs.toArray();
    this.left = size;
  }

  @Override
  protected byte[] next() throws IOException {
    if (left <= 0) {
      return new byte[0];
    }
    if ((long) clusters * cluster > MOST_UNIT) {
      throw new CorruptException("units of %d clusters".formatted(clusters));
    }
    byte[] unit = new byte[clusters * cluster];
    int stored = 0;
    int seen = 0;
    while (seen < clusters && run < runs.length) {
      int count = (int) Math.min(clusters - seen, runs[run + 1] - within);
      if (runs[run] >= 0) {
        byte[] piece = Binary.bytes(volume, (runs[run] + within) * cluster, count * cluster);
        System.arraycopy(piece, 0, unit, stored * cluster, piece.length);
        stored += count;
      }
      seen += count;
      within += count;
      if (within == runs[run + 1]) {
        run += 2;
        within = 0;
      }
    }
    if (seen == 0) {
      throw new CorruptException("%d bytes have no cluster".formatted(left));
    }
    byte[] piece =
        stored == 0 || stored == clusters
            ? unit
            : Lznt1.decode(unit, stored * cluster, unit.length);
    int count = (int) Math.min(left, piece.length);
    left -= count;
    return count == piece.length ? piece : Arrays.copyOf(piece, count);
  }
}
