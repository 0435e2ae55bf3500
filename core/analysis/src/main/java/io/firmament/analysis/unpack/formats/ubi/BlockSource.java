package io.firmament.analysis.unpack.formats.ubi;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.ByteRange;
import java.util.Arrays;

/// A volume: blocks of one size that lie anywhere; one that is nowhere reads as erased.
final class BlockSource implements ByteSource {
  private final ByteSource image;
  private final long[] positions;
  private final int blockSize;
  private final long start;
  private final long length;

  /// @param positions of the blocks in the image, -1 for none
  BlockSource(ByteSource image, long[] positions, int blockSize, long length) {
    this(image, positions, blockSize, 0, length);
  }

  private BlockSource(ByteSource image, long[] positions, int blockSize, long start, long length) {
    this.image = image;
    this.positions = positions;
    this.blockSize = blockSize;
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
      int within = (int) (position % blockSize);
      int n = Math.min(count - done, blockSize - within);
      long block = positions[(int) (position / blockSize)];
      int there = block < 0 ? 0 : image.read(block + within, into, at + done, n);
      Arrays.fill(into, at + done + there, at + done + n, (byte) -1);
      done += n;
    }
    return count;
  }

  @Override
  public ByteSource slice(long offset, long wanted) {
    ByteRange range = ByteRange.within(length, offset, wanted);
    return new BlockSource(image, positions, blockSize, start + range.start(), range.length());
  }
}
