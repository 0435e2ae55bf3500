package io.firmament.analysis.unpack.formats.cramfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.BitFields;
import java.io.IOException;
import java.nio.ByteOrder;

/// An entry of a listing, which is all there is of an inode.
///
/// @param position of the entry
/// @param mode with the type
/// @param size of the content; the numbers of a device
/// @param nameLength padded to four bytes
/// @param offset of the block pointers, the listing or the target
record Inode(long position, int mode, int uid, int gid, long size, int nameLength, long offset) {
  static final int SIZE = 12;

  static Inode read(ByteSource source, long position, ByteOrder order) throws IOException {
    BitFields b = new BitFields(Binary.bytes(source, position, SIZE), order);
    int mode = b.nextInt(16);
    int uid = b.nextInt(16);
    long size = b.next(24);
    int gid = b.nextInt(8);
    int nameLength = b.nextInt(6) * 4;
    return new Inode(position, mode, uid, gid, size, nameLength, b.next(26) * 4);
  }

  EntryType type() {
    return RawEntry.type(mode);
  }
}
