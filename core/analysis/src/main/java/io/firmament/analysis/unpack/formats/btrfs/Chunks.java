package io.firmament.analysis.unpack.formats.btrfs;

import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LongArray;
import io.firmament.analysis.unpack.io.UnsupportedException;
import java.util.Map;
import java.util.TreeMap;

/// Where logical addresses are on this device.
final class Chunks {
  static final int ITEM = 228;
  private static final int FIXED = 48;
  private static final int STRIPE = 32;

  /// RAID 0, 10, 5 and 6 spread an address range over devices.
  private static final long SPREAD = 8 | 64 | 128 | 256;

  private final TreeMap<Long, Chunk> chunks = new TreeMap<>();
  private final long device;

  /// @param positions of all copies on this device
  private record Chunk(long start, long length, boolean isSpread, long[] positions) {}

  Chunks(long device) {
    this.device = device;
  }

  /// Adds the chunks of the super block: keys with their items.
  void system(byte[] b) throws CorruptException {
    int at = 0;
    while (at + Key.SIZE + FIXED <= b.length) {
      Key key = Key.of(b, at);
      int length = add(key.offset(), b, at + Key.SIZE, b.length);
      at += Key.SIZE + length;
    }
  }

  /// Adds one; gives the bytes of its item.
  int add(long start, byte[] b, int at, int end) throws CorruptException {
    if (at + FIXED > end) {
      throw new CorruptException("a chunk makes no sense");
    }
    long length = Binary.i64le(b, at);
    int stripes = Binary.u16le(b, at + 44);
    int size = FIXED + stripes * STRIPE;
    if (length <= 0 || start < 0 || start + length < 0 || at + size > end) {
      throw new CorruptException("a chunk makes no sense");
    }
    LongArray positions = new LongArray();
    for (int i = 0; i < stripes; i++) {
      int stripe = at + FIXED + i * STRIPE;
      if (Binary.i64le(b, stripe) == device) {
        positions.add(Binary.i64le(b, stripe + 8));
      }
    }
    boolean isSpread = (Binary.i64le(b, at + 24) & SPREAD) != 0;
    chunks.put(start, new Chunk(start, length, isSpread, positions.toArray()));
    return size;
  }

  /// The positions of all copies of a range.
  long[] positions(long logical, long length) throws CorruptException, UnsupportedException {
    Map.Entry<Long, Chunk> entry = chunks.floorEntry(logical);
    Chunk chunk = entry == null ? null : entry.getValue();
    if (chunk == null || length < 0 || logical - chunk.start > chunk.length - length) {
      throw new CorruptException("no chunk has address " + logical);
    }
    if (chunk.isSpread || chunk.positions.length == 0) {
      throw new UnsupportedException("a chunk on several devices");
    }
    long[] positions = chunk.positions.clone();
    for (int i = 0; i < positions.length; i++) {
      positions[i] += logical - chunk.start;
      if (positions[i] < 0) {
        throw new CorruptException("a chunk outside of the device");
      }
    }
    return positions;
  }
}
