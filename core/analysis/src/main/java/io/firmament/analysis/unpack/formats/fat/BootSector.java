package io.firmament.analysis.unpack.formats.fat;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;

/// The boot sector with the BIOS parameter block (Microsoft FAT specification, section 3).
///
/// @param bits of an entry of the table: 12, 16 or 32
/// @param sector bytes
/// @param cluster bytes
/// @param table position of the first table
/// @param rootEntries of the root directory of FAT12 and FAT16
/// @param rootCluster of the root directory of FAT32
/// @param root position of the root directory of FAT12 and FAT16
/// @param data position of cluster 2
/// @param clusters how many there are
/// @param size of the file system in bytes
record BootSector(
    int bits,
    int sector,
    int cluster,
    long table,
    int rootEntries,
    long rootCluster,
    long root,
    long data,
    long clusters,
    long size) {
  static final int ENTRY = 32;
  private static final int MOST_12 = 4085;
  private static final int MOST_16 = 65525;
  private static final int MOST_TABLES = 4;

  /// The signature alone says nothing: the fields must agree with each other, and the table must
  /// begin with the medium's byte.
  static BootSector read(ByteSource source, long start) throws IOException {
    byte[] b = Binary.bytes(source, start, 512);
    BootSector sector = parse(b);
    byte[] first = Binary.bytes(source, start + sector.table, 4);
    boolean ones = (first[1] & 0x0f) == 0x0f && (sector.bits == 12 || first[1] == -1);
    if (first[0] != b[21] || !ones) {
      throw new CorruptException("the table does not begin with the medium's byte");
    }
    return sector;
  }

  private static BootSector parse(byte[] b) throws CorruptException {
    boolean jump = (b[0] & 0xff) == 0xe9 || ((b[0] & 0xff) == 0xeb && (b[2] & 0xff) == 0x90);
    int sector = Binary.u16le(b, 11);
    int perCluster = b[13] & 0xff;
    int reserved = Binary.u16le(b, 14);
    int tables = b[16] & 0xff;
    int rootEntries = Binary.u16le(b, 17);
    long sectors = Binary.u16le(b, 19) != 0 ? Binary.u16le(b, 19) : Binary.u32le(b, 32);
    int medium = b[21] & 0xff;
    boolean wide = Binary.u16le(b, 22) == 0;
    long tableSectors = wide ? Binary.u32le(b, 36) : Binary.u16le(b, 22);
    boolean sound =
        jump
            && sector >= 512
            && sector <= 4096
            && Integer.bitCount(sector) == 1
            && Integer.bitCount(perCluster) == 1
            && reserved > 0
            && tables > 0
            && tables <= MOST_TABLES
            && (medium == 0xf0 || medium >= 0xf8)
            && tableSectors > 0
            && (wide ? rootEntries == 0 && Binary.u16le(b, 42) == 0 : rootEntries > 0);
    if (!sound) {
      throw new CorruptException("the boot sector makes no sense");
    }
    long root = reserved + tables * tableSectors;
    long data = root + ((long) rootEntries * ENTRY + sector - 1) / sector;
    long clusters = (sectors - data) / perCluster;
    int bits = wide ? 32 : clusters < MOST_12 ? 12 : 16;
    boolean fits =
        sectors > data
            && clusters > 0
            && (wide || clusters < MOST_16)
            && clusters < 0x0ffffff5L
            && (clusters + 2) * bits <= tableSectors * sector * 8;
    if (!fits) {
      throw new CorruptException("the sizes of the boot sector do not agree");
    }
    return new BootSector(
        bits,
        sector,
        sector * perCluster,
        (long) reserved * sector,
        rootEntries,
        wide ? Binary.u32le(b, 44) : 0,
        root * sector,
        data * sector,
        clusters,
        sectors * sector);
  }
}
