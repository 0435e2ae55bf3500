package io.firmament.analysis.unpack.formats.cramfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.InodeReader;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;

/// One image as inodes and directories.
final class Image implements InodeReader<Inode> {
  private static final byte[] NONE = {};

  private final ByteSource source;
  private final SuperBlock superBlock;
  private final int blockSize;

  Image(ByteSource source, SuperBlock superBlock, int blockSize) {
    this.source = source;
    this.superBlock = superBlock;
    this.blockSize = blockSize;
  }

  @Override
  public Inode root() throws IOException {
    return Inode.read(source, SuperBlock.SIZE, superBlock.order());
  }

  /// Directories that share a listing are one; empty ones have none.
  @Override
  public long number(Inode inode) {
    return inode.size() > 0 ? inode.offset() : -inode.position();
  }

  @Override
  public long links(Inode inode) {
    return 1;
  }

  /// Entries follow each other, each an inode and its name, padded with zeros.
  @Override
  public void list(Inode directory, Names<Inode> names) throws IOException {
    if (directory.type() != EntryType.DIRECTORY) {
      throw new CorruptException("a directory that is none");
    }
    long at = directory.offset();
    long end = at + directory.size();
    while (at < end) {
      Inode inode = Inode.read(source, at, superBlock.order());
      byte[] name = Binary.bytes(source, at + Inode.SIZE, inode.nameLength());
      int length = name.length;
      while (length > 0 && name[length - 1] == 0) {
        length--;
      }
      if (length == 0) {
        throw new CorruptException("an entry without a name");
      }
      names.name(Arrays.copyOf(name, length), () -> inode);
      at += Inode.SIZE + name.length;
    }
  }

  @Override
  public RawEntry describe(Inode inode, byte[] path) throws IOException {
    EntryType type = inode.type();
    return new RawEntry(
        path,
        type,
        inode.mode() & 07777,
        inode.uid(),
        inode.gid(),
        0,
        RawEntry.isDevice(type) ? RawEntry.oldDevice((int) inode.size()) : DeviceNumber.NONE,
        type == EntryType.SYMLINK ? target(inode) : NONE,
        Map.of());
  }

  private byte[] target(Inode inode) throws IOException {
    try (InputStream in = new FileData(source, superBlock, inode, blockSize)) {
      return in.readNBytes((int) Math.min(inode.size(), 1 << 16));
    }
  }

  @Override
  public Body content(Inode inode) {
    return Body.decoded(() -> new FileData(source, superBlock, inode, blockSize));
  }
}
