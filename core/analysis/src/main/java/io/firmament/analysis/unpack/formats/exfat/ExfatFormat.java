package io.firmament.analysis.unpack.formats.exfat;

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

/// exFAT.
public final class ExfatFormat implements Format {
  private static final String ID = "exfat";

  @Override
  public FormatCard card() {
    return new FormatCard(
        ID,
        "exFAT file system",
        FormatCard.Kind.TREE,
        List.of(Magic.text(3, "EXFAT   ")),
        List.of(),
        List.of(
            "owners and modes are not stored",
            "where the main boot region is damaged the backup is not used"),
        List.of("Microsoft exFAT file system specification 1.00"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      BootSector boot = BootSector.read(source, start);
      ByteSource image = source.slice(start, boot.size());
      boolean whole = image.size() == boot.size();
      Map<String, String> meta =
          Map.of(
              "clusterSize", Integer.toString(boot.cluster()),
              "serial", Long.toHexString(boot.serial()),
              "label", new Volume(image, boot).label());
      return Optional.of(
          new Chunk(
              start,
              start + image.size(),
              whole && boot.verified() ? Confidence.HIGH : Confidence.MEDIUM,
              false,
              meta));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    BootSector boot = BootSector.read(content, 0);
    if (!boot.verified()) {
      sink.corrupt("exfat: the checksum of the boot region is wrong");
    }
    new InodeWalk<>(new Volume(content, boot), ID, sink).run();
    if (content.size() < boot.size()) {
      throw new TruncatedException(
          "%d of %d bytes are there".formatted(content.size(), boot.size()));
    }
  }
}
