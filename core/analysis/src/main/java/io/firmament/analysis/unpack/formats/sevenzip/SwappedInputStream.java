package io.firmament.analysis.unpack.formats.sevenzip;

import io.firmament.analysis.unpack.io.PieceInputStream;
import java.io.IOException;
import java.io.InputStream;

/// Turns the bytes of each word around; what is no whole word at the end stays as it is.
final class SwappedInputStream extends PieceInputStream {
  private static final int PIECE = 1 << 12;

  private final InputStream in;
  private final int word;

  SwappedInputStream(InputStream in, int word) {
    this.in = in;
    this.word = word;
  }

  @Override
  protected byte[] next() throws IOException {
    byte[] piece = in.readNBytes(PIECE);
    for (int at = 0; at + word <= piece.length; at += word) {
      for (int low = at, high = at + word - 1; low < high; low++, high--) {
        byte b = piece[low];
        piece[low] = piece[high];
        piece[high] = b;
      }
    }
    return piece;
  }
}
