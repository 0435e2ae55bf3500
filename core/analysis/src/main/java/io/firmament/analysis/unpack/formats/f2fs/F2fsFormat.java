package io.firmament.analysis.unpack.formats.f2fs;

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

/// F2FS as its last checkpoint left it.
public final class F2fsFormat implements Format {
  private static final String ID = "f2fs";

  @Override
  public FormatCard card() {
    return new FormatCard(
        ID,
        "F2FS file system",
        FormatCard.Kind.TREE,
        List.of(Magic.hex(1024, "1020f5f2")),
        List.of(),
        List.of(
            "what was written after the last checkpoint is left out",
            "encrypted names and contents are reported",
            "clusters of LZO-RLE are reported",
            "file systems on several devices are not put together"),
        List.of("Linux Documentation/filesystems/f2fs.rst", "Linux include/linux/f2fs_fs.h"));
  }

  /// The super block is there twice, a block apart; the second one is passed over.
  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      SuperBlock block = SuperBlock.read(source, start);
      ByteSource image = source.slice(start, block.size());
      Checkpoint.read(image, block);
      boolean whole = image.size() == block.size();
      return Optional.of(
          new Chunk(
              start,
              start + image.size(),
              whole ? Confidence.HIGH : Confidence.MEDIUM,
              false,
              Map.of(
                  "blockSize", Integer.toString(block.blockSize()),
                  "label", block.label(),
                  "encryption", Boolean.toString(block.isEncrypted()))));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    SuperBlock block = SuperBlock.read(content, 0);
    new InodeWalk<>(new Volume(content, block, sink), ID, sink).run();
    if (content.size() < block.size()) {
      throw new TruncatedException(
          "%d of %d bytes are there".formatted(content.size(), block.size()));
    }
  }
}
