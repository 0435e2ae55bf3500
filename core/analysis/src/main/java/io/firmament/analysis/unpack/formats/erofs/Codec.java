package io.firmament.analysis.unpack.formats.erofs;

import com.github.luben.zstd.ZstdException;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.Lz4Block;
import io.firmament.analysis.unpack.io.LzmaBlock;
import io.firmament.analysis.unpack.io.UnsupportedException;
import java.io.IOException;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// The compressions by the number in the header of a file.
final class Codec {
  private Codec() {}

  /// Decodes the first bytes of a run to all of `out`.
  ///
  /// @param at where the run begins in `in`, behind what pads it
  static void decode(int algorithm, byte[] in, int at, byte[] out) throws IOException {
    int done =
        switch (algorithm) {
          case 0 -> Lz4Block.decodeFirst(in, at, in.length, out);
          case 1 -> LzmaBlock.decodeMicro(in, at, in.length, out, out.length).length();
          case 2 -> inflate(in, at, out);
          case 3 -> zstd(in, at, out);
          default -> throw new UnsupportedException("compression " + algorithm);
        };
    if (done != out.length) {
      throw new CorruptException("a run decodes to %d of %d bytes".formatted(done, out.length));
    }
  }

  private static int inflate(byte[] in, int at, byte[] out) throws CorruptException {
    try (Inflater inflater = new Inflater(true)) {
      inflater.setInput(in, at, in.length - at);
      int done = 0;
      int n = inflater.inflate(out, 0, out.length);
      while (n > 0) {
        done += n;
        n = done < out.length ? inflater.inflate(out, done, out.length - done) : 0;
      }
      return done;
    } catch (DataFormatException e) {
      throw new CorruptException("a run of deflate does not decode");
    }
  }

  private static int zstd(byte[] in, int at, byte[] out) throws IOException {
    try (java.io.InputStream stream =
        new com.github.luben.zstd.ZstdInputStreamNoFinalizer(
            new java.io.ByteArrayInputStream(in, at, in.length - at))) {
      return stream.readNBytes(out, 0, out.length);
    } catch (ZstdException e) {
      throw new CorruptException("a run of zstd does not decode");
    }
  }
}
