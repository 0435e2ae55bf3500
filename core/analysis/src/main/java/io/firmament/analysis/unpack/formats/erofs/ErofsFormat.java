package io.firmament.analysis.unpack.formats.erofs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.InodeWalk;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.analysis.unpack.io.UnsupportedException;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// EROFS with plain, inline, chunked and compressed data.
public final class ErofsFormat implements Format {
  private static final String ID = "erofs";

  @Override
  public FormatCard card() {
    return new FormatCard(
        ID,
        "EROFS (plain, chunked; lz4, lzma, deflate, zstd)",
        FormatCard.Kind.TREE,
        List.of(Magic.hex(1024, "e2e1f5e0")),
        List.of(),
        List.of(
            "data on further devices is reported",
            "images with compressed metadata or extent-based indexes are reported"),
        List.of("Linux Documentation/filesystems/erofs.rst", "Linux fs/erofs/erofs_fs.h"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      SuperBlock block = SuperBlock.read(source, start);
      ByteSource image = source.slice(start, block.size());
      boolean fits = !block.isChecked() || block.fits(image);
      if (new Image(image, block).root().type() != EntryType.DIRECTORY && !fits) {
        return Optional.empty();
      }
      boolean whole = image.size() == block.size();
      return Optional.of(
          new Chunk(
              start,
              start + image.size(),
              whole && fits ? Confidence.HIGH : Confidence.MEDIUM,
              false,
              Map.of(
                  "blockSize", Integer.toString(block.blockSize()),
                  "label", block.label(),
                  "checksum", block.isChecked() ? fits ? "ok" : "wrong" : "none",
                  "time", Long.toString(block.time()))));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    SuperBlock block = SuperBlock.read(content, 0);
    if ("wrong".equals(chunk.meta().get("checksum"))) {
      sink.corrupt("erofs: the checksum of the super block is wrong");
    }
    if (block.hasMetadataBox()) {
      throw new UnsupportedException("compressed metadata");
    }
    if (block.extraDevices() > 0) {
      sink.unsupported("erofs: data lies on %d further devices".formatted(block.extraDevices()));
    }
    new InodeWalk<>(new Image(content, block), ID, sink).run();
    if (content.size() < block.size()) {
      throw new TruncatedException(
          "%d of %d bytes are there".formatted(content.size(), block.size()));
    }
  }
}
