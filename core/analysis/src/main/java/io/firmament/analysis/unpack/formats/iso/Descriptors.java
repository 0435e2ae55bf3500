package io.firmament.analysis.unpack.formats.iso;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.Arrays;

/// The volume descriptors (ECMA-119, section 8).
///
/// @param size of the volume in bytes
/// @param block bytes
/// @param label of the volume
/// @param root record of the root directory
/// @param joliet record of the root directory with names in UCS-2; empty where there is none
/// @param catalog block of the boot catalogue; 0 where there is none
/// @param udf a UDF file system is there, too
record Descriptors(
    long size, int block, String label, byte[] root, byte[] joliet, long catalog, boolean udf) {
  static final int SECTOR = 2048;
  static final int FIRST = 16;
  private static final int MOST = 100;
  private static final int ROOT = 156;

  static Descriptors read(ByteSource source) throws IOException {
    byte[] primary = {};
    byte[] joliet = {};
    long catalog = 0;
    boolean udf = false;
    for (int i = 0; i < MOST; i++) {
      byte[] b = Binary.upTo(source, (long) (FIRST + i) * SECTOR, SECTOR);
      if (b.length < SECTOR) {
        break;
      }
      String id = Binary.text(b, 1, 5);
      if (!id.equals("CD001")) {
        udf |= id.startsWith("NSR0");
        if (!id.startsWith("NSR0") && !id.equals("BEA01") && !id.equals("TEA01")) {
          break;
        }
        continue;
      }
      int type = b[0] & 0xff;
      if (type == 1 && primary.length == 0) {
        primary = b;
      } else if (type == 2 && isJoliet(b)) {
        joliet = Arrays.copyOfRange(b, ROOT, ROOT + 34);
      } else if (type == 0 && Binary.text(b, 7, 32).equals("EL TORITO SPECIFICATION")) {
        catalog = Binary.u32le(b, 71);
      }
    }
    if (primary.length == 0) {
      throw new CorruptException("no primary volume descriptor");
    }
    int block = Binary.u16le(primary, 128);
    long blocks = Binary.u32le(primary, 80);
    boolean sound =
        blocks == Binary.u32be(primary, 84)
            && block == Binary.u16be(primary, 130)
            && block >= 512
            && block <= SECTOR
            && Integer.bitCount(block) == 1
            && blocks * block > (long) FIRST * SECTOR
            && primary[ROOT] == 34;
    if (!sound) {
      throw new CorruptException("the primary volume descriptor makes no sense");
    }
    return new Descriptors(
        blocks * block,
        block,
        Binary.text(primary, 40, 32).strip(),
        Arrays.copyOfRange(primary, ROOT, ROOT + 34),
        joliet,
        catalog,
        udf);
  }

  /// Escape sequences of UCS-2, levels 1 to 3.
  private static boolean isJoliet(byte[] b) {
    return b[88] == '%' && b[89] == '/' && (b[90] == '@' || b[90] == 'C' || b[90] == 'E');
  }
}
