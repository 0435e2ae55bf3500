package io.firmament.analysis.unpack.formats.iso;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The boot images of El Torito 1.0.
final class BootCatalog {
  private static final int ENTRY = 32;
  private static final int MOST = 64;

  private BootCatalog() {}

  /// @param platform 0 PC BIOS, 1 PowerPC, 2 Mac, 239 UEFI
  /// @param block where it begins
  /// @param length in bytes
  record Image(int platform, long block, long length) {}

  static List<Image> read(ByteSource source, Descriptors descriptors) throws IOException {
    byte[] b = Binary.upTo(source, descriptors.catalog() * descriptors.block(), MOST * ENTRY);
    int sum = 0;
    for (int i = 0; i + 1 < Math.min(b.length, ENTRY); i += 2) {
      sum += Binary.u16le(b, i);
    }
    if (b.length < 2 * ENTRY || b[0] != 1 || (sum & 0xffff) != 0) {
      throw new CorruptException("the boot catalogue makes no sense");
    }
    List<Image> images = new ArrayList<>();
    int platform = b[1] & 0xff;
    for (int at = ENTRY; at + ENTRY <= b.length; at += ENTRY) {
      int kind = b[at] & 0xff;
      if (kind == 0x90 || kind == 0x91) {
        platform = b[at + 1] & 0xff;
      } else if (kind == 0x88 || (kind == 0 && Binary.u32le(b, at + 8) != 0)) {
        long block = Binary.u32le(b, at + 8);
        int sectors = Binary.u16le(b, at + 6);
        images.add(
            new Image(platform, block, length(source, descriptors, b[at + 1], block, sectors)));
      } else if (kind == 0 && at > ENTRY) {
        break;
      }
    }
    return images;
  }

  /// Floppies have their size; without emulation the count of sectors is often only what the BIOS
  /// loads, and a FAT file system says how long it is.
  private static long length(
      ByteSource source, Descriptors descriptors, int medium, long block, int sectors) {
    long at = block * descriptors.block();
    byte[] b = Binary.upTo(source, at, 512);
    long fat =
        b.length == 512 && Binary.u16le(b, 510) == 0xaa55 && Binary.u16le(b, 11) == 512
            ? 512 * (Binary.u16le(b, 19) != 0 ? Binary.u16le(b, 19) : Binary.u32le(b, 32))
            : 0;
    return switch (medium & 15) {
      case 1 -> 1200L << 10;
      case 2 -> 1440L << 10;
      case 3 -> 2880L << 10;
      default -> Math.max(fat, sectors * 512L);
    };
  }
}
