package io.firmament.analysis.unpack.formats.squashfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LimitException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Gives all entries, directory by directory.
final class Walk {
  private static final int MAX_DEPTH = 256;

  private final ByteSource source;
  private final SuperBlock block;
  private final Sink sink;
  private final Metadata metadata;
  private final FileData.Image image;
  private final Map<Long, byte[]> linked = new HashMap<>();
  private final Set<Long> visited = new HashSet<>();
  private final Deque<Directory> pending = new ArrayDeque<>();

  private record Directory(byte[] path, Inode inode, int depth) {}

  Walk(ByteSource source, SuperBlock block, Sink sink) {
    this.source = source;
    this.block = block;
    this.sink = sink;
    this.metadata = new Metadata(source, block.codec(), sink.limits().codecMemory());
    this.image = new FileData.Image(source, block, metadata, sink.limits().codecMemory());
  }

  void run() throws IOException {
    pending.add(new Directory(new byte[0], inode(block.rootInode()), 0));
    while (!pending.isEmpty()) {
      Directory directory = pending.removeLast();
      try {
        list(directory);
      } catch (LimitException e) {
        throw e;
      } catch (IOException e) {
        // One damaged listing does not hide the others.
        sink.corrupt("squashfs: " + e.getMessage());
      }
    }
  }

  /// An inode reference: position of the metadata block (48 bits), offset in it (16 bits).
  private Inode inode(long reference) throws IOException {
    Metadata.Cursor in =
        metadata.at(block.inodeTable() + (reference >>> 16), (int) (reference & 0xffff));
    return Inode.read(in, block.blockSize(), source.size());
  }

  /// The size of a listing counts 3 bytes for `.` and `..`. It is made of runs: a header with count
  /// less 1, the inodes' metadata block and a base inode number; then for each entry offset, number
  /// difference, type, length of the name less 1, name.
  private void list(Directory directory) throws IOException {
    Inode inode = directory.inode;
    if (inode.type() != EntryType.DIRECTORY || !visited.add(inode.number())) {
      throw new CorruptException("a directory that is none, or is listed twice");
    }
    long left = inode.size() - 3;
    if (left <= 0) {
      return;
    }
    Metadata.Cursor in = metadata.at(block.directoryTable() + inode.start(), (int) inode.offset());
    while (left > 0) {
      long count = in.u32() + 1;
      long start = in.u32();
      in.u32();
      left -= 12;
      if (count > 256) {
        throw new CorruptException("a run of " + count + " names");
      }
      for (long i = 0; i < count && left > 0; i++) {
        int offset = in.u16();
        in.u16();
        in.u16();
        byte[] name = in.bytes(in.u16() + 1);
        left -= 8 + name.length;
        give(directory, name, start << 16 | offset);
      }
    }
  }

  private void give(Directory parent, byte[] name, long reference) throws IOException {
    byte[] path = join(parent.path, name);
    Inode inode;
    try {
      inode = inode(reference);
    } catch (LimitException e) {
      throw e;
    } catch (IOException e) {
      sink.corrupt("squashfs: " + Binary.text(path, 0, path.length) + ": " + e.getMessage());
      return;
    }
    RawEntry entry =
        new RawEntry(
            path,
            inode.type(),
            inode.mode(),
            id(inode.uidIndex()),
            id(inode.gidIndex()),
            inode.mtime(),
            inode.rdev(),
            inode.target(),
            inode.hasXattrs() ? xattrs(inode.xattr()) : Map.of());
    if (SquashfsFormat.isFile(inode)) {
      file(entry, inode);
      return;
    }
    sink.entry(entry);
    if (inode.type() == EntryType.DIRECTORY) {
      if (parent.depth >= MAX_DEPTH) {
        throw new CorruptException("directories deeper than " + MAX_DEPTH);
      }
      pending.addLast(new Directory(path, inode, parent.depth + 1));
    }
  }

  private void file(RawEntry entry, Inode inode) throws IOException {
    byte[] first = inode.links() > 1 ? linked.putIfAbsent(inode.number(), entry.name()) : null;
    if (first != null) {
      sink.hardLink(entry, first);
    } else {
      sink.file(entry, SquashfsFormat.body(image, inode));
    }
  }

  private long id(int index) throws IOException {
    if (index >= block.ids()) {
      throw new CorruptException("no owner " + index);
    }
    return metadata.inTable(block.idTable(), index, 4).u32();
  }

  /// The table: position of the pairs, count, then the blocks of 16-byte entries (reference, count,
  /// size). A pair's type is 0 user, 1 trusted, 2 security; 0x100 means the value lies elsewhere.
  private Map<String, byte[]> xattrs(long index) throws IOException {
    Map<String, byte[]> xattrs = new HashMap<>();
    long table = block.xattrTable();
    if (table < 0 || index >= Binary.u32le(source, table + 8)) {
      throw new CorruptException("no extended attributes " + index);
    }
    long pairs = Binary.i64le(source, table);
    Metadata.Cursor entry = metadata.inTable(table + 16, index, 16);
    long reference = entry.i64();
    long count = Math.min(entry.u32(), 1024);
    Metadata.Cursor in = metadata.at(pairs + (reference >>> 16), (int) (reference & 0xffff));
    for (long i = 0; i < count; i++) {
      int type = in.u16();
      byte[] name = in.bytes(in.u16());
      byte[] value = in.bytes((int) Math.min(in.u32(), 1 << 16));
      if ((type & 0x100) != 0 && value.length == 8) {
        long elsewhere = Binary.i64le(value, 0);
        Metadata.Cursor out = metadata.at(pairs + (elsewhere >>> 16), (int) (elsewhere & 0xffff));
        value = out.bytes((int) Math.min(out.u32(), 1 << 16));
      }
      String prefix =
          switch (type & 0xff) {
            case 0 -> "user.";
            case 1 -> "trusted.";
            case 2 -> "security.";
            default -> "unknown" + (type & 0xff) + ".";
          };
      xattrs.put(prefix + Binary.text(name, 0, name.length), value);
    }
    return xattrs;
  }

  private static byte[] join(byte[] parent, byte[] name) {
    ByteArrayOutputStream path = new ByteArrayOutputStream();
    if (parent.length > 0) {
      path.writeBytes(parent);
      path.write('/');
    }
    // A name never holds a slash; one that does would be taken for a path.
    for (byte b : name) {
      path.write(b == '/' ? '_' : b);
    }
    return path.toByteArray();
  }
}
