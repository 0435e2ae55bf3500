package io.firmament.analysis.unpack.formats.hfsplus;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.InodeWalk;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// HFS+ and HFSX.
public final class HfsPlusFormat implements Format {
  private static final String ID = "hfsplus";
  private static final int ISO_DESCRIPTOR = 32769;

  @Override
  public FormatCard card() {
    return new FormatCard(
        ID,
        "HFS+ and HFSX file system",
        FormatCard.Kind.TREE,
        List.of(Magic.hex(1024, "482b0004"), Magic.hex(1024, "48580005")),
        List.of(),
        List.of(
            "compressed files are reported, and their content is left out",
            "resource forks and attributes are left out",
            "numbers of devices are read as Mac OS writes them, not as Linux does",
            "the journal is not replayed",
            "hard links of folders are not followed"),
        List.of("Apple Technical Note TN1150"));
  }

  /// A hybrid ISO image is one of ISO 9660.
  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      VolumeHeader header = VolumeHeader.read(source, start);
      if (Binary.matches(source, start + ISO_DESCRIPTOR, Binary.ascii("CD001"))) {
        return Optional.empty();
      }
      long size = Math.min(header.size(), source.size() - start);
      return Optional.of(
          new Chunk(
              start,
              start + size,
              size == header.size() ? Confidence.HIGH : Confidence.MEDIUM,
              false,
              Map.of(
                  "caseSensitive", Boolean.toString(header.isCaseSensitive()),
                  "clean", Boolean.toString(header.isClean()),
                  "blockSize", Long.toString(header.block()))));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    VolumeHeader header = VolumeHeader.read(content, 0);
    new InodeWalk<>(new Volume(content, header, sink), ID, sink).run();
    if (content.size() < header.size()) {
      throw new TruncatedException(
          "%d of %d bytes are there".formatted(content.size(), header.size()));
    }
  }
}
