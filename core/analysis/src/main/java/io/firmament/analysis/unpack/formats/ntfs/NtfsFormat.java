package io.firmament.analysis.unpack.formats.ntfs;

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

/// NTFS.
public final class NtfsFormat implements Format {
  private static final String ID = "ntfs";
  private static final byte[] RECORD = Binary.ascii("FILE");

  @Override
  public FormatCard card() {
    return new FormatCard(
        ID,
        "NTFS file system (compressed and sparse files)",
        FormatCard.Kind.TREE,
        List.of(Magic.text(3, "NTFS    ")),
        List.of(),
        List.of(
            "owners and rights are not read",
            "streams beside a file's content are reported, not read",
            "encrypted files are reported",
            "files that Windows packed as a whole (WOF) are reported",
            "the journal is not replayed"),
        List.of("Linux Documentation/filesystems/ntfs3.rst", "MS-XCA (LZNT1)"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      BootSector boot = BootSector.read(source, start);
      if (!Binary.matches(source, start + boot.table(), RECORD)) {
        return Optional.empty();
      }
      long size = Math.min(boot.size(), source.size() - start);
      return Optional.of(
          new Chunk(
              start,
              start + size,
              size == boot.size() ? Confidence.HIGH : Confidence.MEDIUM,
              false,
              Map.of(
                  "clusterSize", Integer.toString(boot.cluster()),
                  "serial", Long.toHexString(boot.serial()))));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    BootSector boot = BootSector.read(content, 0);
    new InodeWalk<>(new Volume(content, boot, sink), ID, sink).run();
    if (content.size() < boot.size()) {
      throw new TruncatedException(
          "%d of %d bytes are there".formatted(content.size(), boot.size()));
    }
  }
}
