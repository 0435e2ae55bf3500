package io.firmament.analysis.unpack.formats.ubifs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.InodeWalk;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// UBIFS: nodes with checksums, and an index of them that is written anew with each commit.
public final class UbifsFormat implements Format {
  private static final String ID = "ubifs";

  @Override
  public FormatCard card() {
    return new FormatCard(
        ID,
        "UBIFS file system (lzo, zlib, zstd)",
        FormatCard.Kind.TREE,
        List.of(Magic.hex(0, "31181006")),
        List.of(),
        List.of("encrypted contents and names are reported", "signatures are not verified"),
        List.of(
            "Linux fs/ubifs/ubifs-media.h",
            "http://www.linux-mtd.infradead.org/doc/ubifs_whitepaper.pdf"));
  }

  /// Blocks at the end that were never written need not be there.
  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      SuperBlock block = SuperBlock.read(source, start);
      long end = Math.min(source.size(), start + block.size());
      return Optional.of(
          new Chunk(
              start,
              end,
              Confidence.HIGH,
              false,
              Map.of(
                  "blockSize", Integer.toString(block.blockSize()),
                  "blocks", Long.toString(block.blocks()),
                  "minimalIo", Integer.toString(block.minimalIo()),
                  "authenticated", Boolean.toString(block.isAuthenticated()),
                  "encrypted", Boolean.toString(block.isEncrypted()))));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Index index = new Index(content, SuperBlock.read(content, 0));
    try {
      index.read();
    } catch (IOException e) {
      sink.corrupt("ubifs: the index is damaged, all nodes are searched: " + e.getMessage());
      index.search();
    }
    new InodeWalk<>(new Volume(content, index.inodes(), sink), ID, sink).run();
  }
}
