package io.firmament.analysis.unpack;

import io.firmament.analysis.tree.ByteSource;

/// Counts what probes read, so that an image full of false headers ends in bounded time.
final class MeteredSource implements ByteSource {
  private static final int FACTOR = 24;
  private static final long FREE = 64L << 20;

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
    // Each read has a cost of its own beside its bytes.
    total[0] += count + 64;
    return count;
  }

  @Override
  public ByteSource slice(long offset, long length) {
    return new MeteredSource(source.slice(offset, length), total, allowed);
  }
}
