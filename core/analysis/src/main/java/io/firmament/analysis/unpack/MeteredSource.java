package io.firmament.analysis.unpack;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.WorkMeter;

/// Counts what the probes of one format cost in one scan, so that an image full of false headers
/// ends in bounded time and spoils the search for no other format.
final class MeteredSource implements ByteSource, WorkMeter {
  private static final int FACTOR = 6;
  private static final long FREE = 64L << 20;

  /// Each read has a cost of its own beside its bytes.
  private static final int READ = 64;

  /// Decoded bytes cost this part of read ones.
  private static final int DECODED = 4;

  private final ByteSource source;
  private final long[] total;
  private final long allowed;

  MeteredSource(ByteSource source) {
    this(source, new long[1], FREE + FACTOR * source.size());
  }

  private MeteredSource(ByteSource source, long[] total, long allowed) {
    this.source = source;
    this.total = total;
    this.allowed = allowed;
  }

  boolean exhausted() {
    return total[0] > allowed;
  }

  @Override
  public void decoded(long bytes) {
    total[0] += bytes / DECODED;
  }

  @Override
  public long size() {
    return source.size();
  }

  /// Past the allowance nothing can be read any more, which ends every probe.
  @Override
  public int read(long offset, byte[] into, int at, int length) {
    if (exhausted()) {
      return 0;
    }
    int count = source.read(offset, into, at, length);
    total[0] += count + READ;
    return count;
  }

  @Override
  public long nextData(long offset) {
    return source.nextData(offset);
  }

  @Override
  public ByteSource slice(long offset, long length) {
    return new MeteredSource(source.slice(offset, length), total, allowed);
  }
}
