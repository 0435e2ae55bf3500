package io.firmament.analysis.unpack.io;

import java.io.IOException;
import java.io.InputStream;

/// A content that comes in pieces, each an array of its own.
public abstract class PieceInputStream extends InputStream {
  private byte[] piece = {};
  private int at;
  private boolean ended;

  /// The next piece; an empty one is the end.
  protected abstract byte[] next() throws IOException;

  @Override
  public final int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public final int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (at == piece.length && !ended) {
      piece = next();
      at = 0;
      ended = piece.length == 0;
    }
    if (ended) {
      return -1;
    }
    int count = Math.min(length, piece.length - at);
    System.arraycopy(piece, at, into, offset, count);
    at += count;
    return count;
  }
}
