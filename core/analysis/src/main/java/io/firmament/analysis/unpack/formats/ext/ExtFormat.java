package io.firmament.analysis.unpack.formats.ext;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// ext2, ext3 and ext4.
public final class ExtFormat implements Format {
  @Override
  public FormatCard card() {
    return new FormatCard(
        "ext",
        "ext2, ext3, ext4 file system",
        FormatCard.Kind.TREE,
        List.of(Magic.hex(1080, "53ef")),
        List.of(),
        List.of(
            "a journal that was not replayed is reported, not replayed",
            "encrypted directories are reported",
            "attribute values in inodes of their own are left out"),
        List.of("Linux Documentation/filesystems/ext4/"));
  }

  /// The magic is short: the root inode must be a directory, too. Copies of the super block carry
  /// the number of their group and are passed over.
  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      SuperBlock block = SuperBlock.read(source, start);
      ByteSource image = source.slice(start, Long.MAX_VALUE);
      if (block.groupNumber() != 0 || (new Volume(image, block).inode(2).mode() >> 12) != 4) {
        return Optional.empty();
      }
      long size = block.blocks() * block.blockSize();
      boolean whole = size <= image.size();
      Map<String, String> meta = new HashMap<>();
      meta.put("version", block.version());
      meta.put("blockSize", Integer.toString(block.blockSize()));
      meta.put("label", block.label());
      meta.put("clean", Boolean.toString((block.state() & 1) != 0));
      return Optional.of(
          new Chunk(
              start,
              start + Math.min(size, image.size()),
              whole ? Confidence.HIGH : Confidence.MEDIUM,
              false,
              meta));
    } catch (IOException | ArithmeticException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    SuperBlock block = SuperBlock.read(content, 0);
    if (block.has(SuperBlock.RECOVER)) {
      sink.unsupported("ext: the journal was not replayed; the newest changes may be missing");
    }
    new Walk(new Volume(content, block), block, sink).run();
    if (block.blocks() * block.blockSize() > content.size()) {
      throw new io.firmament.analysis.unpack.io.TruncatedException("the file system is cut off");
    }
  }
}
