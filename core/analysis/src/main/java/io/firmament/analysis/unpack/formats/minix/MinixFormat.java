package io.firmament.analysis.unpack.formats.minix;

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
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Minix, versions 1 to 3 in both byte orders.
public final class MinixFormat implements Format {
  private static final String ID = "minix";

  @Override
  public FormatCard card() {
    return new FormatCard(
        ID,
        "Minix file system 1 to 3 (both byte orders)",
        FormatCard.Kind.TREE,
        List.of(
            Magic.hex(1040, "7f13"),
            Magic.hex(1040, "8f13"),
            Magic.hex(1040, "6824"),
            Magic.hex(1040, "7824"),
            Magic.hex(1048, "5a4d"),
            Magic.hex(1040, "137f"),
            Magic.hex(1040, "138f"),
            Magic.hex(1040, "2468"),
            Magic.hex(1040, "2478"),
            Magic.hex(1048, "4d5a")),
        List.of(),
        List.of("zones larger than a block are not found; Linux cannot mount them, either"),
        List.of("Linux include/uapi/linux/minix_fs.h", "Linux fs/minix/"));
  }

  /// The magic is short: sizes must agree with each other, and the root must be a directory.
  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      SuperBlock block = SuperBlock.read(source, start);
      ByteSource rest = source.slice(start, block.zones() * block.blockSize());
      Inode root = new Volume(rest, block).root();
      if (root.type() != EntryType.DIRECTORY || root.links() == 0 || root.size() == 0) {
        return Optional.empty();
      }
      boolean whole = rest.size() == block.zones() * block.blockSize();
      Map<String, String> meta =
          Map.of(
              "version", Integer.toString(block.version()),
              "byteOrder", block.order() == ByteOrder.BIG_ENDIAN ? "big" : "little",
              "blockSize", Integer.toString(block.blockSize()));
      Confidence confidence = whole ? Confidence.HIGH : Confidence.MEDIUM;
      return Optional.of(new Chunk(start, start + rest.size(), confidence, false, meta));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    SuperBlock block = SuperBlock.read(content, 0);
    new InodeWalk<>(new Volume(content, block), ID, sink).run();
    long size = block.zones() * block.blockSize();
    if (size > content.size()) {
      throw new TruncatedException("%d of %d bytes are there".formatted(content.size(), size));
    }
  }
}
