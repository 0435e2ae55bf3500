package io.firmament.analysis.unpack.formats.exfat;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;

/// The main boot region (exFAT specification, section 3).
///
/// @param size of the volume in bytes
/// @param table position of the file allocation table
/// @param heap position of cluster 2
/// @param clusters how many there are
/// @param cluster bytes
/// @param root first cluster of the root directory
/// @param verified the checksum of the region is right
record BootSector(
    long size,
    long table,
    long heap,
    long clusters,
    int cluster,
    long root,
    long serial,
    boolean verified) {
  private static final int CHECKED_SECTORS = 11;

  static BootSector read(ByteSource source, long start) throws IOException {
    byte[] b = Binary.bytes(source, start, 512);
    int sectorShift = b[108] & 0xff;
    int clusterShift = sectorShift + (b[109] & 0xff);
    long sectors = Binary.i64le(b, 72);
    long table = Binary.u32le(b, 80);
    long tableSectors = Binary.u32le(b, 84);
    long heap = Binary.u32le(b, 88);
    long clusters = Binary.u32le(b, 92);
    long root = Binary.u32le(b, 96);
    boolean sound =
        Binary.text(b, 3, 8).equals("EXFAT   ")
            && b[510] == 0x55
            && (b[511] & 0xff) == 0xaa
            && sectorShift >= 9
            && sectorShift <= 12
            && clusterShift <= 25
            && sectors > 0
            && sectors < 1L << 48
            && table >= 24
            && heap >= table + tableSectors
            && clusters > 0
            && heap + (clusters << (clusterShift - sectorShift)) <= sectors
            && (clusters + 2) * 4 <= tableSectors << sectorShift
            && root >= 2
            && root < clusters + 2;
    if (!sound) {
      throw new CorruptException("the boot sector makes no sense");
    }
    return new BootSector(
        sectors << sectorShift,
        table << sectorShift,
        heap << sectorShift,
        clusters,
        1 << clusterShift,
        root,
        Binary.u32le(b, 100),
        isVerified(source, start, 1 << sectorShift));
  }

  /// The sum over eleven sectors, without the flags and the share in use, fills the twelfth.
  private static boolean isVerified(ByteSource source, long start, int sector) throws IOException {
    byte[] b = Binary.upTo(source, start, (CHECKED_SECTORS + 1) * sector);
    if (b.length < CHECKED_SECTORS * sector + 4) {
      return false;
    }
    int sum = 0;
    for (int i = 0; i < CHECKED_SECTORS * sector; i++) {
      if (i != 106 && i != 107 && i != 112) {
        sum = Integer.rotateRight(sum, 1) + (b[i] & 0xff);
      }
    }
    return Integer.toUnsignedLong(sum) == Binary.u32le(b, CHECKED_SECTORS * sector);
  }
}
