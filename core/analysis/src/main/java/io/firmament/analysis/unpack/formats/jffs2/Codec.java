package io.firmament.analysis.unpack.formats.jffs2;

import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LzmaBlock;
import io.firmament.analysis.unpack.io.Lzo1xBlock;
import io.firmament.analysis.unpack.io.UnsupportedException;
import java.io.IOException;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// The compressions by their number in a node.
final class Codec {
  static final int ZERO = 1;

  /// OpenWrt's first, then what some vendors have.
  private static final List<LzmaBlock.Properties> LZMA =
      List.of(new LzmaBlock.Properties(0, 0, 0), new LzmaBlock.Properties(3, 0, 2));

  private Codec() {}

  /// Decodes the data of a node to `length` bytes.
  static byte[] decode(int compression, byte[] in, int length) throws IOException {
    byte[] out = new byte[length];
    int done =
        switch (compression) {
          case 0, 4 -> copy(in, out);
          case ZERO -> length;
          case 2 -> rtime(in, out);
          case 6 -> inflate(in, out);
          case 7 -> Lzo1xBlock.decode(in, 0, in.length, out);
          case 8 -> lzma(in, out);
          default -> throw new UnsupportedException("compression " + compression);
        };
    if (done != length) {
      throw new CorruptException("the data of a node is too short");
    }
    return out;
  }

  private static int copy(byte[] in, byte[] out) {
    int count = Math.min(in.length, out.length);
    System.arraycopy(in, 0, out, 0, count);
    return count;
  }

  /// Pairs of a byte and a number of bytes to repeat from where that byte was seen last.
  private static int rtime(byte[] in, byte[] out) throws CorruptException {
    int[] after = new int[256];
    int to = 0;
    for (int from = 0; from + 1 < in.length && to < out.length; from += 2) {
      int value = in[from] & 0xff;
      int repeat = in[from + 1] & 0xff;
      out[to++] = in[from];
      int back = after[value];
      after[value] = to;
      if (repeat > out.length - to) {
        throw new CorruptException("rtime: more than the node says");
      }
      for (int i = 0; i < repeat; i++) {
        out[to++] = out[back++];
      }
    }
    return to;
  }

  private static int inflate(byte[] in, byte[] out) throws CorruptException {
    try (Inflater inflater = new Inflater()) {
      inflater.setInput(in);
      int done = 0;
      while (done < out.length && !inflater.finished()) {
        int n = inflater.inflate(out, done, out.length - done);
        if (n == 0) {
          break;
        }
        done += n;
      }
      return done;
    } catch (DataFormatException e) {
      throw new CorruptException("zlib: the data of a node does not decode");
    }
  }

  private static int lzma(byte[] in, byte[] out) throws CorruptException {
    CorruptException failure = new CorruptException("lzma: the data of a node does not decode");
    for (LzmaBlock.Properties properties : LZMA) {
      try {
        LzmaBlock.Result result = LzmaBlock.decode(in, 0, in.length, out, out.length, properties);
        if (result.ended() && result.length() == out.length) {
          return result.length();
        }
      } catch (CorruptException e) {
        failure = e;
      }
    }
    throw failure;
  }
}
