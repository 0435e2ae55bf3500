package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;
import java.util.Map;

/// An entry as a container stores it; the name is not yet made safe.
///
/// @param name exact bytes of the path inside the container
/// @param linkTarget of a symbolic link; empty for all else
public record RawEntry(
    byte[] name,
    EntryType type,
    int mode,
    long uid,
    long gid,
    long mtime,
    DeviceNumber rdev,
    byte[] linkTarget,
    Map<String, byte[]> xattrs) {
  private static final byte[] NONE = {};

  /// An entry that is no link, no device, and has no attributes.
  public static RawEntry plain(byte[] name, EntryType type, int mode, long mtime) {
    return new RawEntry(name, type, mode, 0, 0, mtime, DeviceNumber.NONE, NONE, Map.of());
  }

  /// The type that the upper bits of a Unix mode name; a regular file where they name none.
  public static EntryType type(int mode) {
    return switch (mode & 0170000) {
      case 0040000 -> EntryType.DIRECTORY;
      case 0120000 -> EntryType.SYMLINK;
      case 0020000 -> EntryType.CHARACTER_DEVICE;
      case 0060000 -> EntryType.BLOCK_DEVICE;
      case 0010000 -> EntryType.FIFO;
      case 0140000 -> EntryType.SOCKET;
      default -> EntryType.FILE;
    };
  }
}
