package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.EntryType;
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

/// Gives all entries of a file system to a sink, directory by directory.
///
/// No directory is listed twice and none deeper than 256, so that loops end; one damaged listing or
/// inode does not hide the others.
///
/// @param <I> an inode
public final class InodeWalk<I> {
  private static final int MAX_DEPTH = 256;

  private final InodeReader<I> reader;
  private final String format;
  private final Sink sink;
  private final Map<Long, byte[]> linked = new HashMap<>();
  private final Set<Long> visited = new HashSet<>();
  private final Deque<Directory<I>> pending = new ArrayDeque<>();

  private record Directory<I>(byte[] path, I inode, int depth) {}

  /// @param format id, for notes
  public InodeWalk(InodeReader<I> reader, String format, Sink sink) {
    this.reader = reader;
    this.format = format;
    this.sink = sink;
  }

  public void run() throws IOException {
    from(new byte[0], reader.root());
  }

  /// Gives what is below a directory that has the path.
  public void from(byte[] path, I inode) throws IOException {
    pending.add(new Directory<>(path, inode, 0));
    while (!pending.isEmpty()) {
      Directory<I> directory = pending.removeLast();
      try {
        list(directory);
      } catch (LimitException e) {
        throw e;
      } catch (IOException e) {
        corrupt(directory.path, e);
      }
    }
  }

  private void list(Directory<I> directory) throws IOException {
    if (!visited.add(reader.number(directory.inode))) {
      throw new CorruptException("a directory that is listed twice");
    }
    reader.list(
        directory.inode,
        (name, inode) -> {
          if (!isDots(name)) {
            give(directory, join(directory.path, name), inode);
          }
        });
  }

  private void give(Directory<I> parent, byte[] path, InodeReader.Lookup<I> lookup)
      throws LimitException {
    try {
      entry(parent, path, lookup.find());
    } catch (LimitException e) {
      throw e;
    } catch (IOException e) {
      corrupt(path, e);
    }
  }

  private void entry(Directory<I> parent, byte[] path, I inode) throws IOException {
    RawEntry entry = reader.describe(inode, path);
    if (entry.type() == EntryType.FILE) {
      file(entry, inode);
      return;
    }
    sink.entry(entry);
    if (entry.type() == EntryType.DIRECTORY) {
      if (parent.depth >= MAX_DEPTH) {
        throw new CorruptException("directories deeper than " + MAX_DEPTH);
      }
      pending.addLast(new Directory<>(path, inode, parent.depth + 1));
    }
  }

  private void file(RawEntry entry, I inode) throws IOException {
    boolean shared = reader.links(inode) > 1;
    byte[] first = shared ? linked.get(reader.number(inode)) : null;
    if (first != null) {
      sink.hardLink(entry, first);
      return;
    }
    sink.file(entry, reader.content(inode));
    if (shared) {
      linked.put(reader.number(inode), entry.name());
    }
  }

  private void corrupt(byte[] path, IOException e) {
    String where = path.length == 0 ? "root" : Binary.text(path, 0, path.length);
    sink.corrupt(format + ": " + where + ": " + e.getMessage());
  }

  private static boolean isDots(byte[] name) {
    return name.length > 0
        && name.length <= 2
        && name[0] == '.'
        && (name.length == 1 || name[1] == '.');
  }

  /// A name never holds a slash; one that does would be taken for a path.
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
