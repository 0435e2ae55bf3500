package io.firmament.analysis.unpack.formats.btrfs;

import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.InodeReader;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The subvolumes as inodes and directories, the top one first.
final class Volume implements InodeReader<Node> {
  private static final long TOP = 5;
  private static final int ROOT_ITEM = 132;
  private static final int ROOT_SIZE = 239;
  private static final int LISTING = 96;
  private static final int ATTRIBUTE = 24;
  private static final int ENTRY = 30;
  private static final int MOST_TARGET = 1 << 16;

  private final Device device;

  Volume(Device device) {
    this.device = device;
  }

  @Override
  public Node root() throws IOException {
    return subvolume(TOP);
  }

  /// The root directory of a subvolume: its tree, and the inode in it.
  private Node subvolume(long id) throws IOException {
    List<Node> found = new ArrayList<>();
    device
        .roots()
        .each(
            new Key(id, ROOT_ITEM, 0),
            new Key(id, ROOT_ITEM, -1),
            (key, b, start, end) -> {
              if (end - start < ROOT_SIZE) {
                throw new CorruptException("the root of a tree makes no sense");
              }
              Tree tree = new Tree(device, id, Binary.i64le(b, start + 176), b[start + 238] & 0xff);
              found.add(inode(tree, Binary.i64le(b, start + 168)));
            });
    if (found.isEmpty()) {
      throw new CorruptException("no subvolume " + id);
    }
    return found.getLast();
  }

  private static Node inode(Tree tree, long number) throws IOException {
    List<Node> found = new ArrayList<>();
    tree.each(
        new Key(number, Node.ITEM, 0),
        new Key(number, Node.ITEM, 0),
        (key, b, start, end) -> found.add(Node.of(tree, number, b, start, end)));
    if (found.isEmpty()) {
      throw new CorruptException("no inode " + number);
    }
    return found.getFirst();
  }

  @Override
  public long number(Node node) {
    return node.tree().id() << 40 ^ node.number();
  }

  @Override
  public long links(Node node) {
    return node.links();
  }

  /// Entries of a directory in the order of their making: where they lead, and their name.
  @Override
  public void list(Node directory, Names<Node> names) throws IOException {
    if (directory.type() != EntryType.DIRECTORY) {
      throw new CorruptException("a directory that is none");
    }
    directory
        .tree()
        .each(
            new Key(directory.number(), LISTING, 0),
            new Key(directory.number(), LISTING, -1),
            (key, b, start, end) -> {
              int length = end - start < ENTRY ? 0 : Binary.u16le(b, start + 27);
              if (length == 0 || start + ENTRY + length > end) {
                throw new CorruptException("an entry of a listing makes no sense");
              }
              Key target = Key.of(b, start);
              byte[] name = Arrays.copyOfRange(b, start + ENTRY, start + ENTRY + length);
              names.name(
                  name,
                  () ->
                      target.type() == ROOT_ITEM
                          ? subvolume(target.object())
                          : inode(directory.tree(), target.object()));
            });
  }

  @Override
  public RawEntry describe(Node node, byte[] path) throws IOException {
    EntryType type = node.type();
    byte[] target = {};
    if (type == EntryType.SYMLINK) {
      try (InputStream in = open(node)) {
        target = in.readNBytes(Math.clamp(node.size(), 0, MOST_TARGET));
      }
    }
    return new RawEntry(
        path,
        type,
        node.mode() & 07777,
        node.uid(),
        node.gid(),
        node.mtime(),
        RawEntry.isDevice(type)
            ? new DeviceNumber((int) (node.device() >>> 20), (int) (node.device() & 0xfffff))
            : DeviceNumber.NONE,
        target,
        attributes(node));
  }

  private static Map<String, byte[]> attributes(Node node) throws IOException {
    Map<String, byte[]> attributes = new HashMap<>();
    node.tree()
        .each(
            new Key(node.number(), ATTRIBUTE, 0),
            new Key(node.number(), ATTRIBUTE, -1),
            (key, b, start, end) -> {
              int at = start;
              while (at + ENTRY <= end) {
                int valueLength = Binary.u16le(b, at + 25);
                int length = Binary.u16le(b, at + 27);
                int value = at + ENTRY + length;
                if (value + valueLength > end) {
                  throw new CorruptException("an attribute makes no sense");
                }
                attributes.put(
                    Binary.text(b, at + ENTRY, length),
                    Arrays.copyOfRange(b, value, value + valueLength));
                at = value + valueLength;
              }
            });
    return attributes;
  }

  private InputStream open(Node node) throws IOException {
    List<Extent> extents = new ArrayList<>();
    node.tree()
        .each(
            new Key(node.number(), Extent.ITEM, 0),
            new Key(node.number(), Extent.ITEM, -1),
            (key, b, start, end) -> {
              Extent extent = Extent.of(key.offset(), b, start, end);
              boolean sound =
                  extent.position() >= 0
                      && extent.length() >= 0
                      && extent.from() >= 0
                      && extent.address() >= 0
                      && extent.position() + extent.length() >= 0
                      && (extent.compression() > 0
                          || extent.inline().length == 0
                          || extent.length() <= extent.inline().length);
              if (!sound) {
                throw new CorruptException("an extent makes no sense");
              }
              extents.add(extent);
            });
    return new Content(device, extents, node.size());
  }

  @Override
  public Body content(Node node) throws IOException {
    if (node.size() < 0) {
      throw new CorruptException("a file of %d bytes".formatted(node.size()));
    }
    InputStream in = open(node);
    return Body.decoded(() -> in);
  }
}
