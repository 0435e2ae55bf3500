package io.firmament.analysis.unpack.formats.reiserfs;

import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;

/// The metadata of an object (`struct stat_data_v1`, `struct stat_data`).
///
/// @param mode with the type
/// @param generation how many objects had the number before, for the name of its attributes
record Inode(
    long directory,
    long object,
    int mode,
    long links,
    long uid,
    long gid,
    long size,
    long mtime,
    DeviceNumber device,
    long generation) {
  private static final int FIRST = 32;
  private static final int SECOND = 44;

  static Inode of(Item item) throws CorruptException {
    byte[] b = item.body();
    if (b.length == FIRST) {
      return first(item.key(), b);
    }
    if (b.length == SECOND) {
      return second(item.key(), b);
    }
    throw new CorruptException("metadata of %d bytes".formatted(b.length));
  }

  private static Inode first(Key key, byte[] b) {
    int mode = Binary.u16le(b, 0);
    return new Inode(
        key.directory(),
        key.object(),
        mode,
        Binary.u16le(b, 2),
        Binary.u16le(b, 4),
        Binary.u16le(b, 6),
        Binary.u32le(b, 8),
        Binary.u32le(b, 16),
        device(mode, Binary.u32le(b, 24)),
        key.directory());
  }

  private static Inode second(Key key, byte[] b) {
    int mode = Binary.u16le(b, 0);
    long last = Binary.u32le(b, 40);
    return new Inode(
        key.directory(),
        key.object(),
        mode,
        Binary.u32le(b, 4),
        Binary.u32le(b, 16),
        Binary.u32le(b, 20),
        Binary.i64le(b, 8),
        Binary.u32le(b, 28),
        device(mode, last),
        RawEntry.isDevice(RawEntry.type(mode)) ? key.directory() : last);
  }

  private static DeviceNumber device(int mode, long number) {
    return RawEntry.isDevice(RawEntry.type(mode))
        ? RawEntry.newDevice((int) number)
        : DeviceNumber.NONE;
  }

  EntryType type() {
    return RawEntry.type(mode);
  }
}
