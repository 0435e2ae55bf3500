package io.firmament.analysis.unpack.formats.reiserfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.InodeReader;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.formats.Runs;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One file system as inodes and directories.
final class Volume implements InodeReader<Inode> {
  private static final long ROOT_DIRECTORY = 1;
  private static final long ROOT = 2;
  private static final int NAME_HEADER = 16;
  private static final int VISIBLE = 4;
  private static final int LONGEST_TARGET = 4096;
  private static final int LONGEST_NAME = 4032;

  /// A directory of the root that Linux does not show: `xattrs`, in it a directory for each object.
  private static final String HIDDEN = ".reiserfs_priv";

  private static final String ATTRIBUTE_MAGIC = "AXFR";
  private static final int ATTRIBUTE_HEADER = 8;
  private static final int LONGEST_ATTRIBUTE = 64 << 10;
  private static final int MOST_ATTRIBUTES = 1000;

  private final ByteSource source;
  private final SuperBlock block;
  private final Tree tree;
  private @Nullable Map<String, Inode> attributes;

  Volume(ByteSource source, SuperBlock block) {
    this.source = source;
    this.block = block;
    this.tree = new Tree(source, block);
  }

  @Override
  public Inode root() throws IOException {
    return inode(ROOT_DIRECTORY, ROOT);
  }

  private Inode inode(long directory, long object) throws IOException {
    Inode[] found = new Inode[1];
    tree.each(
        directory,
        object,
        item -> {
          if (item.key().kind() == Key.Kind.METADATA) {
            found[0] = Inode.of(item);
          }
          return false;
        });
    if (found[0] == null) {
      throw new CorruptException("no object %d of directory %d".formatted(object, directory));
    }
    return found[0];
  }

  /// Numbers of objects are unique among all directories.
  @Override
  public long number(Inode inode) {
    return inode.object();
  }

  @Override
  public long links(Inode inode) {
    return inode.type() == EntryType.DIRECTORY ? 1 : inode.links();
  }

  @Override
  public void list(Inode directory, Names<Inode> names) throws IOException {
    boolean isRoot = directory.object() == ROOT;
    names(
        directory,
        (name, inode) -> {
          if (!isRoot || !Arrays.equals(name, Binary.ascii(HIDDEN))) {
            names.name(name, inode);
          }
        });
  }

  private void names(Inode directory, Names<Inode> names) throws IOException {
    if (directory.type() != EntryType.DIRECTORY) {
      throw new CorruptException("a directory that is none");
    }
    tree.each(
        directory.directory(),
        directory.object(),
        item -> {
          if (item.key().kind() == Key.Kind.NAMES) {
            names(item, names);
          }
          return true;
        });
  }

  /// Headers from the start, of hash, directory, object, place and state; names from the end, each
  /// up to the one before it.
  private void names(Item item, Names<Inode> names) throws IOException {
    byte[] b = item.body();
    if ((long) item.count() * NAME_HEADER > b.length) {
      throw new CorruptException("a listing makes no sense");
    }
    int end = b.length;
    for (int i = 0; i < item.count(); i++) {
      int at = i * NAME_HEADER;
      int place = Binary.u16le(b, at + 12);
      if (place < item.count() * NAME_HEADER || place > end) {
        throw new CorruptException("an entry of a listing makes no sense");
      }
      long directory = Binary.u32le(b, at + 4);
      long object = Binary.u32le(b, at + 8);
      int length = Binary.text(b, place, end - place).length();
      if ((Binary.u16le(b, at + 14) & VISIBLE) != 0 && length > 0 && length <= LONGEST_NAME) {
        names.name(Arrays.copyOfRange(b, place, place + length), () -> inode(directory, object));
      }
      end = place;
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
        inode.mtime(),
        inode.device(),
        type == EntryType.SYMLINK ? target(inode) : new byte[0],
        attributes(inode));
  }

