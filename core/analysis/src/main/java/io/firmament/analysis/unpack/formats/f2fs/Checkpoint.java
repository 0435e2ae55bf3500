package io.firmament.analysis.unpack.formats.f2fs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/// The newer of the two checkpoints that is complete.
///
/// @param version of the file system
/// @param start first block
/// @param bytes of the first block
record Checkpoint(long version, long start, int flags, byte[] bytes, SuperBlock superBlock) {
  private static final int UNMOUNTED = 0x1;
  private static final int COMPACT_SUMMARY = 0x4;
  private static final int LARGE_BITMAP = 0x400;
  private static final int BITMAPS = 192;
  private static final int SUMMARY_ENTRIES = 512 * 7;
  private static final int MOST_JOURNAL = 38;

  static Checkpoint read(ByteSource source, SuperBlock superBlock) throws IOException {
    Checkpoint best = null;
    for (int copy = 0; copy < 2; copy++) {
      long start = superBlock.checkpoint() + (long) copy * superBlock.segmentBlocks();
      Checkpoint found = at(source, superBlock, start);
      if (found != null
          && (best == null || Long.compareUnsigned(found.version, best.version) > 0)) {
        best = found;
      }
    }
    if (best == null) {
      throw new CorruptException("no complete checkpoint");
    }
    return best;
  }

  /// The first and the last block must be sound and of one version.
  private static @org.jspecify.annotations.Nullable Checkpoint at(
      ByteSource source, SuperBlock superBlock, long start) {
    byte[] first = Binary.upTo(source, start << superBlock.blockBits(), superBlock.blockSize());
    if (first.length < superBlock.blockSize() || !isSound(first)) {
      return null;
    }
    long blocks = Binary.u32le(first, 136);
    if (blocks < 2 || blocks > superBlock.segmentBlocks()) {
      return null;
    }
    byte[] last =
        Binary.upTo(source, (start + blocks - 1) << superBlock.blockBits(), superBlock.blockSize());
    if (last.length < superBlock.blockSize()
        || !isSound(last)
        || Binary.i64le(last, 0) != Binary.i64le(first, 0)) {
      return null;
    }
    int flags = (int) Binary.u32le(first, 132);
    return new Checkpoint(Binary.i64le(first, 0), start, flags, first, superBlock);
  }

  /// CRC-32 of what is before it, beginning with the magic of the super block.
  private static boolean isSound(byte[] b) {
    long at = Binary.u32le(b, 164);
    return at >= BITMAPS
        && at <= b.length - 4
        && Crc.of(b, 0, (int) at) == (int) Binary.u32le(b, (int) at);
  }

  private long blocks() {
    return Binary.u32le(bytes, 136);
  }

  /// Whether a block of the node table is in the second of its two segments.
  boolean isSecond(long block) {
    long sitBytes = Binary.u32le(bytes, 156);
    long offset;
    if ((flags & LARGE_BITMAP) != 0) {
      offset = 4;
    } else {
      offset = superBlock.payload() > 0 ? 0 : sitBytes;
    }
    long at = BITMAPS + offset + block / 8;
    return at < bytes.length && (bytes[(int) at] >> (7 - block % 8) & 1) != 0;
  }

  /// Addresses of nodes that are newer than the node table, by number.
  Map<Long, Long> journal(ByteSource source) throws IOException {
    long block;
    int at;
    if ((flags & COMPACT_SUMMARY) != 0) {
      block = start + Binary.u32le(bytes, 140);
      at = 0;
    } else {
      block = start + blocks() - ((flags & UNMOUNTED) != 0 ? 7 : 4);
      at = SUMMARY_ENTRIES;
    }
    byte[] b = Binary.bytes(source, block << superBlock.blockBits(), superBlock.blockSize());
    Map<Long, Long> journal = new HashMap<>();
    int count = Math.min(Binary.u16le(b, at), MOST_JOURNAL);
    for (int i = 0; i < count; i++) {
      int entry = at + 2 + 13 * i;
      journal.put(Binary.u32le(b, entry), Binary.u32le(b, entry + 9));
    }
    return journal;
  }
}
