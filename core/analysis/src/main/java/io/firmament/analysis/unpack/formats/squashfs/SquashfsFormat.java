package io.firmament.analysis.unpack.formats.squashfs;

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
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// SquashFS of every version and byte order, with the magics and compressions of vendors.
public final class SquashfsFormat implements Format {
  private static final String ID = "squashfs";
  private static final long PROBE_MEMORY = 16 << 20;

  @Override
  public FormatCard card() {
    return new FormatCard(
        ID,
        "SquashFS 1 to 4 (both byte orders; gzip, lzma, lzo, xz, lz4, zstd, vendor LZMA)",
        FormatCard.Kind.TREE,
        List.of(
            Magic.text(0, "hsqs"),
            Magic.text(0, "sqsh"),
            Magic.text(0, "shsq"),
            Magic.text(0, "qshs"),
            Magic.text(0, "hsqt"),
            Magic.text(0, "tqsh"),
            Magic.text(0, "zlqs"),
            Magic.text(0, "sqlz")),
        List.of(),
        List.of("vendor LZMA is found by trying; a variant that no attempt decodes is reported"),
        List.of(
            "Linux Documentation/filesystems/squashfs.rst",
            "https://dr-emann.github.io/squashfs/",
            "squashfs-tools squashfs_fs.h and squashfs_compat.h, for the structures"));
  }

  /// The super block has no checksum; a root directory that can be read makes up for it.
  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      SuperBlock block = SuperBlock.read(source, start);
      boolean whole = block.bytesUsed() <= source.size() - start;
      long length = whole ? block.bytesUsed() : source.size() - start;
      Confidence confidence =
          !hasRoot(source.slice(start, length), block)
              ? Confidence.LOW
              : whole ? Confidence.HIGH : Confidence.MEDIUM;
      return Optional.of(new Chunk(start, start + length, confidence, false, meta(block)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean hasRoot(ByteSource image, SuperBlock block) {
    try (Image opened = new Image(image, block, PROBE_MEMORY)) {
      return opened.root().type() == EntryType.DIRECTORY;
    } catch (IOException e) {
      return false;
    }
  }

  private static Map<String, String> meta(SuperBlock block) {
    Map<String, String> meta = new HashMap<>();
    meta.put("version", block.major() + "." + block.minor());
    meta.put("byteOrder", block.order() == ByteOrder.BIG_ENDIAN ? "big" : "little");
    Codec.of(block.compression())
        .ifPresent(codec -> meta.put("compression", codec.name().toLowerCase(Locale.ROOT)));
    meta.put("blockSize", Integer.toString(block.blockSize()));
    meta.put("inodes", Long.toString(block.inodes()));
    meta.put("time", Long.toString(block.time()));
    return meta;
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    SuperBlock block = SuperBlock.read(content, 0);
    try (Image image = new Image(content, block, sink.limits().codecMemory())) {
      new InodeWalk<>(image, ID, sink).run();
    }
    if (block.bytesUsed() > content.size()) {
      throw new TruncatedException(
          "%d of %d bytes are there".formatted(content.size(), block.bytesUsed()));
    }
  }
}
