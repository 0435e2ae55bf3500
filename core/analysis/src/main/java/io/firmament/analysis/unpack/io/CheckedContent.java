package io.firmament.analysis.unpack.io;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.Checksum;

/// A content of a known size and sum: fails at its end where it is shorter or the sum is wrong,
/// after all of it was given. Does not close what it reads from.
public final class CheckedContent extends InputStream {
  private final InputStream in;
  private final Checksum sum;
  private final long expected;
  private long left;

  public CheckedContent(InputStream in, long size, Checksum sum, long expected) {
    this.in = in;
    this.left = size;
    this.sum = sum;
    this.expected = expected;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (left == 0) {
      if (sum.getValue() != expected) {
        throw new CorruptException("the checksum of the content is wrong");
      }
      return -1;
    }
    int count = in.read(into, offset, (int) Math.min(length, left));
    if (count < 0) {
      throw new TruncatedException("%d bytes are missing".formatted(left));
    }
    sum.update(into, offset, count);
    left -= count;
    return count;
  }

  /// How many bytes were not read yet.
  public long left() {
    return left;
  }
}
