package io.firmament.analysis.unpack.formats.udf;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.InodeReader;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.formats.Runs;
import io.firmament.analysis.unpack.formats.udf.Layout.Address;
import io.firmament.analysis.unpack.formats.udf.Layout.Mapping;
import io.firmament.analysis.unpack.io.Allowance;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.HeapByteSource;
import io.firmament.analysis.unpack.io.UnsupportedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// One file set as files and directories.
final class Volume implements InodeReader<Node> {
  private static final int FILE_SET = 256;
  private static final int IDENTIFIER = 257;
  private static final int FILE_ENTRY = 261;
  private static final int EXTENDED = 266;
  private static final int MOST_LISTING = 64 << 20;
  private static final int MOST_EXTENTS = 1 << 20;
  private static final int DELETED = 4;
  private static final int PARENT = 8;
  private static final int FIXED_IDENTIFIER = 38;

  private final ByteSource source;
  private final Layout layout;
  private final Allowance allowance;
  private final Map<Integer, ByteSource> metadata = new HashMap<>();

  Volume(ByteSource source, Layout layout) {
    this.source = source;
    this.layout = layout;
    this.allowance = new Allowance(source);
  }

  @Override
  public Node root() throws IOException {
    byte[] b = block(layout.fileSet());
    if (Tag.of(b, 0).id() != FILE_SET) {
      throw new CorruptException("no file set");
    }
    return node(Address.of(b, 400 + 4));
  }

  @Override
  public long number(Node node) {
    return (long) node.at().partition() << 32 | node.at().block();
  }

  @Override
  public long links(Node node) {
    return node.links();
  }

  private byte[] block(Address address) throws IOException {
    allowance.spend(layout.block());
    Mapping map = map(address.partition());
    if (map.metadata() >= 0) {
      return Binary.bytes(
          metadata(address.partition()), address.block() * layout.block(), layout.block());
    }
    return Binary.bytes(source, (map.start() + address.block()) * layout.block(), layout.block());
  }

  private Mapping map(int partition) throws CorruptException {
    if (partition >= layout.maps().size()) {
      throw new CorruptException("no partition " + partition);
    }
    return layout.maps().get(partition);
  }

  /// The blocks of a metadata partition are those of a file in the partition below it.
  private ByteSource metadata(int partition) throws IOException {
    ByteSource known = metadata.get(partition);
    if (known == null) {
      Mapping map = map(partition);
      byte[] b =
          Binary.bytes(source, (map.start() + map.metadata()) * layout.block(), layout.block());
      Node file = node(new Address(map.metadata(), partition), b);
      Runs runs = new Runs();
      extents(file, runs, new Mapping(map.start(), map.blocks(), -1));
      known = runs.source(source, file.size());
      metadata.put(partition, known);
    }
    return known;
  }

  private Node node(Address at) throws IOException {
    return node(at, block(at));
  }

  private static Node node(Address at, byte[] b) throws IOException {
    int id = Tag.of(b, 0).id();
    if (id != FILE_ENTRY && id != EXTENDED) {
      throw new CorruptException("no file entry at block " + at.block());
    }
    if (Binary.u16le(b, 20) != 4) {
      throw new UnsupportedException("a file of strategy " + Binary.u16le(b, 20));
    }
    int shift = id == EXTENDED ? 40 : 0;
    int fixed = 176 + shift;
    long attributes = Binary.u32le(b, 168 + shift);
    long descriptors = Binary.u32le(b, 172 + shift);
    if (fixed + attributes + descriptors > b.length) {
      throw new CorruptException("a file entry makes no sense");
    }
    int flags = Binary.u16le(b, 34);
    int start = (int) (fixed + attributes);
    return new Node(
        at,
        b[27] & 0xff,
        mode(Binary.u32le(b, 44), flags),
        id(Binary.u32le(b, 36)),
        id(Binary.u32le(b, 40)),
        Binary.u16le(b, 48),
        Binary.i64le(b, 56),
        time(b, id == EXTENDED ? 92 : 84),
        flags & 7,
        Arrays.copyOfRange(b, fixed, start),
        Arrays.copyOfRange(b, start, (int) (start + descriptors)));
  }

  /// All ones stand for no owner.
  private static long id(long stored) {
    return stored == 0xffffffffL ? 0 : stored;
  }

  /// Five bits for each of others, group and owner, of which the lower three are those of Unix.
  private static int mode(long permissions, int flags) {
    int mode = 0;
    for (int i = 0; i < 3; i++) {
      mode |= (int) (permissions >> (5 * i) & 7) << (3 * i);
    }
    return mode
        | ((flags & 0x40) != 0 ? 04000 : 0)
        | ((flags & 0x80) != 0 ? 02000 : 0)
        | ((flags & 0x100) != 0 ? 01000 : 0);
  }

  /// A time stamp (ECMA-167, 1/7.3); its zone is in minutes, -2047 where it is not known.
  private static long time(byte[] b, int at) {
    int zone = Binary.u16le(b, at) << 20 >> 20;
    try {
      long local =
          LocalDateTime.of(
                  Binary.u16le(b, at + 2), b[at + 4], b[at + 5], b[at + 6], b[at + 7], b[at + 8])
              .toEpochSecond(ZoneOffset.UTC);
      return zone == -2047 ? local : local - zone * 60L;
    } catch (DateTimeException e) {
      return 0;
    }
  }

