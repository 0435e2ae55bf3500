package io.firmament.analysis.unpack.formats.fat;

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

/// FAT12, FAT16 and FAT32.
public final class FatFormat implements Format {
  private static final String ID = "fat";

  @Override
  public FormatCard card() {
    return new FormatCard(
        ID,
        "FAT12, FAT16, FAT32 file system (VFAT names)",
        FormatCard.Kind.TREE,
        List.of(Magic.hex(510, "55aa")),
        List.of(),
        List.of(
            "owners and modes are not stored",
            "short names are taken for code page 437",
            "deleted entries are passed over"),
        List.of("Microsoft FAT File System Specification 1.03", "ECMA-107"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      BootSector boot = BootSector.read(source, start);
      ByteSource image = source.slice(start, boot.size());
      boolean whole = image.size() == boot.size();
      Map<String, String> meta =
          Map.of(
              "bits", Integer.toString(boot.bits()),
              "clusterSize", Integer.toString(boot.cluster()),
              "label", new Volume(image, boot).label());
      return Optional.of(
          new Chunk(
              start,
              start + image.size(),
              whole ? Confidence.HIGH : Confidence.MEDIUM,
              false,
              meta));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    BootSector boot = BootSector.read(content, 0);
    new InodeWalk<>(new Volume(content, boot), ID, sink).run();
    if (content.size() < boot.size()) {
      throw new TruncatedException(
          "%d of %d bytes are there".formatted(content.size(), boot.size()));
    }
  }
}
