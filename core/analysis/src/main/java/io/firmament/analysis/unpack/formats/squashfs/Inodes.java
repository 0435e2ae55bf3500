package io.firmament.analysis.unpack.formats.squashfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.BitFields;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;

/// Reads the inodes of one image.
final class Inodes {
  private final ByteSource source;
  private final SuperBlock block;
  private final Metadata metadata;

  Inodes(ByteSource source, SuperBlock block, Metadata metadata) {
    this.source = source;
    this.block = block;
    this.metadata = metadata;
  }

  /// @param reference position of the metadata block, and in the low 16 bits the offset in it
  Inode at(long reference) throws IOException {
    Metadata.Cursor in =
        metadata.at(block.inodeTable() + (reference >>> 16), (int) (reference & 0xffff));
    return switch (block.major()) {
      case 1 -> version1(in, reference);
      case 2 -> version2(in, reference);
      case 3 -> version3(in);
      default -> version4(in);
    };
  }

  /// The type has 4 bits, mode 12, user and group 4 each; types count on past 5 where the index of
  /// the user has more than 4 bits, and type 0 is a FIFO or socket whose type comes next.
  private Inode version1(Metadata.Cursor in, long reference) throws IOException {
    BitFields head = in.packed(3);
    int kind = head.nextInt(4);
    int mode = head.nextInt(12);
    int user = head.nextInt(4);
    int group = head.nextInt(4);
    EntryType other = EntryType.FIFO;
    if (kind == 0) {
      BitFields more = in.packed(1);
      other = more.nextInt(4) == 7 ? EntryType.SOCKET : EntryType.FIFO;
      user += more.nextInt(4) << 4;
    } else {
      user += (kind - 1) / 5 * 16;
    }
    int type = kind == 0 ? 0 : (kind - 1) % 5 + 1;
    long uid = owner(block.uidTable(), block.uids(), user);
    long gid = group == 15 ? uid : owner(block.gidTable(), block.gids(), group);
    return switch (type) {
      case 0 ->
          old(mode, uid, gid, block.time(), reference).other(other, DeviceNumber.NONE, Inode.NONE);
      case 1 -> oldDirectory(in, new Inode.Head(mode, uid, gid, 0, reference, 2), 19);
      case 2 -> {
        long time = in.u32();
        long start = in.u32();
        long size = in.u32();
        BlockSizes blocks = BlockSizes.narrow(in, count(size, false));
        yield old(mode, uid, gid, time, reference)
            .file(start, size, Inode.NONE, 0, blocks, Inode.NONE);
      }
      default -> simple(in, type, old(mode, uid, gid, block.time(), reference));
    };
  }

  private Inode version2(Metadata.Cursor in, long reference) throws IOException {
    BitFields head = in.packed(4);
    int type = head.nextInt(4);
    int mode = head.nextInt(12);
    long uid = owner(block.uidTable(), block.uids(), head.nextInt(8));
    int group = head.nextInt(8);
    long gid = group == 255 ? uid : owner(block.gidTable(), block.gids(), group);
    Inode.Head known = old(mode, uid, gid, block.time(), reference);
    return switch (type) {
      case 1 -> oldDirectory(in, known, 19);
      case 8 -> oldDirectory(in, known, 27);
      case 2 -> {
        long time = in.u32();
        long start = in.u32();
        long fragment = in.u32();
        long offset = in.u32();
        long size = in.u32();
        BlockSizes blocks = blocks(in, size, fragment);
        yield old(mode, uid, gid, time, reference)
            .file(start, size, fragment, offset, blocks, Inode.NONE);
      }
      default -> simple(in, type, known);
    };
  }

  private static Inode.Head old(int mode, long uid, long gid, long time, long reference) {
    return new Inode.Head(mode & 07777, uid, gid, time, reference, 2);
  }

  /// Size, 13 bits of offset, time, and 24 bits of block; before version 3.
  private static Inode oldDirectory(Metadata.Cursor in, Inode.Head head, int sizeBits)
      throws IOException {
    BitFields rest = in.packed((sizeBits + 13) / 8 + 7);
    long size = rest.next(sizeBits);
    long offset = rest.next(13);
    long time = rest.next(32);
    long start = rest.next(24);
    return new Inode.Head(head.mode(), head.uid(), head.gid(), time, head.number(), 2)
        .directory(start, size, offset, Inode.NONE);
  }

  /// Links, devices, FIFOs and sockets before version 4.
  private static Inode simple(Metadata.Cursor in, int type, Inode.Head head) throws IOException {
    return switch (type) {
      case 3 -> head.link(in.bytes(in.u16()), Inode.NONE);
      case 4, 5 -> {
        DeviceNumber rdev = RawEntry.oldDevice(in.u16());
        EntryType kind = type == 4 ? EntryType.BLOCK_DEVICE : EntryType.CHARACTER_DEVICE;
        yield head.other(kind, rdev, Inode.NONE);
      }
      case 6 -> head.other(EntryType.FIFO, DeviceNumber.NONE, Inode.NONE);
      case 7 -> head.other(EntryType.SOCKET, DeviceNumber.NONE, Inode.NONE);
      default -> throw new CorruptException("an inode of type " + type);
    };
  }

