package io.firmament.analysis.unpack.formats.xfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.EntryType;
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

/// XFS.
public final class XfsFormat implements Format {
  private static final String ID = "xfs";

  @Override
  public FormatCard card() {
    return new FormatCard(
        ID,
        "XFS file system (versions 4 and 5)",
        FormatCard.Kind.TREE,
        List.of(Magic.text(0, "XFSB")),
        List.of(),
        List.of(
            "the log is not replayed",
            "attribute values in blocks of their own are left out",
            "files on a real-time device are not read"),
        List.of(
            "XFS Algorithms & Data Structures, 3rd edition", "Linux fs/xfs/libxfs/xfs_format.h"));
  }

  /// Copies of the super block begin the other groups; behind them the root is no directory.
  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      SuperBlock block = SuperBlock.read(source, start);
      ByteSource image = source.slice(start, block.size());
      if (new Volume(image, block).root().type() != EntryType.DIRECTORY) {
        return Optional.empty();
      }
      boolean whole = image.size() == block.size();
      return Optional.of(
          new Chunk(
              start,
              start + image.size(),
              whole && block.isVerified() ? Confidence.HIGH : Confidence.MEDIUM,
              false,
              Map.of(
                  "version", Integer.toString(block.version()),
                  "blockSize", Integer.toString(block.blockSize()),
                  "label", block.label())));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    SuperBlock block = SuperBlock.read(content, 0);
    if (!block.isVerified()) {
      sink.corrupt("xfs: the checksum of the super block is wrong");
    }
    if (block.unknownFeatures() != 0) {
      sink.unsupported("xfs: features " + Long.toHexString(block.unknownFeatures()));
    }
    new InodeWalk<>(new Volume(content, block), ID, sink).run();
    if (content.size() < block.size()) {
      throw new TruncatedException(
          "%d of %d bytes are there".formatted(content.size(), block.size()));
    }
  }
}
