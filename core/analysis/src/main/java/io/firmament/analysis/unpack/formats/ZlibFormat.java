package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/// zlib stream, RFC 1950, with its Adler-32. Its two bytes of magic are too common to be looked for
/// everywhere.
final class ZlibFormat implements Format {
  /// What decodes to less than this before it breaks off is taken for chance.
  private static final long ENOUGH = 16 << 10;

  private static final long MOST = 1L << 30;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "zlib",
        "zlib stream",
        FormatCard.Kind.STREAM,
        List.of(
            Magic.hex(0, "7801"), Magic.hex(0, "785e"), Magic.hex(0, "789c"), Magic.hex(0, "78da")),
        List.of(".zlib", ".zz"),
        List.of("at the start of a blob only", "streams with a preset dictionary are not read"),
        List.of("RFC 1950"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    if (start != 0) {
      return Optional.empty();
    }
    byte[] in = new byte[1 << 15];
    byte[] out = new byte[1 << 16];
    try (Inflater inflater = new Inflater()) {
      long next = 0;
      while (!inflater.finished() && inflater.getBytesWritten() < MOST) {
        if (inflater.needsInput()) {
          int n = source.read(next, in, 0, in.length);
          if (n == 0) {
            return inflater.getBytesWritten() < ENOUGH
                ? Optional.empty()
                : Optional.of(Chunk.of(0, source.size(), Confidence.LOW));
          }
          inflater.setInput(in, 0, n);
          next += n;
        }
        if (inflater.inflate(out) == 0 && inflater.needsDictionary()) {
          return Optional.empty();
        }
      }
      return inflater.finished() && inflater.getBytesWritten() > 0
          ? Optional.of(Chunk.of(0, inflater.getBytesRead(), Confidence.HIGH))
          : Optional.empty();
    } catch (DataFormatException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    sink.payload(
        "", Body.decoded(() -> new InflaterInputStream(new SourceInputStream(content, 0))));
  }
}