  private Inode version3(Metadata.Cursor in) throws IOException {
    BitFields packed = in.packed(4);
    int type = packed.nextInt(4);
    int mode = packed.nextInt(12);
    long uid = owner(block.uidTable(), block.uids(), packed.nextInt(8));
    int group = packed.nextInt(8);
    long gid = group == 255 ? uid : owner(block.gidTable(), block.gids(), group);
    long time = in.u32();
    long number = in.u32();
    long links = type == 2 ? 1 : in.u32();
    Inode.Head head = new Inode.Head(mode, uid, gid, time, number, links);
    return switch (type) {
      case 1, 8 -> {
        int sizeBits = type == 1 ? 19 : 27;
        BitFields rest = in.packed((sizeBits + 13) / 8 + 4);
        long size = rest.next(sizeBits);
        long offset = rest.next(13);
        yield head.directory(rest.next(32), size, offset, Inode.NONE);
      }
      case 2, 9 -> {
        long start = in.i64();
        long fragment = in.u32();
        long offset = in.u32();
        long size = type == 2 ? in.u32() : in.i64();
        BlockSizes blocks = blocks(in, size, fragment);
        yield head.file(start, size, fragment, offset, blocks, Inode.NONE);
      }
      default -> simple(in, type, head);
    };
  }

  private Inode version4(Metadata.Cursor in) throws IOException {
    int type = in.u16();
    int mode = in.u16() & 07777;
    long uid = id(in.u16());
    long gid = id(in.u16());
    long time = in.u32();
    long number = in.u32();
    return switch (type) {
      case 1 -> {
        long start = in.u32();
        long links = in.u32();
        int size = in.u16();
        yield new Inode.Head(mode, uid, gid, time, number, links)
            .directory(start, size, in.u16(), Inode.NONE);
      }
      case 8 -> {
        Inode.Head head = new Inode.Head(mode, uid, gid, time, number, in.u32());
        long size = in.u32();
        long start = in.u32();
        in.u32();
        in.u16();
        int offset = in.u16();
        yield head.directory(start, size, offset, in.u32());
      }
      case 2 -> {
        long start = in.u32();
        long fragment = in.u32();
        long offset = in.u32();
        long size = in.u32();
        BlockSizes blocks = blocks(in, size, fragment);
        yield new Inode.Head(mode, uid, gid, time, number, 1)
            .file(start, size, fragment, offset, blocks, Inode.NONE);
      }
      case 9 -> {
        long start = in.i64();
        long size = in.i64();
        in.i64();
        Inode.Head head = new Inode.Head(mode, uid, gid, time, number, in.u32());
        long fragment = in.u32();
        long offset = in.u32();
        long xattr = in.u32();
        yield head.file(start, size, fragment, offset, blocks(in, size, fragment), xattr);
      }
      default -> other(in, type, new Inode.Head(mode, uid, gid, time, number, in.u32()));
    };
  }

  /// Links, devices, FIFOs and sockets of version 4; types over 7 have attributes.
  private static Inode other(Metadata.Cursor in, int type, Inode.Head head) throws IOException {
    boolean extended = type > 7;
    return switch (extended ? type - 7 : type) {
      case 3 -> {
        byte[] target = in.bytes((int) Math.min(in.u32(), 1 << 16));
        yield head.link(target, extended ? in.u32() : Inode.NONE);
      }
      case 4 -> {
        DeviceNumber rdev = RawEntry.newDevice((int) in.u32());
        yield head.other(EntryType.BLOCK_DEVICE, rdev, extended ? in.u32() : Inode.NONE);
      }
      case 5 -> {
        DeviceNumber rdev = RawEntry.newDevice((int) in.u32());
        yield head.other(EntryType.CHARACTER_DEVICE, rdev, extended ? in.u32() : Inode.NONE);
      }
      case 6 -> head.other(EntryType.FIFO, DeviceNumber.NONE, extended ? in.u32() : Inode.NONE);
      case 7 -> head.other(EntryType.SOCKET, DeviceNumber.NONE, extended ? in.u32() : Inode.NONE);
      default -> throw new CorruptException("an inode of type " + type);
    };
  }

  /// Before version 4 the owners are plain tables of 32-bit numbers.
  private long owner(long table, int count, int index) throws IOException {
    if (index >= count) {
      throw new CorruptException("no owner " + index);
    }
    byte[] entry = Binary.bytes(source, table + 4L * index, 4);
    return Integer.toUnsignedLong(metadata.buffer(entry).getInt());
  }

  private long id(int index) throws IOException {
    if (index >= block.uids()) {
      throw new CorruptException("no owner " + index);
    }
    return metadata.inTable(block.uidTable(), index, 4).u32();
  }

  private BlockSizes blocks(Metadata.Cursor in, long size, long fragment) throws CorruptException {
    return BlockSizes.of(in, count(size, fragment != Inode.NONE));
  }

  private long count(long size, boolean fragment) throws CorruptException {
    if (size < 0) {
      throw new CorruptException("a file of " + size + " bytes");
    }
    long whole = size / block.blockSize();
    return fragment || size % block.blockSize() == 0 ? whole : whole + 1;
  }
}
