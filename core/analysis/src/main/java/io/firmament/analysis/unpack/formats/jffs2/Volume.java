package io.firmament.analysis.unpack.formats.jffs2;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.InodeReader;
import io.firmament.analysis.unpack.formats.InodeWalk;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/// One file system as inodes and directories, put together from its nodes.
final class Volume implements InodeReader<Inode> {
  private static final long ROOT = 1;
  private static final byte[] NONE = {};

  private final ByteSource source;
  private final ByteOrder order;
  private final Sink sink;
  private final Map<Long, Inode> inodes = new HashMap<>();
  private final Map<Long, Map<ByteBuffer, Name>> directories = new TreeMap<>();
  private final Attributes attributes = new Attributes();
  private Map<Long, Map<String, byte[]>> attributesByInode = Map.of();

  /// The newest that is known of a name; inode 0 means that it was removed.
  ///
  /// @param type as in `d_type`
  private record Name(long version, long inode, int type) {}

  Volume(ByteSource source, ByteOrder order, Sink sink) {
    this.source = source;
    this.order = order;
    this.sink = sink;
  }

  /// Collects all nodes; comes first.
  Scan.Found scan() throws IOException {
    Scan.Found found = new Scan(source, order).from(0, this::collect);
    attributesByInode = attributes.byInode();
    for (Map<ByteBuffer, Name> directory : directories.values()) {
      for (Name name : directory.values()) {
        if (name.inode != 0) {
          inodes.computeIfAbsent(name.inode, Inode::new).named();
        }
      }
    }
    return found;
  }

  private void collect(Node node) {
    try {
      switch (node.type()) {
        case Node.DIRENT -> name(node);
        case Node.INODE -> {
          InodeNode inode = InodeNode.read(source, node.position(), order);
          inodes.computeIfAbsent(inode.inode(), Inode::new).add(node.position(), inode.version());
        }
        case Node.XATTR -> attributes.attribute(source, node, order);
        case Node.XREF -> attributes.reference(source, node, order);
        default -> {}
      }
    } catch (IOException e) {
      damaged(e);
    }
  }

  private void damaged(IOException e) {
    sink.corrupt("jffs2: " + e.getMessage());
  }

  /// Header, parent, version, inode, time, length of the name, type, checksums of node and name.
  private void name(Node node) throws IOException {
    byte[] head = Binary.bytes(source, node.position(), 40);
    ByteBuffer b = ByteBuffer.wrap(head).order(order);
    byte[] name = Binary.bytes(source, node.position() + 40, head[28] & 0xff);
    if (Checksums.crc32FromZero(head, 0, 32) != b.getInt(32)
        || Checksums.crc32FromZero(name, 0, name.length) != b.getInt(36)) {
      throw new CorruptException("the name at " + node.position() + " is damaged");
    }
    Name now =
        new Name(
            Integer.toUnsignedLong(b.getInt(16)), Integer.toUnsignedLong(b.getInt(20)), head[29]);
    directories
        .computeIfAbsent(Integer.toUnsignedLong(b.getInt(12)), parent -> new LinkedHashMap<>())
        .merge(
            ByteBuffer.wrap(name), now, (old, other) -> other.version >= old.version ? other : old);
  }

  /// Gives everything from the root on, and then what has lost its parent.
  void give() throws IOException {
    InodeWalk<Inode> walk = new InodeWalk<>(this, Jffs2Format.ID, sink);
    walk.run();
    for (Map.Entry<Long, Map<ByteBuffer, Name>> directory : directories.entrySet()) {
      long number = directory.getKey();
      boolean alive = directory.getValue().values().stream().anyMatch(name -> name.inode != 0);
      if (number != ROOT && alive && inode(number).names() == 0) {
        String path = "lost+found/inode-" + number;
        sink.corrupt("jffs2: a directory has lost its name: " + path);
        walk.from(path.getBytes(StandardCharsets.US_ASCII), inode(number));
      }
    }
  }

  @Override
  public Inode root() {
    return inode(ROOT);
  }

  private Inode inode(long number) {
    return inodes.computeIfAbsent(number, Inode::new);
  }

  @Override
  public long number(Inode inode) {
    return inode.number();
  }

  @Override
  public long links(Inode inode) {
    return inode.names();
  }

  @Override
  public void list(Inode directory, Names<Inode> names) throws IOException {
    Map<ByteBuffer, Name> known = directories.getOrDefault(directory.number(), Map.of());
    for (Map.Entry<ByteBuffer, Name> name : known.entrySet()) {
      if (name.getValue().inode != 0) {
        names.name(name.getKey().array(), () -> named(name.getValue()));
      }
    }
  }

  /// A directory may do without a node of its own; all else is known by its nodes.
  private Inode named(Name name) throws IOException {
    Inode inode = inode(name.inode);
    if (inode.newest() < 0 && name.type != 4) {
      throw new CorruptException("nothing is left of its inode " + name.inode);
    }
    return inode;
  }

  @Override
  public RawEntry describe(Inode inode, byte[] path) throws IOException {
    if (inode.newest() < 0) {
      sink.corrupt("jffs2: nothing is left of inode %d but names".formatted(inode.number()));
      return RawEntry.plain(path, EntryType.DIRECTORY, 0755, 0);
    }
    InodeNode node = InodeNode.read(source, inode.newest(), order);
    EntryType type = RawEntry.type(node.mode());
    return new RawEntry(
        path,
        type,
        node.mode() & 07777,
        node.uid(),
        node.gid(),
        node.mtime(),
        RawEntry.isDevice(type) ? device(read(inode, node, 8)) : DeviceNumber.NONE,
        type == EntryType.SYMLINK ? read(inode, node, sink.limits().nameBytes()) : NONE,
        attributesByInode.getOrDefault(inode.number(), Map.of()));
  }

  /// Two bytes in the old encoding, or four in the new one.
  private DeviceNumber device(byte[] data) throws CorruptException {
    ByteBuffer b = ByteBuffer.wrap(data).order(order);
    if (data.length == 2) {
      return RawEntry.oldDevice(b.getShort());
    }
    if (data.length < 4) {
      throw new CorruptException("a device without numbers");
    }
    return RawEntry.newDevice(b.getInt());
  }

  /// All data of a device or link, whose size is not always set.
  private byte[] read(Inode inode, InodeNode newest, int most) throws IOException {
    long size = newest.size() == 0 ? newest.length() : newest.size();
    try (InputStream in = data(inode, size)) {
      return in.readNBytes((int) Math.min(size, most));
    }
  }

  @Override
  public Body content(Inode inode) throws IOException {
    long size = InodeNode.read(source, inode.newest(), order).size();
    return Body.decoded(() -> data(inode, size));
  }

  private InputStream data(Inode inode, long size) {
    return new FileData(source, order, inode.nodes(), size, this::damaged);
  }
}
