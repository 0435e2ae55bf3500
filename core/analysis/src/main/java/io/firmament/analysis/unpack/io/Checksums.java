package io.firmament.analysis.unpack.io;

import io.firmament.analysis.tree.ByteSource;
import java.util.zip.CRC32;

/// Checksums over byte sources of any size.
public final class Checksums {
  private Checksums() {}

  public static long crc32(ByteSource source) {
    CRC32 crc = new CRC32();
    byte[] buffer = new byte[1 << 16];
    long at = 0;
    for (int n = source.read(0, buffer, 0, buffer.length);
        n > 0;
        n = source.read(at, buffer, 0, buffer.length)) {
      crc.update(buffer, 0, n);
      at += n;
    }
    return crc.getValue();
  }

  /// XOR of all whole little-endian 32-bit words.
  public static long xor32(ByteSource source) {
    long sum = 0;
    byte[] buffer = new byte[1 << 16];
    long at = 0;
    for (int n = source.read(0, buffer, 0, buffer.length);
        n > 0;
        n = source.read(at, buffer, 0, buffer.length)) {
      for (int i = 0; i + 4 <= n; i += 4) {
        sum ^= Binary.u32le(buffer, i);
      }
      at += n;
    }
    return sum;
  }
}
