package io.firmament.analysis.unpack.formats.ext;

import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LimitException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Gives all entries, directory by directory.
final class Walk {
  private static final int ROOT = 2;
  private static final int MAX_DEPTH = 256;
  private static final int MAX_LISTING = 64 << 20;

  private final Volume volume;
  private final SuperBlock block;
  private final Sink sink;
  private final Map<Long, byte[]> linked = new HashMap<>();
  private final Set<Long> visited = new HashSet<>();
  private final Deque<Directory> pending = new ArrayDeque<>();

  private record Directory(byte[] path, Inode inode, int depth) {}

  Walk(Volume volume, SuperBlock block, Sink sink) {
    this.volume = volume;
    this.block = block;
    this.sink = sink;
  }

  void run() throws IOException {
    pending.add(new Directory(new byte[0], volume.inode(ROOT), 0));
    while (!pending.isEmpty()) {
      Directory directory = pending.removeLast();
      try {
        list(directory);
      } catch (LimitException e) {
        throw e;
      } catch (IOException e) {
        // One damaged listing does not hide the others.
        sink.corrupt(
            "ext: "
                + Binary.text(directory.path, 0, directory.path.length)
                + ": "
                + e.getMessage());
      }
    }
  }

  private void list(Directory directory) throws IOException {
    Inode inode = directory.inode;
    if (!visited.add(inode.number())) {
      throw new CorruptException("a directory that is listed twice");
    }
    if (inode.isEncrypted()) {
      sink.encrypted("ext: " + Binary.text(directory.path, 0, directory.path.length));
      return;
    }
    if (inode.isInline()) {
      // The first four bytes are the parent's number; the entries fill the inode, then the
      // attribute.
      byte[] data = volume.inline(inode);
      names(directory, Arrays.copyOfRange(data, 4, 60));
      names(directory, Arrays.copyOfRange(data, 60, data.length));
      return;
    }
    if (inode.size() > MAX_LISTING) {
      throw new CorruptException("a listing of " + inode.size() + " bytes");
    }
    try (InputStream in = volume.open(inode)) {
      byte[] piece = in.readNBytes(block.blockSize());
      while (piece.length > 0) {
        names(directory, piece);
        piece = in.readNBytes(block.blockSize());
      }
    }
  }

  /// Entries: inode (4), rec_len (2), name_len (1), file_type (1), name; inode 0 is unused, file
  /// type DE is a checksum. Nodes of a hash tree look like unused entries.
  private void names(Directory directory, byte[] b) throws IOException {
    int at = 0;
    while (at + 8 <= b.length) {
      long number = Binary.u32le(b, at);
      int length = Binary.u16le(b, at + 4);
      int nameLength = block.has(SuperBlock.FILETYPE) ? b[at + 6] & 0xff : Binary.u16le(b, at + 6);
      if (length < 8 || at + length > b.length) {
        if (length == 0 && number == 0) {
          return;
        }
        throw new CorruptException("an entry of a listing makes no sense");
      }
      if (number != 0 && nameLength > 0 && nameLength <= length - 8) {
        byte[] name = Arrays.copyOfRange(b, at + 8, at + 8 + nameLength);
        if (!isDots(name)) {
          give(directory, name, number);
        }
      }
      at += length;
    }
  }

  private void give(Directory parent, byte[] name, long number) throws IOException {
    byte[] path = join(parent.path, name);
    try {
      entry(parent, path, volume.inode(number));
    } catch (LimitException e) {
      throw e;
    } catch (IOException e) {
      sink.corrupt("ext: " + Binary.text(path, 0, path.length) + ": " + e.getMessage());
    }
  }

  private void entry(Directory parent, byte[] path, Inode inode) throws IOException {
    EntryType type = RawEntry.type(inode.mode());
    Map<String, byte[]> attributes = new HashMap<>(volume.attributes(inode));
    attributes.remove("system.data");
    RawEntry entry =
        new RawEntry(
            path,
            type,
            inode.mode() & 07777,
            inode.uid(),
            inode.gid(),
            inode.mtime(),
            device(inode, type),
            type == EntryType.SYMLINK ? target(inode) : new byte[0],
            attributes);
    if (type == EntryType.FILE) {
      file(entry, inode);
      return;
    }
    sink.entry(entry);
    if (type == EntryType.DIRECTORY) {
      if (parent.depth >= MAX_DEPTH) {
        throw new CorruptException("directories deeper than " + MAX_DEPTH);
      }
      pending.addLast(new Directory(path, inode, parent.depth + 1));
    }
  }

  private void file(RawEntry entry, Inode inode) throws IOException {
    if (inode.isEncrypted()) {
      sink.encrypted("ext: " + Binary.text(entry.name(), 0, entry.name().length));
      return;
    }
    byte[] first = inode.links() > 1 ? linked.putIfAbsent(inode.number(), entry.name()) : null;
    if (first != null) {
      sink.hardLink(entry, first);
    } else {
      sink.file(entry, Body.decoded(() -> volume.open(inode)));
    }
  }

  /// Short targets are in the place of the block numbers.
  private byte[] target(Inode inode) throws IOException {
    if (inode.size() < 60 && !inode.isInline() && !inode.usesExtents()) {
      return Arrays.copyOf(inode.block(), (int) inode.size());
    }
    try (InputStream in = volume.open(inode)) {
      return in.readNBytes(Math.clamp(inode.size(), 0, sink.limits().nameBytes()));
    }
  }

  /// The old encoding in the first block number, or the new one in the second.
  private static DeviceNumber device(Inode inode, EntryType type) {
    if (!RawEntry.isDevice(type)) {
      return DeviceNumber.NONE;
    }
    int old = (int) Binary.u32le(inode.block(), 0);
    if (old != 0) {
      return RawEntry.oldDevice(old);
    }
    return RawEntry.newDevice((int) Binary.u32le(inode.block(), 4));
  }

  private static boolean isDots(byte[] name) {
    return name[0] == '.' && (name.length == 1 || (name.length == 2 && name[1] == '.'));
  }

  private static byte[] join(byte[] parent, byte[] name) {
    ByteArrayOutputStream path = new ByteArrayOutputStream();
    if (parent.length > 0) {
      path.writeBytes(parent);
      path.write('/');
    }
    for (byte b : name) {
      path.write(b == '/' ? '_' : b);
    }
    return path.toByteArray();
  }
}
