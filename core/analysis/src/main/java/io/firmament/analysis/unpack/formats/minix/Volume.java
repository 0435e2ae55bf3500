package io.firmament.analysis.unpack.formats.minix;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.InodeReader;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.PieceInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;

/// One file system as inodes and directories.
final class Volume implements InodeReader<Inode> {
  private static final int ROOT = 1;
  private static final byte[] NONE = {};

  private final ByteSource source;
  private final SuperBlock block;

  Volume(ByteSource source, SuperBlock block) {
    this.source = source;
    this.block = block;
  }

  @Override
  public Inode root() throws IOException {
    return inode(ROOT);
  }

  private Inode inode(long number) throws IOException {
    if (number < 1 || number > block.inodes()) {
      throw new CorruptException("no inode " + number);
    }
    int size = block.version() == 1 ? 32 : 64;
    ByteBuffer b = buffer(Binary.bytes(source, block.inodeTable() + (number - 1) * size, size));
    return block.version() == 1 ? Inode.first(number, b) : Inode.second(number, b);
  }

  private ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(block.order());
  }

  @Override
  public long number(Inode inode) {
    return inode.number();
  }

  @Override
  public long links(Inode inode) {
    return inode.links();
  }

  /// Entries of one size: the inode's number, 0 where the entry is free, and the name.
  @Override
  public void list(Inode directory, Names<Inode> names) throws IOException {
    if (directory.type() != EntryType.DIRECTORY) {
      throw new CorruptException("a directory that is none");
    }
    int width = block.version() == 3 ? 4 : 2;
    int size = width + block.nameLength();
    try (InputStream in = new Content(directory)) {
      for (byte[] entry = in.readNBytes(size); entry.length == size; entry = in.readNBytes(size)) {
        ByteBuffer b = buffer(entry);
        long number =
            width == 4 ? Integer.toUnsignedLong(b.getInt(0)) : Short.toUnsignedLong(b.getShort(0));
        int end = width;
        while (end < size && entry[end] != 0) {
          end++;
        }
        if (number != 0 && end > width) {
          names.name(Arrays.copyOfRange(entry, width, end), () -> inode(number));
        }
      }
    }
  }

  @Override
  public RawEntry describe(Inode inode, byte[] path) throws IOException {
    EntryType type = inode.type();
    int rdev = (int) inode.zones()[0];
    byte[] target = NONE;
    if (type == EntryType.SYMLINK) {
      try (InputStream in = new Content(inode)) {
        target = in.readNBytes((int) Math.min(inode.size(), block.blockSize()));
      }
    }
    return new RawEntry(
        path,
        type,
        inode.mode() & 07777,
        inode.uid(),
        inode.gid(),
        inode.mtime(),
        RawEntry.isDevice(type) ? RawEntry.oldDevice(rdev) : DeviceNumber.NONE,
        target,
        Map.of());
  }

  @Override
  public Body content(Inode inode) {
    return Body.decoded(() -> new Content(inode));
  }

  /// The content of a file; holes are zeros.
  private final class Content extends PieceInputStream {
    private final Inode inode;
    private long position;

    Content(Inode inode) {
      this.inode = inode;
    }

    @Override
    protected byte[] next() throws IOException {
      int count = (int) Math.min(block.blockSize(), inode.size() - position);
      long zone = count == 0 ? 0 : zone(position / block.blockSize());
      position += count;
      return zone == 0 ? new byte[count] : Binary.bytes(source, zone * block.blockSize(), count);
    }

    private long zone(long index) throws IOException {
      if (index < Inode.DIRECT) {
        return inode.zones()[(int) index];
      }
      int width = block.version() == 1 ? 2 : 4;
      long perBlock = block.blockSize() / width;
      long rest = index - Inode.DIRECT;
      long span = perBlock;
      for (int i = Inode.DIRECT; i < inode.zones().length; i++) {
        if (rest < span) {
          return indirect(inode.zones()[i], rest, span / perBlock, width);
        }
        rest -= span;
        span *= perBlock;
      }
      throw new CorruptException("a file of too many blocks");
    }

    /// @param span data blocks below one entry of the block `zone`
    private long indirect(long zone, long index, long span, int width) throws IOException {
      long at = zone;
      long rest = index;
      for (long below = span; at != 0; below /= block.blockSize() / width) {
        long entry = at * block.blockSize() + rest / below * width;
        ByteBuffer b = buffer(Binary.bytes(source, entry, width));
        at = width == 2 ? Short.toUnsignedLong(b.getShort()) : Integer.toUnsignedLong(b.getInt());
        rest %= below;
        if (below == 1) {
          break;
        }
      }
      return at;
    }
  }
}
