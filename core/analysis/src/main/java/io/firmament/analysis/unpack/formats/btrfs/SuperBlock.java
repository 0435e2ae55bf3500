package io.firmament.analysis.unpack.formats.btrfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.CRC32C;

/// The super block at 64 KiB.
///
/// @param root logical address of the tree of trees
/// @param chunkRoot logical address of the tree of chunks
/// @param size of this device in bytes
/// @param device id of this device
/// @param devices of the file system
/// @param checksum kind; 0 is CRC-32C
/// @param systemChunks the chunks that hold the tree of chunks, as keys and items
record SuperBlock(
    long root,
    int rootLevel,
    long chunkRoot,
    int chunkRootLevel,
    long size,
    long device,
    long devices,
    int sector,
    int node,
    int checksum,
    long incompatible,
    boolean isVerified,
    String label,
    byte[] systemChunks) {
  static final int POSITION = 64 << 10;
  private static final int SIZE = 4096;
  private static final int CHUNKS = 811;

  static SuperBlock read(ByteSource source, long start) throws IOException {
    byte[] b = Binary.bytes(source, start + POSITION, SIZE);
    int sector = (int) Binary.u32le(b, 144);
    int node = (int) Binary.u32le(b, 148);
    long chunks = Binary.u32le(b, 160);
    long size = Binary.i64le(b, 209);
    int checksum = Binary.u16le(b, 196);
    boolean sound =
        Binary.text(b, 64, 8).equals("_BHRfS_M")
            && Binary.i64le(b, 48) == POSITION
            && sector >= 4096
            && sector <= 65536
            && Integer.bitCount(sector) == 1
            && node >= sector
            && node <= 65536
            && Integer.bitCount(node) == 1
            && chunks > 0
            && chunks <= 2048
            && size > POSITION + SIZE
            && size <= 1L << 56
            && checksum <= 3;
    if (!sound) {
      throw new CorruptException("the super block makes no sense");
    }
    return new SuperBlock(
        Binary.i64le(b, 80),
        b[198] & 0xff,
        Binary.i64le(b, 88),
        b[199] & 0xff,
        size,
        Binary.i64le(b, 201),
        Binary.i64le(b, 136),
        sector,
        node,
        checksum,
        Binary.i64le(b, 188),
        checksum != 0 || hasCrc(b),
        Binary.text(b, 299, 256),
        Arrays.copyOfRange(b, CHUNKS, CHUNKS + (int) chunks));
  }

  /// CRC-32C over all behind the room for the checksum.
  static boolean hasCrc(byte[] b) {
    CRC32C crc = new CRC32C();
    crc.update(b, 32, b.length - 32);
    return crc.getValue() == Binary.u32le(b, 0);
  }
}
