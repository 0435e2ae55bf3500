package io.firmament.analysis.unpack.io;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.Note;

/// What a reader may read of the listings and maps of one image.
///
/// A sound image does not hold more of them than it has bytes; one that leads the reader over the
/// same ones again and again ends here.
public final class Allowance {
  private static final long FREE = 1L << 20;

  private long left;

  public Allowance(ByteSource image) {
    this.left = FREE + 2 * image.size();
  }

  /// Says that so many bytes are read.
  public void spend(long bytes) throws LimitException {
    left -= bytes;
    if (left < 0) {
      throw new LimitException(
          Note.Limit.SCAN_WORK, "more bytes of listings and maps than the image has");
    }
  }
}
