package io.firmament.analysis.unpack.formats.disk;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The hash tree of dm-verity, with its super block.
public final class VerityFormat implements Format {
  private static final int HEADER = 512;
  private static final Map<String, Integer> DIGESTS =
      Map.of("sha1", 20, "sha256", 32, "sha512", 64);

  @Override
  public FormatCard card() {
    return new FormatCard(
        "dm-verity",
        "Hash tree of dm-verity",
        FormatCard.Kind.DATA,
        List.of(Magic.hex(0, "7665726974790000 01000000")),
        List.of(),
        List.of(
            "the tree is not verified: the root is not stored with it",
            "trees without a super block are not found"),
        List.of("cryptsetup lib/verity/verity.c", "Linux Documentation/admin-guide/device-mapper"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] b = Binary.upTo(source, start, HEADER);
    if (b.length < HEADER) {
      return Optional.empty();
    }
    String algorithm = Binary.text(b, 32, 32);
    int digest = DIGESTS.getOrDefault(algorithm, 0);
    long dataBlock = Binary.u32le(b, 64);
    long hashBlock = Binary.u32le(b, 68);
    long blocks = Binary.i64le(b, 72);
    int salt = Binary.u16le(b, 80);
    boolean sound =
        digest > 0
            && Binary.u32le(b, 12) <= 1
            && isBlock(dataBlock)
            && isBlock(hashBlock)
            && blocks > 0
            && blocks < 1L << 40
            && salt <= 256;
    if (!sound) {
      return Optional.empty();
    }
    int width = Integer.highestOneBit(digest - 1) << 1;
    return Chunk.sized(
        source,
        start,
        hashBlock * (1 + treeBlocks(blocks, hashBlock / width)),
        false,
        Map.of(
            "algorithm", algorithm,
            "dataSize", Long.toString(blocks * dataBlock),
            "salt", HexFormat.of().formatHex(b, 88, 88 + salt)));
  }

  private static boolean isBlock(long size) {
    return size >= 512 && size <= 1 << 19 && Long.bitCount(size) == 1;
  }

  /// The root is not in the tree; each level has a digest for each block of the level below it.
  private static long treeBlocks(long blocks, long perBlock) {
    long total = 0;
    for (long level = blocks; level > 1 || total == 0; ) {
      level = (level + perBlock - 1) / perBlock;
      total += level;
    }
    return total;
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    sink.leaf("verity-hash-tree.bin", Body.of(content));
    chunk.requireWhole();
  }
}
