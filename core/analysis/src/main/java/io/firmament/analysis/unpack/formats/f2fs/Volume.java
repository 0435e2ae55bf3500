package io.firmament.analysis.unpack.formats.f2fs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.InodeReader;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// One file system as inodes and directories.
final class Volume implements InodeReader<Inode> {
  private static final int MOST_LISTING = 64 << 20;
  private static final int ENTRY = 11;
  private static final int SLOT = 8;
  private static final int ATTRIBUTE_HEADER = 24;
  private static final long ATTRIBUTE_MAGIC = 0xf2f52011L;
  private static final byte[] NONE = {};

  private final SuperBlock block;
  private final Nodes nodes;
  private final Sink sink;

  Volume(ByteSource source, SuperBlock block, Sink sink) throws IOException {
    this.block = block;
    this.nodes = new Nodes(source, block);
    this.sink = sink;
  }

  @Override
  public Inode root() throws IOException {
    return nodes.inode(block.root());
  }

  @Override
  public long number(Inode inode) {
    return inode.number();
  }

  @Override
  public long links(Inode inode) {
    return inode.links();
  }

  private InputStream open(Inode inode) {
    return new FileData(nodes, inode, block.blockSize());
  }

  /// A bit map of the entries in use, the entries (hash, inode, length of the name, type), and
  /// slots of eight bytes with the names.
  @Override
  public void list(Inode directory, Names<Inode> names) throws IOException {
    if (directory.type() != EntryType.DIRECTORY || directory.size() > MOST_LISTING) {
      throw new CorruptException("a directory that is none");
    }
    if (directory.isEncrypted()) {
      sink.encrypted("f2fs: the names of inode " + directory.number());
    }
    if (directory.hasInlineEntries()) {
      byte[] b = directory.inline();
      int count = b.length * 8 / ((ENTRY + SLOT) * 8 + 1);
      entries(b, count, b.length - count * (ENTRY + SLOT), names);
      return;
    }
    try (InputStream in = open(directory)) {
      for (byte[] b = in.readNBytes(block.blockSize());
          b.length == block.blockSize();
          b = in.readNBytes(block.blockSize())) {
        // In a block of 4096 bytes 27 of bit map, 3 free, and 214 entries.
        int count = b.length * 8 / ((ENTRY + SLOT) * 8 + 1);
        entries(b, count, b.length - count * (ENTRY + SLOT), names);
      }
    }
  }

  /// @param start of the entries, behind the bit map and what is free
  private void entries(byte[] b, int count, int start, Names<Inode> names) throws IOException {
    int slots = start + count * ENTRY;
    for (int i = 0; i < count; i++) {
      int at = start + i * ENTRY;
      int length = Binary.u16le(b, at + 8);
      if ((b[i / 8] >> i % 8 & 1) == 0 || length == 0) {
        continue;
      }
      int from = slots + i * SLOT;
      if (length > 255 || from + length > b.length) {
        throw new CorruptException("a name of " + length + " bytes");
      }
      long number = Binary.u32le(b, at + 4);
      names.name(Arrays.copyOfRange(b, from, from + length), () -> nodes.inode(number));
      i += (length + SLOT - 1) / SLOT - 1;
    }
  }

  @Override
  public RawEntry describe(Inode inode, byte[] path) throws IOException {
    EntryType type = inode.type();
    byte[] target = NONE;
    if (type == EntryType.SYMLINK) {
      try (InputStream in = open(inode)) {
        target = in.readNBytes(Math.clamp(inode.size(), 0, 1 << 16));
      }
    }
    return new RawEntry(
        path,
        type,
        inode.mode() & 07777,
        inode.uid(),
        inode.gid(),
        inode.mtime(),
        RawEntry.isDevice(type) ? device(inode) : DeviceNumber.NONE,
        target,
        attributes(inode));
  }

  private static DeviceNumber device(Inode inode) {
    int old = (int) inode.address(0);
    return old != 0 ? RawEntry.oldDevice(old) : RawEntry.newDevice((int) inode.address(1));
  }

  @Override
  public Body content(Inode inode) {
    if (inode.isEncrypted()) {
      sink.encrypted("f2fs: the content of inode " + inode.number());
    }
    return Body.decoded(() -> open(inode));
  }

  /// In the inode, and going on in a node of their own; a header, then prefix, length of the name,
  /// size of the value, name and value, padded to four bytes.
  private Map<String, byte[]> attributes(Inode inode) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(inode.inlineAttributes());
    if (inode.attributeNode() != 0) {
      byte[] node = nodes.node(inode.attributeNode());
      all.write(node, 0, node.length - ATTRIBUTE_HEADER);
    }
    byte[] b = all.toByteArray();
    Map<String, byte[]> attributes = new HashMap<>();
    if (b.length < ATTRIBUTE_HEADER || Binary.u32le(b, 0) != ATTRIBUTE_MAGIC) {
      return attributes;
    }
    int at = ATTRIBUTE_HEADER;
    while (at + 4 <= b.length && Binary.u32le(b, at) != 0) {
      int nameLength = b[at + 1] & 0xff;
      int size = Binary.u16le(b, at + 2);
      int value = at + 4 + nameLength;
      if (value + size > b.length) {
        throw new CorruptException("an attribute makes no sense");
      }
      attributes.put(
          prefix(b[at]) + Binary.text(b, at + 4, nameLength),
          Arrays.copyOfRange(b, value, value + size));
      at = (value + size + 3) / 4 * 4;
    }
    return attributes;
  }

  private static String prefix(byte index) {
    return switch (index) {
      case 1 -> "user.";
      case 2 -> "system.posix_acl_access";
      case 3 -> "system.posix_acl_default";
      case 4 -> "trusted.";
      case 6 -> "security.";
      default -> "unknown" + index + ".";
    };
  }
}
