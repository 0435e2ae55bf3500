package io.firmament.analysis.unpack.formats.udf;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.InodeWalk;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// UDF 1.02 to 2.60, read only.
public final class UdfFormat implements Format {
  private static final String ID = "udf";

  @Override
  public FormatCard card() {
    return new FormatCard(
        ID,
        "UDF file system (1.02 to 2.60)",
        FormatCard.Kind.TREE,
        List.of(Magic.hex(32768, "00 4245413031 01"), Magic.hex(32768, "01 4344303031 01")),
        List.of(),
        List.of(
            "discs that are written once (virtual partitions) are not read",
            "packets that a sparing table moved are read at their old place",
            "metadata partitions (2.50 and later) were never tried on a real image",
            "streams beside a file's content are left out",
            "an image that has ISO 9660 with Rock Ridge, too, is read as that"),
        List.of("ECMA-167", "OSTA UDF 2.60"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      ByteSource rest = source.slice(start, source.size() - start);
      if (!Layout.isRecognised(rest)) {
        return Optional.empty();
      }
      Layout layout = Layout.read(rest);
      new Volume(rest, layout).root();
      boolean whole = layout.end() <= rest.size();
      return Optional.of(
          new Chunk(
              start,
              start + Math.min(layout.end(), rest.size()),
              whole ? Confidence.HIGH : Confidence.MEDIUM,
              false,
              Map.of(
                  "revision", layout.revision(),
                  "blockSize", Integer.toString(layout.block()),
                  "label", layout.label())));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Layout layout = Layout.read(content);
    new InodeWalk<>(new Volume(content, layout), ID, sink).run();
    if (layout.end() > content.size()) {
      throw new TruncatedException(
          "%d of %d bytes are there".formatted(content.size(), layout.end()));
    }
  }
}
