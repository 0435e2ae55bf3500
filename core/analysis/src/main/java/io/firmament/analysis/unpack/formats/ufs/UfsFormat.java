package io.firmament.analysis.unpack.formats.ufs;

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
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// UFS, versions 1 and 2 in both byte orders.
public final class UfsFormat implements Format {
  private static final String ID = "ufs";

  @Override
  public FormatCard card() {
    return new FormatCard(
        ID,
        "UFS file system 1 and 2 (BSD, Solaris; both byte orders)",
        FormatCard.Kind.TREE,
        List.of(
            Magic.hex(SuperBlock.FIRST + SuperBlock.MAGIC, "54190100"),
            Magic.hex(SuperBlock.FIRST + SuperBlock.MAGIC, "00011954"),
            Magic.hex(SuperBlock.FIRST + SuperBlock.MAGIC, "19015419"),
            Magic.hex(SuperBlock.FIRST + SuperBlock.MAGIC, "19540119"),
            Magic.hex(SuperBlock.SECOND + SuperBlock.MAGIC, "19015419"),
            Magic.hex(SuperBlock.SECOND + SuperBlock.MAGIC, "19540119")),
        List.of(),
        List.of(
            "super blocks at the places that floppy disks and piggybacked images have them are not "
                + "found",
            "extended attributes and access control lists are not read",
            "a journal and soft updates are not replayed",
            "inodes of old BSD and Solaris were never tried on a real image",
            "version 2 with its super block at 64 KiB was tried on an image whose super block was "
                + "moved there"),
        List.of("FreeBSD sys/ufs/ffs/fs.h", "FreeBSD sys/ufs/ufs/dinode.h and dir.h"));
  }

  /// Copies of the super block stand in each cylinder group; counted from there the root is no
  /// directory, or that of others.
  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      SuperBlock block = SuperBlock.read(source, start);
      ByteSource image = source.slice(start, block.size());
      if (!new Volume(image, block).hasRoot()) {
        return Optional.empty();
      }
      boolean whole = image.size() == block.size();
      Map<String, String> meta =
          Map.of(
              "version", Integer.toString(block.version()),
              "byteOrder", block.order() == ByteOrder.BIG_ENDIAN ? "big" : "little",
              "blockSize", Integer.toString(block.blockSize()),
              "lastMountedOn", block.mountPoint());
      Confidence confidence = whole ? Confidence.HIGH : Confidence.MEDIUM;
      return Optional.of(new Chunk(start, start + image.size(), confidence, false, meta));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    SuperBlock block = SuperBlock.read(content, 0);
    new InodeWalk<>(new Volume(content, block), ID, sink).run();
    if (block.size() > content.size()) {
      throw new TruncatedException(
          "%d of %d bytes are there".formatted(content.size(), block.size()));
    }
  }
}