  private byte[] target(Inode inode) throws IOException {
    byte[] target = bytes(inode, LONGEST_TARGET);
    int end = 0;
    while (end < target.length && target[end] != 0) {
      end++;
    }
    return Arrays.copyOf(target, end);
  }

  private byte[] bytes(Inode inode, int most) throws IOException {
    int size = Math.clamp(inode.size(), 0, most);
    try (InputStream in = runs(inode).open(source, size)) {
      return in.readNBytes(size);
    }
  }

  @Override
  public Body content(Inode inode) throws IOException {
    return runs(inode).body(source, inode.size());
  }

  /// The content: blocks, of which number 0 is a hole, and a tail in the tree itself.
  private Runs runs(Inode inode) throws IOException {
    if (inode.size() < 0) {
      throw new CorruptException("a file of %d bytes".formatted(inode.size()));
    }
    Runs runs = new Runs();
    tree.each(
        inode.directory(),
        inode.object(),
        item -> {
          Key key = item.key();
          if (key.kind() == Key.Kind.POINTERS || key.kind() == Key.Kind.BYTES) {
            runs.holeUpTo(key.offset() - 1);
          }
          if (key.kind() == Key.Kind.POINTERS) {
            pointers(item.body(), runs);
          } else if (key.kind() == Key.Kind.BYTES) {
            runs.add(item.position(), item.body().length);
          }
          return runs.length() < inode.size();
        });
    if (runs.length() < inode.size()) {
      runs.holeUpTo(inode.size());
    }
    return runs;
  }

  private void pointers(byte[] b, Runs runs) throws CorruptException {
    for (int at = 0; at + 4 <= b.length; at += 4) {
      long number = Binary.u32le(b, at);
      if (number == 0) {
        runs.hole(block.blockSize());
      } else if (number < block.blocks()) {
        runs.add(number * block.blockSize(), block.blockSize());
      } else {
        throw new CorruptException("no block " + number);
      }
    }
  }

  /// A file for each attribute, in a directory with the name of object and generation.
  private Map<String, byte[]> attributes(Inode inode) throws IOException {
    Map<String, Inode> all = attributes;
    if (all == null) {
      all = hidden();
      attributes = all;
    }
    String name = "%X.%X".formatted(inode.object(), inode.generation());
    Inode directory = all.get(name);
    if (directory == null) {
      return Map.of();
    }
    Map<String, byte[]> found = new HashMap<>();
    names(
        directory,
        (attribute, file) -> {
          String text = Binary.text(attribute, 0, attribute.length);
          if (text.contains(".") && text.length() > 2 && found.size() < MOST_ATTRIBUTES) {
            byte[] b = bytes(file.find(), LONGEST_ATTRIBUTE);
            if (b.length >= ATTRIBUTE_HEADER && Binary.text(b, 0, 4).equals(ATTRIBUTE_MAGIC)) {
              found.put(text, Arrays.copyOfRange(b, ATTRIBUTE_HEADER, b.length));
            }
          }
        });
    return found;
  }

  /// The directories of attributes by their names; none where they cannot be read.
  private Map<String, Inode> hidden() {
    Map<String, Inode> found = new HashMap<>();
    try {
      Inode hidden = child(root(), HIDDEN);
      Inode all = hidden == null ? null : child(hidden, "xattrs");
      if (all != null) {
        names(
            all,
            (name, inode) -> {
              if (name[0] != '.') {
                String text = Binary.text(name, 0, name.length).toUpperCase(Locale.ROOT);
                found.put(text, inode.find());
              }
            });
      }
    } catch (IOException e) {
      return found;
    }
    return found;
  }

  private @Nullable Inode child(Inode directory, String wanted) throws IOException {
    Inode[] found = new Inode[1];
    names(
        directory,
        (name, inode) -> {
          if (Arrays.equals(name, Binary.ascii(wanted))) {
            found[0] = inode.find();
          }
        });
    return found[0];
  }
}
