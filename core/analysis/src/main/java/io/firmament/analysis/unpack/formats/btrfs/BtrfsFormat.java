package io.firmament.analysis.unpack.formats.btrfs;

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

/// btrfs with all its subvolumes, as the last transaction left it.
public final class BtrfsFormat implements Format {
  private static final String ID = "btrfs";

  /// Up to the block group tree; what comes later may change what is on disk.
  private static final long KNOWN_FEATURES = 0x1fff;

  @Override
  public FormatCard card() {
    return new FormatCard(
        ID,
        "btrfs file system (subvolumes; zlib, lzo, zstd)",
        FormatCard.Kind.TREE,
        List.of(Magic.text(SuperBlock.POSITION + 64, "_BHRfS_M")),
        List.of(),
        List.of(
            "file systems spread over several devices are reported",
            "the log of the last seconds is not replayed",
            "checksums of data, and those of trees other than CRC-32C, are not verified"),
        List.of(
            "btrfs on-disk format (btrfs.readthedocs.io)",
            "Linux include/uapi/linux/btrfs_tree.h"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      SuperBlock block = SuperBlock.read(source, start);
      boolean whole = block.size() <= source.size() - start;
      return Optional.of(
          new Chunk(
              start,
              start + Math.min(block.size(), source.size() - start),
              whole && block.isVerified() ? Confidence.HIGH : Confidence.MEDIUM,
              false,
              Map.of(
                  "devices", Long.toString(block.devices()),
                  "nodeSize", Integer.toString(block.node()),
                  "label", block.label())));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    SuperBlock block = SuperBlock.read(content, 0);
    if (!block.isVerified()) {
      sink.corrupt("btrfs: the checksum of the super block is wrong");
    }
    if ((block.incompatible() & ~KNOWN_FEATURES) != 0) {
      sink.unsupported("btrfs: features " + Long.toHexString(block.incompatible()));
    }
    new InodeWalk<>(new Volume(new Device(content, block)), ID, sink).run();
    if (content.size() < block.size()) {
      throw new TruncatedException(
          "%d of %d bytes are there".formatted(content.size(), block.size()));
    }
  }
}
