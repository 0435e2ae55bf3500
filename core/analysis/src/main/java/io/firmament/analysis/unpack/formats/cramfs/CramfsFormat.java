package io.firmament.analysis.unpack.formats.cramfs;

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
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Cramfs of both byte orders and versions.
public final class CramfsFormat implements Format {
  private static final String ID = "cramfs";

  @Override
  public FormatCard card() {
    return new FormatCard(
        ID,
        "cramfs file system (both byte orders)",
        FormatCard.Kind.TREE,
        List.of(Magic.hex(0, "453dcd28"), Magic.hex(0, "28cd3d45")),
        List.of(),
        List.of("blocks are zlib; the LZMA and LZO of some vendors' kernels are not decoded"),
        List.of("Linux fs/cramfs/README", "Linux include/uapi/linux/cramfs_fs.h"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      SuperBlock block = SuperBlock.read(source, start);
      ByteSource rest = source.slice(start, Long.MAX_VALUE);
      if (new Image(rest, block, Layout.PAGE).root().type() != EntryType.DIRECTORY) {
        return Optional.empty();
      }
      long size = block.isSecondVersion() ? block.size() : Layout.of(rest, block).end();
      boolean whole = size <= rest.size();
      ByteSource image = rest.slice(0, size);
      boolean fits = whole && block.isSecondVersion() && block.fits(image);
      Map<String, String> meta = new HashMap<>();
      meta.put("byteOrder", block.order() == ByteOrder.BIG_ENDIAN ? "big" : "little");
      meta.put("name", block.name());
      meta.put("checksum", !block.isSecondVersion() ? "none" : fits ? "ok" : "wrong");
      Confidence confidence = fits ? Confidence.HIGH : Confidence.MEDIUM;
      return Optional.of(new Chunk(start, start + image.size(), confidence, false, meta));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    SuperBlock block = SuperBlock.read(content, 0);
    if ("wrong".equals(chunk.meta().get("checksum")) && block.size() <= content.size()) {
      sink.corrupt("cramfs: the checksum of the image is wrong");
    }
    int blockSize = Layout.of(content, block).blockSize();
    new InodeWalk<>(new Image(content, block, blockSize), ID, sink).run();
    if (block.size() > content.size()) {
      throw new TruncatedException(
          "%d of %d bytes are there".formatted(content.size(), block.size()));
    }
  }
}
