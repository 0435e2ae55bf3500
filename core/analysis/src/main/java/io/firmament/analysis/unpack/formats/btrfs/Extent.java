package io.firmament.analysis.unpack.formats.btrfs;

import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.util.Arrays;

/// A piece of a file.
///
/// @param position in the file
/// @param decoded bytes of the whole extent when it is decoded
/// @param compression none 0, zlib 1, lzo 2, zstd 3
/// @param inline the stored bytes, where they are in the tree
/// @param address logical; 0 for a hole, also for what was only allocated
/// @param stored bytes on the disk
/// @param from first byte of the decoded extent that belongs to the file
/// @param length bytes of the file
record Extent(
    long position,
    long decoded,
    int compression,
    byte[] inline,
    long address,
    long stored,
    long from,
    long length) {
  static final int ITEM = 108;
  private static final int FIXED = 21;
  private static final int SIZE = 53;

  static Extent of(long position, byte[] b, int start, int end) throws CorruptException {
    if (end - start < FIXED) {
      throw new CorruptException("an extent makes no sense");
    }
    long decoded = Binary.i64le(b, start + 8);
    int compression = b[start + 16] & 0xff;
    int type = b[start + 20];
    if (type == 0) {
      byte[] inline = Arrays.copyOfRange(b, start + FIXED, end);
      return new Extent(position, decoded, compression, inline, 0, inline.length, 0, decoded);
    }
    if (end - start < SIZE) {
      throw new CorruptException("an extent makes no sense");
    }
    return new Extent(
        position,
        decoded,
        compression,
        new byte[0],
        type == 2 ? 0 : Binary.i64le(b, start + 21),
        Binary.i64le(b, start + 29),
        Binary.i64le(b, start + 37),
        Binary.i64le(b, start + 45));
  }
}
