package io.firmament.analysis.unpack.formats.archive;

import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.TruncatedException;
import java.io.IOException;
import java.io.InputStream;

/// Apple Data Compression: literals, and matches of up to 67 bytes in the last 64 KiB.
final class AdcInputStream extends InputStream {
  private static final int WINDOW = 1 << 16;

  private final InputStream in;
  private final byte[] window = new byte[WINDOW];
  private long produced;
  private int literals;
  private int matchLeft;
  private int distance;

  AdcInputStream(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    if (literals == 0 && matchLeft == 0 && !command()) {
      return -1;
    }
    byte b;
    if (literals > 0) {
      literals--;
      b = (byte) needed();
    } else {
      matchLeft--;
      b = window[(int) (produced - distance & WINDOW - 1)];
    }
    window[(int) (produced++ & WINDOW - 1)] = b;
    return b & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int count = 0;
    while (count < length) {
      int b = read();
      if (b < 0) {
        return count == 0 ? -1 : count;
      }
      into[offset + count++] = (byte) b;
    }
    return count;
  }

  /// The high bit: so many literals; the next: length and distance in three bytes, else in two.
  private boolean command() throws IOException {
    int b = in.read();
    if (b < 0) {
      return false;
    }
    if ((b & 0x80) != 0) {
      literals = (b & 0x7f) + 1;
      return true;
    }
    if ((b & 0x40) != 0) {
      matchLeft = (b & 0x3f) + 4;
      distance = (needed() << 8 | needed()) + 1;
    } else {
      matchLeft = (b >> 2) + 3;
      distance = ((b & 3) << 8 | needed()) + 1;
    }
    if (distance > produced) {
      throw new CorruptException("a match before the start");
    }
    return true;
  }

  private int needed() throws IOException {
    int b = in.read();
    if (b < 0) {
      throw new TruncatedException("the compressed data is cut off");
    }
    return b;
  }
}
