package io.firmament.analysis.unpack.formats.ntfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;

/// The boot sector.
///
/// @param cluster bytes
/// @param table position of the master file table
/// @param record bytes of a record of the table
/// @param size of the volume in bytes, with the copy of the boot sector behind it
record BootSector(int sector, int cluster, long table, int record, long size, long serial) {
  static BootSector read(ByteSource source, long start) throws IOException {
    byte[] b = Binary.bytes(source, start, 512);
    int sector = Binary.u16le(b, 11);
    int perCluster = b[13] >= 0 ? b[13] : b[13] >= -16 ? 1 << -b[13] : b[13] & 0xff;
    long sectors = Binary.i64le(b, 40);
    long table = Binary.i64le(b, 48);
    long cluster = (long) sector * perCluster;
    long record = b[64] > 0 ? b[64] * cluster : b[64] >= -16 ? 1 << -b[64] : 0;
    boolean sound =
        Binary.text(b, 3, 8).equals("NTFS    ")
            && b[510] == 0x55
            && (b[511] & 0xff) == 0xaa
            && sector >= 256
            && sector <= 4096
            && Integer.bitCount(sector) == 1
            && Integer.bitCount(perCluster) == 1
            && cluster <= 2 << 20
            && sectors > 0
            && sectors < 1L << 48
            && table > 0
            && table < sectors
            && record >= 512
            && record <= 65536
            && Long.bitCount(record) == 1;
    if (!sound) {
      throw new CorruptException("the boot sector makes no sense");
    }
    return new BootSector(
        sector,
        (int) cluster,
        table * cluster,
        (int) record,
        (sectors + 1) * sector,
        Binary.i64le(b, 72));
  }
}
