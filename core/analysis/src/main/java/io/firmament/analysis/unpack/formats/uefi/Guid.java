package io.firmament.analysis.unpack.formats.uefi;

import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.io.Binary;
import java.util.Locale;

/// GUIDs as UEFI stores them: the first three fields little-endian.
public final class Guid {
  private Guid() {}

  /// For example `8C8CE578-8A3D-4F1C-9935-896185C32DD3`.
  public static String of(byte[] bytes, int at) {
    return "%08X-%04X-%04X-%04X-%04X%08X"
        .formatted(
            Binary.u32le(bytes, at),
            Binary.u16le(bytes, at + 4),
            Binary.u16le(bytes, at + 6),
            Binary.u16be(bytes, at + 8),
            Binary.u16be(bytes, at + 10),
            Binary.u32be(bytes, at + 12))
        .toUpperCase(Locale.ROOT);
  }

  static Magic magic(String guid) {
    String digits = guid.replace("-", "");
    StringBuilder bytes = new StringBuilder();
    for (int i : new int[] {6, 4, 2, 0, 10, 8, 14, 12}) {
      bytes.append(digits, i, i + 2);
    }
    return Magic.hex(0, bytes.append(digits, 16, 32).toString());
  }
}
