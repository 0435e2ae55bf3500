package io.firmament.analysis.unpack.formats.jfs;

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

/// JFS.
public final class JfsFormat implements Format {
  private static final String ID = "jfs";

  @Override
  public FormatCard card() {
    return new FormatCard(
        ID,
        "JFS file system (Linux, OS/2)",
        FormatCard.Kind.TREE,
        List.of(Magic.text(SuperBlock.POSITION, "JFS1")),
        List.of(),
        List.of(
            "a log that was not replayed is reported, not replayed",
            "the second copies of super block and inode map are not used",
            "names of OS/2 in characters up to U+00FF are taken for bytes, as Linux writes them; "
                + "never tried on an image of OS/2"),
        List.of("Steve Best and Dave Kleikamp, JFS layout (IBM)", "Linux fs/jfs/jfs_dinode.h"));
  }

  /// The map of inodes must lead to a root that is a directory; where the image is cut off, the
  /// super block must do.
  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      SuperBlock block = SuperBlock.read(source, start);
      ByteSource image = source.slice(start, block.size());
      boolean whole = image.size() == block.size();
      if (whole && new Volume(image, block).root().type() != EntryType.DIRECTORY) {
        return Optional.empty();
      }
      return Optional.of(
          new Chunk(
              start,
              start + image.size(),
              whole ? Confidence.HIGH : Confidence.LOW,
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
    if (!block.isClean()) {
      sink.corrupt("jfs: was not unmounted; its log is not replayed");
    }
    new InodeWalk<>(new Volume(content, block), ID, sink).run();
    if (content.size() < block.size()) {
      throw new TruncatedException(
          "%d of %d bytes are there".formatted(content.size(), block.size()));
    }
  }
}
