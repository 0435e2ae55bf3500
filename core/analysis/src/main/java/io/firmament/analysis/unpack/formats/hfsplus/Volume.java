package io.firmament.analysis.unpack.formats.hfsplus;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.InodeReader;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.formats.Runs;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Allowance;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One volume as files and folders; the catalog is read once.
final class Volume implements InodeReader<Node> {
  private static final long ROOT_PARENT = 1;
  private static final long ROOT = 2;
  private static final long CATALOG = 4;
  private static final String PRIVATE = "\0\0\0\0HFS+ Private Data";
  private static final String PRIVATE_FOLDERS = ".HFS+ Private Directory Data\r";
  private static final int MOST_TARGET = 4096;

  private final ByteSource source;
  private final VolumeHeader header;
  private final Sink sink;

  /// Further extents of data by the file.
  private final Map<Long, List<Extents>> overflow = new HashMap<>();

  private final Map<Long, List<Child>> children = new HashMap<>();
  private final Map<Long, Node> linked = new HashMap<>();
  private final Set<Long> several = new HashSet<>();
  private Node root;

  /// Eight extents, of which the first is the file's block `start`.
  private record Extents(long start, long[] pairs) {}

  private record Child(String name, Node node) {}

  Volume(ByteSource source, VolumeHeader header, Sink sink) throws IOException {
    this.source = source;
    this.header = header;
    this.sink = sink;
    this.root = new Node(ROOT, true, 0, 0, 0, 0, 0, false, false, null);
    Allowance allowance = new Allowance(source);
    BTree.each(file(header.extents(), 0), allowance, this::extents);
    BTree.each(file(header.catalog(), CATALOG), allowance, this::catalog);
    links();
  }

  private ByteSource file(Fork fork, long number) throws IOException {
    Runs runs = runs(fork, number);
    if (fork.size() < 0 || fork.size() > runs.length()) {
      throw new CorruptException("a file of %d bytes has no place".formatted(fork.size()));
    }
    return runs.source(source, fork.size());
  }

  /// The extents of the fork itself, then those of the file of extents.
  private Runs runs(Fork fork, long number) throws IOException {
    Runs runs = new Runs();
    long done = add(fork.extents(), runs);
    for (Extents more : overflow.getOrDefault(number, List.of())) {
      if (more.start != done) {
        throw new CorruptException("an extent is not there");
      }
      done += add(more.pairs, runs);
    }
    return runs;
  }

  private long add(long[] pairs, Runs runs) throws IOException {
    long blocks = 0;
    for (int i = 0; i < pairs.length && pairs[i + 1] > 0; i += 2) {
      runs.add(pairs[i] * header.block(), pairs[i + 1] * header.block());
      blocks += pairs[i + 1];
    }
    return blocks;
  }

  /// The key: kind of the fork, 0 for data, number of the file, first block.
  private void extents(byte[] b, int key, int keyLength, int data, int end) {
    if (keyLength >= 10 && end - data >= 64 && b[key] == 0) {
      overflow
          .computeIfAbsent(Binary.u32be(b, key + 2), number -> new ArrayList<>())
          .add(new Extents(Binary.u32be(b, key + 6), Fork.extents(b, data)));
    }
  }

  /// The key: number of the parent, and the name.
  private void catalog(byte[] b, int key, int keyLength, int data, int end) throws IOException {
    int type = end - data < 2 ? 0 : Binary.u16be(b, data);
    if (type != Node.FOLDER && type != Node.FILE) {
      return;
    }
    int length = Binary.u16be(b, key + 4) * 2;
    if (length + 6 > keyLength) {
      throw new CorruptException("a name of the catalog makes no sense");
    }
    Node node = Node.of(b, data, end);
    long parent = Binary.u32be(b, key);
    if (parent == ROOT_PARENT) {
      root = node;
      return;
    }
    String name = new String(b, key + 6, length, StandardCharsets.UTF_16BE);
    children.computeIfAbsent(parent, number -> new ArrayList<>()).add(new Child(name, node));
  }

  /// The files that hard links lead to are in a folder of their own.
  private void links() {
    for (Child child : children.getOrDefault(ROOT, List.of())) {
      if (child.name.equals(PRIVATE)) {
        for (Child file : children.getOrDefault(child.node.number(), List.of())) {
          if (file.name.matches("iNode\\d{1,10}")) {
            linked.put(Long.parseLong(file.name.substring(5)), file.node);
            several.add(file.node.number());
          }
        }
      }
    }
  }

  @Override
  public Node root() {
    return root;
  }

  @Override
  public long number(Node node) {
    return node.number();
  }

  /// A file that has several names is known by what its links lead to.
  @Override
  public long links(Node node) {
    return several.contains(node.number()) ? 2 : 1;
  }

  /// A slash of Mac OS is what is a colon elsewhere, and letters stand apart from their accents.
  @Override
  public void list(Node folder, Names<Node> names) throws IOException {
    for (Child child : children.getOrDefault(folder.number(), List.of())) {
      if (child.name.equals(PRIVATE) || child.name.equals(PRIVATE_FOLDERS)) {
        continue;
      }
      String name = Normalizer.normalize(child.name.replace('/', ':'), Normalizer.Form.NFC);
      names.name(name.getBytes(StandardCharsets.UTF_8), () -> resolved(child.node));
    }
  }

  private Node resolved(Node node) throws CorruptException {
    if (!node.isLink()) {
      return node;
    }
    Node target = linked.get(node.special());
    if (target == null) {
      throw new CorruptException("a hard link to no file");
    }
    return target;
  }

  @Override
  public RawEntry describe(Node node, byte[] path) throws IOException {
    EntryType type = node.type();
    byte[] target = {};
    if (type == EntryType.SYMLINK && node.data() != null) {
      Fork fork = node.data();
      long size = Math.clamp(fork.size(), 0, MOST_TARGET);
      try (InputStream in = runs(fork, node.number()).open(source, size)) {
        target = in.readNBytes((int) size);
      }
    }
    return new RawEntry(
        path,
        type,
        node.permissions(),
        node.uid(),
        node.gid(),
        node.mtime(),
        RawEntry.isDevice(type) ? device(node.special()) : DeviceNumber.NONE,
        target,
        Map.of());
  }

  /// Mac OS has 8 bits of the major and 24 of the minor number.
  private static DeviceNumber device(long special) {
    return new DeviceNumber((int) (special >>> 24), (int) (special & 0xffffff));
  }

  @Override
  public Body content(Node node) throws IOException {
    Fork fork = node.data();
    if (fork == null || fork.size() < 0) {
      throw new CorruptException("a file without content");
    }
    if (node.isPacked()) {
      sink.unsupported("hfsplus: file %d is compressed".formatted(node.number()));
    }
    return runs(fork, node.number()).body(source, fork.size());
  }
}
