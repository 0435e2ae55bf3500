package io.firmament.analysis.unpack.formats.btrfs;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.Lzo1xBlock;
import io.firmament.analysis.unpack.io.UnsupportedException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// Decodes compressed extents, which are 128 KiB at most.
final class Codec {
  private static final int MOST = 1 << 20;
  private static final int WINDOW = 27;

  private Codec() {}

  static byte[] decode(int compression, byte[] in, long length, int sector) throws IOException {
    if (length < 0 || length > MOST) {
      throw new CorruptException("an extent of %d bytes".formatted(length));
    }
    byte[] out = new byte[(int) length];
    switch (compression) {
      case 1 -> zlib(in, out);
      case 2 -> lzo(in, out, sector);
      case 3 -> zstd(in, out);
      default -> throw new UnsupportedException("compression " + compression);
    }
    return out;
  }

  private static void zlib(byte[] in, byte[] out) throws CorruptException {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(in);
      int done = 0;
      while (done < out.length) {
        int n = inflater.inflate(out, done, out.length - done);
        if (n == 0) {
          break;
        }
        done += n;
      }
    } catch (DataFormatException e) {
      throw new CorruptException("an extent of zlib does not decode");
    } finally {
      inflater.end();
    }
  }

  /// A length of all, then segments of a sector each with their lengths, which do not cross the end
  /// of a sector.
  private static void lzo(byte[] in, byte[] out, int sector) throws IOException {
    if (in.length < 4) {
      throw new CorruptException("an extent of lzo is too short");
    }
    long end = Math.min(Binary.u32le(in, 0), in.length);
    int at = 4;
    int done = 0;
    byte[] segment = new byte[sector];
    while (done < out.length && at + 4 <= end) {
      int length = (int) Math.min(Binary.u32le(in, at), Integer.MAX_VALUE);
      at += 4;
      if (length > end - at) {
        throw new CorruptException("a segment of lzo makes no sense");
      }
      int n = Lzo1xBlock.decode(in, at, at + length, segment);
      int count = Math.min(n, out.length - done);
      System.arraycopy(segment, 0, out, done, count);
      done += count;
      at += length;
      int left = sector - at % sector;
      at += left < 4 ? left : 0;
    }
  }

  private static void zstd(byte[] in, byte[] out) throws IOException {
    byte[] frame = in;
    long size = Zstd.findFrameCompressedSize(in);
    if (!Zstd.isError(size) && size > 0 && size < in.length) {
      frame = Arrays.copyOf(in, (int) size);
    }
    try (InputStream zstd =
        new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(frame)).setLongMax(WINDOW)) {
      zstd.readNBytes(out, 0, out.length);
    }
  }
}
