package io.firmament.analysis.unpack.formats.squashfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// SquashFS 4.0, little endian.
public final class SquashfsFormat implements Format {
  @Override
  public FormatCard card() {
    return new FormatCard(
        "squashfs",
        "SquashFS 4 (little endian; gzip, lzma, lzo, xz, lz4, zstd)",
        FormatCard.Kind.TREE,
        List.of(Magic.text(0, "hsqs")),
        List.of(),
        List.of("versions 1 to 3, big endian and vendor variants are not found"),
        List.of(
            "Linux Documentation/filesystems/squashfs.rst",
            "https://dr-emann.github.io/squashfs/"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      SuperBlock block = SuperBlock.read(source, start);
      long used = block.bytesUsed();
      if (used < 96
          || block.inodes() == 0
          || block.inodeTable() >= used
          || block.directoryTable() >= used
          || block.inodeTable() > block.directoryTable()
          || block.idTable() >= used) {
        return Optional.empty();
      }
      boolean whole = used <= source.size() - start;
      Map<String, String> meta =
          Map.of(
              "compression", block.codec().name().toLowerCase(Locale.ROOT),
              "blockSize", Integer.toString(block.blockSize()),
              "inodes", Long.toString(block.inodes()),
              "time", Long.toString(block.time()));
      long end = whole ? start + used : source.size();
      return Optional.of(
          new Chunk(start, end, whole ? Confidence.HIGH : Confidence.MEDIUM, false, meta));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    SuperBlock block = SuperBlock.read(content, 0);
    new Walk(content, block, sink).run();
    if (block.bytesUsed() > content.size()) {
      throw new io.firmament.analysis.unpack.io.TruncatedException(
          "%d of %d bytes are there".formatted(content.size(), block.bytesUsed()));
    }
  }

  static Body body(FileData.Image image, Inode inode) {
    return Body.decoded(() -> new FileData(image, inode));
  }

  static boolean isFile(Inode inode) {
    return inode.type() == EntryType.FILE;
  }
}