  @Override
  public void list(Node directory, Names<Node> names) throws IOException {
    if (directory.type() != EntryType.DIRECTORY
        || directory.size() < 0
        || directory.size() > MOST_LISTING) {
      throw new CorruptException("a directory that is none");
    }
    allowance.spend(directory.size());
    byte[] b;
    try (InputStream in = open(directory)) {
      b = in.readNBytes((int) directory.size());
    }
    int at = 0;
    while (at + FIXED_IDENTIFIER <= b.length) {
      int nameLength = b[at + 19] & 0xff;
      int name = at + FIXED_IDENTIFIER + Binary.u16le(b, at + 36);
      if (Tag.of(b, at).id() != IDENTIFIER || name + nameLength > b.length) {
        throw new CorruptException("an entry of a listing makes no sense");
      }
      int characteristics = b[at + 18];
      if ((characteristics & (DELETED | PARENT)) == 0 && nameLength > 1) {
        Address address = Address.of(b, at + 24);
        names.name(Layout.characters(b, name, nameLength), () -> node(address));
      }
      at = (name + nameLength + 3) / 4 * 4;
    }
  }

  private InputStream open(Node node) throws IOException {
    if (node.kind() == 3) {
      if (node.size() > node.descriptors().length) {
        throw new CorruptException("%d bytes in the entry itself".formatted(node.size()));
      }
      return new java.io.ByteArrayInputStream(node.descriptors(), 0, (int) node.size());
    }
    return runs(node).open(source, node.size());
  }

  private Runs runs(Node node) throws IOException {
    Runs runs = new Runs();
    extents(node, runs, map(node.at().partition()));
    if (runs.length() < node.size()) {
      runs.holeUpTo(node.size());
    }
    return runs;
  }

  /// Lengths have two bits of kind: recorded, allocated only, neither, and going on elsewhere.
  ///
  /// @param own where short descriptors point to
  private void extents(Node node, Runs runs, Mapping own) throws IOException {
    int step = node.kind() == 0 ? 8 : 16;
    if (node.kind() > 1) {
      throw new UnsupportedException("allocation descriptors of kind " + node.kind());
    }
    byte[] b = node.descriptors();
    int at = 0;
    for (int i = 0; i < MOST_EXTENTS && at + step <= b.length; i++) {
      long length = Binary.u32le(b, at) & 0x3fffffff;
      int kind = (int) (Binary.u32le(b, at) >> 30);
      long block = Binary.u32le(b, at + 4);
      Mapping map = step == 8 ? own : map(Binary.u16le(b, at + 8));
      at += step;
      if (length == 0) {
        return;
      }
      switch (kind) {
        case 0 -> recorded(runs, map, block, length);
        case 3 -> {
          allowance.spend(layout.block());
          byte[] next =
              Binary.bytes(source, (map.start() + block) * layout.block(), layout.block());
          Tag.of(next, 0);
          int end = (int) Math.min(24 + Binary.u32le(next, 20), next.length);
          b = Arrays.copyOfRange(next, 24, Math.max(end, 24));
          at = 0;
        }
        default -> runs.hole(length);
      }
    }
  }

  private void recorded(Runs runs, Mapping map, long block, long length) throws IOException {
    if (map.metadata() >= 0) {
      throw new UnsupportedException("content in the metadata partition");
    }
    if (block > map.blocks()) {
      throw new CorruptException("an extent outside of its partition");
    }
    runs.add((map.start() + block) * layout.block(), length);
  }

  @Override
  public RawEntry describe(Node node, byte[] path) throws IOException {
    EntryType type = node.type();
    return new RawEntry(
        path,
        type,
        node.mode(),
        node.uid(),
        node.gid(),
        node.mtime(),
        RawEntry.isDevice(type) ? device(node.attributes()) : DeviceNumber.NONE,
        type == EntryType.SYMLINK ? target(node) : new byte[0],
        Map.of());
  }

  /// The attribute of type 12 has the numbers of a device (ECMA-167, 4/14.10.7).
  private static DeviceNumber device(byte[] b) {
    int at = 24;
    while (at + 24 <= b.length) {
      if (Binary.u32le(b, at) == 12) {
        return new DeviceNumber((int) Binary.u32le(b, at + 16), (int) Binary.u32le(b, at + 20));
      }
      long length = Binary.u32le(b, at + 8);
      if (length < 12 || length > b.length) {
        break;
      }
      at += (int) length;
    }
    return DeviceNumber.NONE;
  }

  /// Components of a path: root 2, parent 3, itself 4, name 5 (ECMA-167, 4/14.16).
  private byte[] target(Node node) throws IOException {
    byte[] b;
    try (InputStream in = open(node)) {
      b = in.readNBytes((int) Math.min(node.size(), 1 << 16));
    }
    ByteArrayOutputStream target = new ByteArrayOutputStream();
    boolean separated = true;
    for (int at = 0; at + 4 <= b.length; at += 4 + (b[at + 1] & 0xff)) {
      int length = Math.min(b[at + 1] & 0xff, b.length - at - 4);
      if (!separated) {
        target.write('/');
      }
      separated = b[at] == 1 || b[at] == 2;
      target.writeBytes(
          switch (b[at]) {
            case 1, 2 -> new byte[] {'/'};
            case 3 -> new byte[] {'.', '.'};
            case 4 -> new byte[] {'.'};
            default -> Layout.characters(b, at + 4, length);
          });
    }
    return target.toByteArray();
  }

  @Override
  public Body content(Node node) throws IOException {
    if (node.size() < 0) {
      throw new CorruptException("a file of " + node.size() + " bytes");
    }
    if (node.kind() == 3 && node.size() <= node.descriptors().length) {
      byte[] content = Arrays.copyOf(node.descriptors(), (int) node.size());
      return Body.of(HeapByteSource.of(content));
    }
    return runs(node).body(source, node.size());
  }
}
