package io.firmament.analysis.unpack.formats.romfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;

/// A file's header: where the next is and what this one is, information that depends on the type,
/// size and checksum; the name follows.
///
/// @param kind 0 to 7
/// @param info the first file of a directory, the target of a hard link, the numbers of a device
record FileHeader(long position, long next, int kind, boolean executable, long info, long size) {
  static final int HARD_LINK = 0;

  static FileHeader read(ByteSource source, long position) throws IOException {
    byte[] b = Binary.bytes(source, position, 16);
    long next = Binary.u32be(b, 0);
    return new FileHeader(
        position,
        next & ~15L,
        (int) next & 7,
        (next & 8) != 0,
        Binary.u32be(b, 4) & ((next & 7) <= 1 ? ~15L : ~0L),
        Binary.u32be(b, 8));
  }

  EntryType type() throws CorruptException {
    return switch (kind) {
      case 1 -> EntryType.DIRECTORY;
      case 2 -> EntryType.FILE;
      case 3 -> EntryType.SYMLINK;
      case 4 -> EntryType.BLOCK_DEVICE;
      case 5 -> EntryType.CHARACTER_DEVICE;
      case 6 -> EntryType.SOCKET;
      case 7 -> EntryType.FIFO;
      default -> throw new CorruptException("a hard link that leads nowhere");
    };
  }

  /// Permissions are not stored; these are what Linux shows.
  int mode() {
    int mode =
        switch (kind) {
          case 3 -> 0777;
          case 4, 5 -> 0600;
          default -> 0644;
        };
    return executable ? mode | 0111 : mode;
  }

  /// Whether the words of the header and the name add up to 0.
  boolean fits(ByteSource source) {
    int sum = 0;
    byte[] piece = Binary.upTo(source, position, 16);
    for (int i = 0; i < 1 << 12 && piece.length == 16; i += 16) {
      for (int word = 0; word < 16; word += 4) {
        sum += (int) Binary.u32be(piece, word);
      }
      if (i > 0 && piece[15] == 0) {
        return sum == 0;
      }
      piece = Binary.upTo(source, position + i + 16, 16);
    }
    return false;
  }
}
