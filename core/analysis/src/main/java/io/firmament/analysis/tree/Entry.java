package io.firmament.analysis.tree;

import io.firmament.base.Sha256;
import java.util.Map;
import java.util.Optional;

/// One entry of the virtual tree, exactly as its container stores it.
///
/// @param path exact bytes and a printable form, without a leading slash
/// @param mode permission bits and setuid, setgid and sticky, as in `st_mode & 07777`
/// @param mtime seconds since 1970; 0 where the container has none
/// @param rdev major and minor number of a device, else (0, 0)
/// @param linkTarget of a symbolic link, exact bytes
/// @param xattrs extended attributes by full name
/// @param size in bytes; 0 for what has no content
/// @param sha256 of the content of a file; a hard link is a further FILE entry of the same content
/// @param container chain of formats from the image to the entry, for example `uimage>gzip>cpio`
public record Entry(
    EntryPath path,
    EntryType type,
    int mode,
    long uid,
    long gid,
    long mtime,
    DeviceNumber rdev,
    Optional<EntryPath> linkTarget,
    Map<String, byte[]> xattrs,
    long size,
    Optional<Sha256> sha256,
    String container) {
  /// A device's numbers.
  public record DeviceNumber(int major, int minor) {
    public static final DeviceNumber NONE = new DeviceNumber(0, 0);
  }

  public Entry {
    xattrs = Map.copyOf(xattrs);
  }

  public boolean isFile() {
    return type == EntryType.FILE;
  }
}
