package io.firmament.analysis.unpack.formats.reiserfs;

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

/// ReiserFS, formats 3.5 and 3.6.
public final class ReiserfsFormat implements Format {
  private static final String ID = "reiserfs";

  @Override
  public FormatCard card() {
    return new FormatCard(
        ID,
        "ReiserFS file system 3.5 and 3.6",
        FormatCard.Kind.TREE,
        List.of(
            Magic.text(SuperBlock.POSITION + SuperBlock.MAGIC, "ReIsEr"),
            Magic.text(SuperBlock.OLD_POSITION + SuperBlock.MAGIC, "ReIsEr")),
        List.of(),
        List.of(
            "a journal that was not replayed is reported, not replayed",
            "format 3.5, which Linux no longer writes, was tried on an image made from the "
                + "description and checked by reiserfsck"),
        List.of(
            "Linux 6.12 fs/reiserfs/reiserfs.h",
            "Florian Buchholz, The structure of the " + "Reiser file system"));
  }

  /// Where the image is whole, the tree must lead to the root directory.
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
                  "version",
                  block.version() == 0 ? "3.5" : "3.6",
                  "blockSize",
                  Integer.toString(block.blockSize()))));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    SuperBlock block = SuperBlock.read(content, 0);
    if (!block.wasUnmounted()) {
      sink.corrupt("reiserfs: was not unmounted; its journal is not replayed");
    }
    new InodeWalk<>(new Volume(content, block), ID, sink).run();
    if (content.size() < block.size()) {
      throw new TruncatedException(
          "%d of %d bytes are there".formatted(content.size(), block.size()));
    }
  }
}
