package io.firmament.tuf.client;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/// Takes so many bytes and no more (1.5.2, endless data attacks).
final class LimitedSink extends FilterOutputStream {
  private long left;

  LimitedSink(OutputStream out, long limit) {
    super(out);
    this.left = limit;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] buffer, int offset, int length) throws IOException {
    if (length > left) {
      throw new Exceeded();
    }
    out.write(buffer, offset, length);
    left -= length;
  }

  /// There was more.
  static final class Exceeded extends IOException {
    Exceeded() {
      super("more than was asked for");
    }
  }
}
