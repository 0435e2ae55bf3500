package io.firmament.analysis.unpack.formats.hfsplus;

import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import org.jspecify.annotations.Nullable;

/// A folder or file of the catalog.
///
/// @param special of the permissions: numbers of a device, or where a hard link leads
/// @param isLink a hard link to a file of the private folder
/// @param isPacked the content is compressed and stands elsewhere
/// @param data of a file
record Node(
    long number,
    boolean isFolder,
    int mode,
    long uid,
    long gid,
    long mtime,
    long special,
    boolean isLink,
    boolean isPacked,
    @Nullable Fork data) {
  static final int FOLDER = 1;
  static final int FILE = 2;
  private static final int FOLDER_SIZE = 88;
  private static final int FILE_SIZE = 248;
  private static final long EPOCH = 2_082_844_800L;
  private static final int PACKED = 0x20;

  /// @param at of the data of a record of type folder or file
  static Node of(byte[] b, int at, int end) throws CorruptException {
    boolean isFolder = Binary.u16be(b, at) == FOLDER;
    if (end - at < (isFolder ? FOLDER_SIZE : FILE_SIZE)) {
      throw new CorruptException("a record of the catalog makes no sense");
    }
    String kind = Binary.text(b, at + 48, 8);
    return new Node(
        Binary.u32be(b, at + 8),
        isFolder,
        Binary.u16be(b, at + 42),
        Binary.u32be(b, at + 32),
        Binary.u32be(b, at + 36),
        Binary.u32be(b, at + 16) - EPOCH,
        Binary.u32be(b, at + 44),
        !isFolder && kind.equals("hlnkhfs+"),
        !isFolder && (b[at + 41] & PACKED) != 0,
        isFolder ? null : Fork.of(b, at + 88));
  }

  EntryType type() {
    if (isFolder) {
      return EntryType.DIRECTORY;
    }
    EntryType type = RawEntry.type(mode);
    return type == EntryType.DIRECTORY ? EntryType.FILE : type;
  }

  /// Volumes of old systems have no modes.
  int permissions() {
    return mode == 0 ? (isFolder ? 0755 : 0644) : mode & 07777;
  }
}
