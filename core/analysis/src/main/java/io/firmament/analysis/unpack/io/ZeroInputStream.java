package io.firmament.analysis.unpack.io;

import java.io.InputStream;

/// A number of zeros.
public final class ZeroInputStream extends InputStream {
  private long left;

  public ZeroInputStream(long length) {
    this.left = Math.max(length, 0);
  }

  @Override
  public int read() {
    return left-- > 0 ? 0 : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) {
    if (left <= 0) {
      return -1;
    }
    int n = (int) Math.min(length, left);
    java.util.Arrays.fill(into, offset, offset + n, (byte) 0);
    left -= n;
    return n;
  }
}
