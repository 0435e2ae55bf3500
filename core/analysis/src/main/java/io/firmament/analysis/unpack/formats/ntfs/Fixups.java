package io.firmament.analysis.unpack.formats.ntfs;

import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;

/// The update sequence: the last two bytes of every 512 stand elsewhere, and a number in their
/// place, so that a record that was written in part shows.
final class Fixups {
  private static final int STRIDE = 512;

  private Fixups() {}

  /// Puts the bytes back where they belong.
  static void apply(byte[] b, String magic) throws CorruptException {
    int at = Binary.u16le(b, 4);
    int count = Binary.u16le(b, 6);
    if (!Binary.text(b, 0, 4).equals(magic)
        || count != b.length / STRIDE + 1
        || at + count * 2 > STRIDE) {
      throw new CorruptException("no " + magic + " record");
    }
    for (int i = 1; i < count; i++) {
      int end = i * STRIDE - 2;
      if (b[end] != b[at] || b[end + 1] != b[at + 1]) {
        throw new CorruptException("a record was written in part");
      }
      b[end] = b[at + 2 * i];
      b[end + 1] = b[at + 2 * i + 1];
    }
  }
}
