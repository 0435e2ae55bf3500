package io.firmament.analysis.unpack.formats.xfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.zip.CRC32C;

/// The super block at offset 0.
///
/// @param version 4 or 5
/// @param groupBlocks blocks of an allocation group
/// @param inodesPerBlockLog two to it are the inodes of a block
/// @param groupBlocksLog bits of a block's number in its group
/// @param directoryBlock bytes
/// @param hasTypes entries of directories have a type
/// @param isVerified the checksum is right; version 4 has none
record SuperBlock(
    int version,
    int blockSize,
    long blocks,
    long root,
    long groupBlocks,
    long groups,
    int inodeSize,
    int inodesPerBlockLog,
    int groupBlocksLog,
    int directoryBlock,
    boolean hasTypes,
    boolean isVerified,
    long unknownFeatures,
    String label) {
  private static final int TYPES = 0x200;
  private static final int MORE_BITS = 0x2000;

  /// Features of version 5 that change what is on disk and are known: types, sparse inodes, meta
  /// UUID, large times, needs repair, large extent counts.
  private static final long KNOWN = 0x3f;

  static SuperBlock read(ByteSource source, long start) throws IOException {
    byte[] b = Binary.bytes(source, start, 512);
    int blockSize = (int) Binary.u32be(b, 4);
    int bits = Binary.u16be(b, 100);
    int version = bits & 15;
    int inodeSize = Binary.u16be(b, 104);
    int blockLog = b[120];
    int inodeLog = b[122];
    int perBlockLog = b[123];
    int groupLog = b[124];
    int directoryLog = b[192];
    int sector = Binary.u16be(b, 102);
    long blocks = Binary.i64be(b, 8);
    long groupBlocks = Binary.u32be(b, 84);
    long groups = Binary.u32be(b, 88);
    boolean sound =
        Binary.text(b, 0, 4).equals("XFSB")
            && (version == 4 || version == 5)
            && blockLog >= 9
            && blockLog <= 16
            && blockSize == 1 << blockLog
            && inodeLog >= 8
            && inodeLog <= 11
            && inodeSize == 1 << inodeLog
            && perBlockLog == blockLog - inodeLog
            && groupLog > 0
            && groupLog <= 31
            && groupBlocks > 0
            && groupBlocks <= 1L << groupLog
            && groups > 0
            && blocks > (groups - 1) * groupBlocks
            && blocks <= groups * groupBlocks
            && directoryLog >= 0
            && blockLog + directoryLog <= 16
            && sector >= 512
            && sector <= 32768;
    if (!sound) {
      throw new CorruptException("the super block makes no sense");
    }
    long features2 = (bits & 0x8000) != 0 || version == 5 ? Binary.u32be(b, 200) : 0;
    long incompatible = version == 5 ? Binary.u32be(b, 216) : 0;
    return new SuperBlock(
        version,
        blockSize,
        blocks,
        Binary.i64be(b, 56),
        groupBlocks,
        groups,
        inodeSize,
        perBlockLog,
        groupLog,
        blockSize << ((bits & MORE_BITS) != 0 || version == 5 ? directoryLog : 0),
        version == 5 ? (incompatible & 1) != 0 : (features2 & TYPES) != 0,
        version == 4 || isVerified(Binary.upTo(source, start, sector)),
        incompatible & ~KNOWN,
        Binary.text(b, 108, 12));
  }

  /// CRC-32C over the sector with its own field zero, little-endian.
  private static boolean isVerified(byte[] sector) {
    if (sector.length < 512) {
      return false;
    }
    long stored = Binary.u32le(sector, 224);
    java.util.Arrays.fill(sector, 224, 228, (byte) 0);
    CRC32C crc = new CRC32C();
    crc.update(sector);
    return crc.getValue() == stored;
  }

  long size() {
    return blocks * blockSize;
  }

  /// Position of a block by its number, whose upper bits are the group.
  long position(long block) throws CorruptException {
    long group = block >>> groupBlocksLog;
    long within = block & (1L << groupBlocksLog) - 1;
    if (group >= groups || within >= groupBlocks) {
      throw new CorruptException("no block " + block);
    }
    return (group * groupBlocks + within) * blockSize;
  }
}
