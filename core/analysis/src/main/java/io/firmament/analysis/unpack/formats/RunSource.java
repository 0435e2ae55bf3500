package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.ByteRange;
import java.util.Arrays;

/// Runs of a volume in their order as one source; holes read as zeros, and so does what lies past
/// the end of the volume.
final class RunSource implements ByteSource {
  private final ByteSource volume;
  private final long[] positions;
  private final long[] starts;
  private final long start;
  private final long length;

  /// @param pairs position in the volume, or -1 for a hole, and length of each run
  RunSource(ByteSource volume, long[] pairs, long length) {
    this.volume = volume;
    this.positions = new long[pairs.length / 2];
    this.starts = new long[positions.length];
    long at = 0;
    for (int i = 0; i < positions.length; i++) {
      positions[i] = pairs[2 * i];
      starts[i] = at;
      at += pairs[2 * i + 1];
    }
    this.start = 0;
    this.length = length;
  }

  private RunSource(RunSource whole, long start, long length) {
    this.volume = whole.volume;
    this.positions = whole.positions;
    this.starts = whole.starts;
    this.start = start;
    this.length = length;
  }

  @Override
  public long size() {
    return length;
  }

  @Override
  public int read(long offset, byte[] into, int at, int wanted) {
    int count = ByteRange.available(length, offset, wanted);
    for (int done = 0; done < count; ) {
      long position = start + offset + done;
      int run = run(position);
      int n = (int) Math.min(count - done, end(run) - position);
      int there =
          positions[run] < 0
              ? 0
              : volume.read(positions[run] + position - starts[run], into, at + done, n);
      Arrays.fill(into, at + done + there, at + done + n, (byte) 0);
      done += n;
    }
    return count;
  }

  /// The run that holds a position.
  private int run(long position) {
    int found = Arrays.binarySearch(starts, position);
    return found >= 0 ? found : -found - 2;
  }

  private long end(int run) {
    return run + 1 < starts.length ? starts[run + 1] : Long.MAX_VALUE;
  }

  @Override
  public long nextData(long offset) {
    long position = start + Math.max(offset, 0);
    long limit = start + length;
    while (position < limit) {
      int run = run(position);
      if (positions[run] >= 0) {
        long from = positions[run] + position - starts[run];
        long data = position + volume.nextData(from) - from;
        if (data < end(run)) {
          return Math.min(data, limit) - start;
        }
      }
      if (run + 1 == starts.length) {
        break;
      }
      position = starts[run + 1];
    }
    return Math.max(offset, length);
  }

  @Override
  public ByteSource slice(long offset, long wanted) {
    ByteRange range = ByteRange.within(length, offset, wanted);
    return new RunSource(this, start + range.start(), range.length());
  }
}
