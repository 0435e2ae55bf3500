package io.firmament.analysis.unpack.formats.ubifs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.InodeReader;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/// One file system as inodes and directories.
final class Volume implements InodeReader<Inode> {
  private static final long ROOT = 1;
  private static final int MOST_NODE = 1 << 17;
  private static final int ENCRYPTED = 0x40;
  private static final byte[] NONE = {};

  private final ByteSource volume;
  private final Map<Long, Inode> inodes;
  private final Sink sink;

  Volume(ByteSource volume, Map<Long, Inode> inodes, Sink sink) {
    this.volume = volume;
    this.inodes = inodes;
    this.sink = sink;
  }

  @Override
  public Inode root() throws IOException {
    return inode(ROOT);
  }

  private Inode inode(long number) throws CorruptException {
    Inode inode = inodes.get(number);
    if (inode == null || inode.isDeleted()) {
      throw new CorruptException("there is no inode " + number);
    }
    return inode;
  }

  @Override
  public long number(Inode inode) {
    return inode.number();
  }

  /// A node may be lost, and a name be listed nevertheless.
  @Override
  public long links(Inode inode) {
    return 2;
  }

  @Override
  public void list(Inode directory, Names<Inode> names) throws IOException {
    for (Map.Entry<ByteBuffer, Inode.Entry> entry : directory.entries().entrySet()) {
      long number = entry.getValue().inode();
      if (number != 0) {
        names.name(entry.getKey().array(), () -> inode(number));
      }
    }
  }

  private Node node(Inode inode) throws IOException {
    if (inode.self().position() < 0) {
      throw new CorruptException("nothing is left of its inode " + inode.number());
    }
    return Node.read(volume, inode.self().position(), MOST_NODE, Node.INODE);
  }

  @Override
  public RawEntry describe(Inode inode, byte[] path) throws IOException {
    if (inode.self().position() < 0 && !inode.entries().isEmpty()) {
      sink.corrupt("ubifs: nothing is left of inode %d but names".formatted(inode.number()));
      return RawEntry.plain(path, EntryType.DIRECTORY, 0755, 0);
    }
    Node node = node(inode);
    int mode = (int) node.u32(104);
    EntryType type = RawEntry.type(mode);
    return new RawEntry(
        path,
        type,
        mode & 07777,
        node.u32(96),
        node.u32(100),
        node.i64(72),
        RawEntry.isDevice(type) ? device(inline(node)) : DeviceNumber.NONE,
        type == EntryType.SYMLINK ? inline(node) : NONE,
        attributes(inode));
  }

  private static byte[] inline(Node node) throws CorruptException {
    return node.range(160, (int) Math.min(node.u32(112), MOST_NODE));
  }

  /// Four bytes in the new encoding, or eight in the kernel's own, which is the same for what fits.
  private static DeviceNumber device(byte[] data) throws CorruptException {
    if (data.length < 4) {
      throw new CorruptException("a device without numbers");
    }
    return RawEntry.newDevice((int) Binary.u32le(data, 0));
  }

  private Map<String, byte[]> attributes(Inode inode) throws IOException {
    Map<String, byte[]> values = new HashMap<>();
    for (Map.Entry<ByteBuffer, Inode.Entry> entry : inode.attributes().entrySet()) {
      long number = entry.getValue().inode();
      if (number != 0) {
        byte[] name = entry.getKey().array();
        values.put(Binary.text(name, 0, name.length), inline(node(inode(number))));
      }
    }
    return values;
  }

  @Override
  public Body content(Inode inode) throws IOException {
    Node node = node(inode);
    if ((node.u32(108) & ENCRYPTED) != 0) {
      sink.encrypted("ubifs: the content of inode " + inode.number());
    }
    long size = node.i64(48);
    return Body.decoded(
        () -> new FileData(volume, inode.blocks(FileData.BLOCK), size, this::damaged));
  }

  private void damaged(IOException e) {
    sink.corrupt("ubifs: " + e.getMessage());
  }
}
