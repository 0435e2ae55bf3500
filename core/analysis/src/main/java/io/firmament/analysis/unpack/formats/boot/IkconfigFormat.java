package io.firmament.analysis.unpack.formats.boot;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/// The configuration that a Linux kernel carries with it (`CONFIG_IKCONFIG`): a gzip stream
/// between two marks.
public final class IkconfigFormat implements Format {
  private static final byte[] BEGIN = Binary.ascii("IKCFG_ST");
  private static final byte[] END = Binary.ascii("IKCFG_ED");
  private static final int MOST = 1 << 20;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "ikconfig",
        "Configuration in a Linux kernel",
        FormatCard.Kind.WRAPPER,
        List.of(new Magic(0, BEGIN)),
        List.of(),
        List.of(),
        List.of("Linux kernel/configs.c"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] bytes = Binary.upTo(source, start, MOST);
    if (bytes.length < 32 || bytes[8] != 0x1f || (bytes[9] & 0xff) != 0x8b) {
      return Optional.empty();
    }
    for (int i = 16; i + END.length <= bytes.length; i++) {
      if (java.util.Arrays.equals(bytes, i, i + END.length, END, 0, END.length)) {
        return Optional.of(Chunk.of(start, start + i + END.length, Confidence.HIGH));
      }
    }
    return Optional.empty();
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    ByteSource gzip = content.slice(BEGIN.length, content.size() - BEGIN.length - END.length);
    sink.leaf("config", Body.decoded(() -> new GZIPInputStream(new SourceInputStream(gzip, 0))));
  }
}
