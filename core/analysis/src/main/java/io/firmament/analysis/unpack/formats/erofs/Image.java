package io.firmament.analysis.unpack.formats.erofs;

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
import org.jspecify.annotations.Nullable;

/// One image as inodes and directories.
final class Image implements InodeReader<Inode> {
  private static final int MOST_LISTING = 64 << 20;
  private static final byte[] NONE = {};

  private final ByteSource source;
  private final SuperBlock block;
  private final Attributes attributes;
  private @Nullable PackedContent packed;

  Image(ByteSource source, SuperBlock block) {
    this.source = source;
    this.block = block;
    this.attributes = new Attributes(this);
  }

  ByteSource source() {
    return source;
  }

  SuperBlock block() {
    return block;
  }

  Inode inode(long number) throws IOException {
    return Inode.read(source, block, number);
  }

  /// The content of the packed inode, which holds the ends of files.
  PackedContent packed() throws IOException {
    if (packed == null) {
      if (block.packedInode() == 0) {
        throw new CorruptException("there is no packed inode");
      }
      packed = new PackedContent(this, inode(block.packedInode()));
    }
    return packed;
  }

  @Override
  public Inode root() throws IOException {
    return inode(block.root());
  }

  @Override
  public long number(Inode inode) {
    return inode.number();
  }

  @Override
  public long links(Inode inode) {
    return inode.links();
  }

  /// Blocks of entries, each an inode (8), an offset in the block (2), a type and a byte of zero;
  /// the names follow, up to the next one's offset.
  @Override
  public void list(Inode directory, Names<Inode> names) throws IOException {
    if (directory.type() != EntryType.DIRECTORY || directory.size() > MOST_LISTING) {
      throw new CorruptException("a directory that is none");
    }
    try (InputStream in = open(directory)) {
      for (byte[] b = in.readNBytes(block.blockSize());
          b.length >= 12;
          b = in.readNBytes(block.blockSize())) {
        entries(b, names);
      }
    }
  }

  private void entries(byte[] b, Names<Inode> names) throws IOException {
    int first = Binary.u16le(b, 8);
    if (first < 12 || first > b.length) {
      throw new CorruptException("a listing makes no sense");
    }
    for (int at = 0; at + 12 <= first; at += 12) {
      long number = Binary.i64le(b, at);
      int from = Binary.u16le(b, at + 8);
      int to = at + 24 <= first ? Binary.u16le(b, at + 20) : b.length;
      if (from > to || to > b.length) {
        throw new CorruptException("a name makes no sense");
      }
      int end = from;
      while (end < to && b[end] != 0) {
        end++;
      }
      if (end > from) {
        names.name(Arrays.copyOfRange(b, from, end), () -> inode(number));
      }
    }
  }

  @Override
  public RawEntry describe(Inode inode, byte[] path) throws IOException {
    EntryType type = inode.type();
    byte[] target = NONE;
    if (type == EntryType.SYMLINK) {
      try (InputStream in = open(inode)) {
        target = in.readNBytes((int) Math.min(inode.size(), 1 << 16));
      }
    }
    return new RawEntry(
        path,
        type,
        inode.mode() & 07777,
        inode.uid(),
        inode.gid(),
        inode.mtime(),
        RawEntry.isDevice(type) ? RawEntry.newDevice((int) inode.detail()) : DeviceNumber.NONE,
        target,
        inode.attributes() > 0 ? attributes.of(inode) : Map.of());
  }

  @Override
  public Body content(Inode inode) {
    return Body.decoded(() -> open(inode));
  }

  InputStream open(Inode inode) throws IOException {
    if (inode.isCompressed()) {
      CompressedExtents extents = new CompressedExtents(source, block, inode);
      return new CompressedData(this, extents);
    }
    return new PlainData(source, block, inode);
  }
}
