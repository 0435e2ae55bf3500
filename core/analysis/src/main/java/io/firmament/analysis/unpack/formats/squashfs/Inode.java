package io.firmament.analysis.unpack.formats.squashfs;

import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;

/// An inode of any of the fourteen kinds.
///
/// @param start of the data of a file, or of the listing of a directory
/// @param size of the content
/// @param fragment index, or -1
/// @param offset in the fragment, or in the block of the listing
/// @param blocks sizes of the data blocks of a file; bit 24 means "stored"
/// @param xattr index, or -1
record Inode(
    EntryType type,
    int mode,
    int uidIndex,
    int gidIndex,
    long mtime,
    long number,
    long links,
    long start,
    long size,
    long fragment,
    long offset,
    int[] blocks,
    DeviceNumber rdev,
    byte[] target,
    long xattr) {
  private static final long NONE = 0xffffffffL;
  private static final int[] NO_BLOCKS = {};
  private static final byte[] NO_TARGET = {};

  private record Head(int type, int mode, int uid, int gid, long mtime, long number) {}

  static Inode read(Metadata.Cursor in, int blockSize, long imageSize) throws IOException {
    Head head = new Head(in.u16(), in.u16() & 07777, in.u16(), in.u16(), in.u32(), in.u32());
    return switch (head.type) {
      case 1 -> {
        long start = in.u32();
        long links = in.u32();
        int size = in.u16();
        int offset = in.u16();
        yield directory(head, links, start, size, offset, NONE);
      }
      case 8 -> {
        long links = in.u32();
        long size = in.u32();
        long start = in.u32();
        in.u32();
        in.u16();
        int offset = in.u16();
        yield directory(head, links, start, size, offset, in.u32());
      }
      case 2 -> {
        long start = in.u32();
        long fragment = in.u32();
        long offset = in.u32();
        long size = in.u32();
        int[] blocks = blocks(in, size, fragment, blockSize, imageSize);
        yield file(head, 1, start, size, fragment, offset, blocks, NONE);
      }
      case 9 -> {
        long start = in.i64();
        long size = in.i64();
        in.i64();
        long links = in.u32();
        long fragment = in.u32();
        long offset = in.u32();
        long xattr = in.u32();
        int[] blocks = blocks(in, size, fragment, blockSize, imageSize);
        yield file(head, links, start, size, fragment, offset, blocks, xattr);
      }
      case 3, 10 -> {
        long links = in.u32();
        byte[] target = in.bytes((int) Math.min(in.u32(), 1 << 16));
        yield link(head, links, target, head.type == 10 ? in.u32() : NONE);
      }
      case 4, 5, 11, 12 -> {
        long links = in.u32();
        long rdev = in.u32();
        EntryType type =
            head.type == 4 || head.type == 11 ? EntryType.BLOCK_DEVICE : EntryType.CHARACTER_DEVICE;
        yield other(head, type, links, device(rdev), head.type > 7 ? in.u32() : NONE);
      }
      case 6, 7, 13, 14 -> {
        long links = in.u32();
        EntryType type = head.type == 6 || head.type == 13 ? EntryType.FIFO : EntryType.SOCKET;
        yield other(head, type, links, DeviceNumber.NONE, head.type > 7 ? in.u32() : NONE);
      }
      default -> throw new CorruptException("an inode of type " + head.type);
    };
  }

  /// The kernel's `new_decode_dev`.
  static DeviceNumber device(long rdev) {
    return new DeviceNumber(
        (int) ((rdev >> 8) & 0xfff), (int) ((rdev & 0xff) | ((rdev >> 12) & 0xfff00)));
  }

  private static int[] blocks(
      Metadata.Cursor in, long size, long fragment, int blockSize, long imageSize)
      throws IOException {
    long count = fragment == NONE ? (size + blockSize - 1) / blockSize : size / blockSize;
    // Each block has four bytes of metadata, of which 8 KiB take at least some bytes of the image.
    if (size < 0 || count > Math.min(1 << 26, 4096 + imageSize * 64)) {
      throw new CorruptException("a file of " + size + " bytes");
    }
    int[] blocks = new int[(int) count];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = (int) in.u32();
    }
    return blocks;
  }

  private static Inode directory(
      Head h, long links, long start, long size, int offset, long xattr) {
    return new Inode(
        EntryType.DIRECTORY,
        h.mode,
        h.uid,
        h.gid,
        h.mtime,
        h.number,
        links,
        start,
        size,
        NONE,
        offset,
        NO_BLOCKS,
        DeviceNumber.NONE,
        NO_TARGET,
        xattr);
  }

  private static Inode file(
      Head h,
      long links,
      long start,
      long size,
      long fragment,
      long offset,
      int[] blocks,
      long xattr) {
    return new Inode(
        EntryType.FILE,
        h.mode,
        h.uid,
        h.gid,
        h.mtime,
        h.number,
        links,
        start,
        size,
        fragment,
        offset,
        blocks,
        DeviceNumber.NONE,
        NO_TARGET,
        xattr);
  }

  private static Inode link(Head h, long links, byte[] target, long xattr) {
    return new Inode(
        EntryType.SYMLINK,
        h.mode,
        h.uid,
        h.gid,
        h.mtime,
        h.number,
        links,
        0,
        0,
        NONE,
        0,
        NO_BLOCKS,
        DeviceNumber.NONE,
        target,
        xattr);
  }

  private static Inode other(Head h, EntryType type, long links, DeviceNumber rdev, long xattr) {
    return new Inode(
        type, h.mode, h.uid, h.gid, h.mtime, h.number, links, 0, 0, NONE, 0, NO_BLOCKS, rdev,
        NO_TARGET, xattr);
  }

  boolean hasFragment() {
    return fragment != NONE;
  }

  boolean hasXattrs() {
    return xattr != NONE;
  }
}
