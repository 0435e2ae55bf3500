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

  /// The same as a link to that target.
  public RawEntry linkTo(byte[] target) {
    return new RawEntry(name, type, mode, uid, gid, mtime, rdev, target, xattrs);
  }

  /// The numbers of a device in 16 bits, the kernel's `old_decode_dev`.
  public static DeviceNumber oldDevice(int rdev) {
    return new DeviceNumber((rdev >> 8) & 0xff, rdev & 0xff);
  }

  /// The numbers of a device in 32 bits, the kernel's `new_decode_dev`.
  public static DeviceNumber newDevice(int rdev) {
    return new DeviceNumber((rdev >> 8) & 0xfff, (rdev & 0xff) | ((rdev >> 12) & 0xfff00));
  }

  public static boolean isDevice(EntryType type) {
    return type == EntryType.CHARACTER_DEVICE || type == EntryType.BLOCK_DEVICE;
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
