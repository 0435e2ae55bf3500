package io.firmament.analysis.unpack.formats.ubifs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Finds the inodes: by the index of the last commit and the journal since, or, where these are
/// damaged, by all nodes that are there.
final class Index {
  private static final int INDEX_HEADER = 28;
  private static final int BRANCH_HEADER = 12;
  private static final int MOST_LEVELS = 64;
  private static final byte PADDING = (byte) 0xce;

  private final ByteSource volume;
  private final SuperBlock superBlock;
  private final Map<Long, Inode> inodes = new HashMap<>();

  Index(ByteSource volume, SuperBlock superBlock) {
    this.volume = volume;
    this.superBlock = superBlock;
  }

  Map<Long, Inode> inodes() {
    return inodes;
  }

  private Inode inode(long number) {
    return inodes.computeIfAbsent(number, Inode::new);
  }

  /// Reads the index and replays the journal.
  void read() throws IOException {
    inodes.clear();
    Node master = master();
    walk(position(master.u32(48), master.u32(52)));
    replay(master.i64(32));
  }

  /// Reads every node of the volume. What was deleted long ago may come back.
  void search() throws IOException {
    inodes.clear();
    for (long block = 0; block < superBlock.blocks(); block++) {
      long start = block * superBlock.blockSize();
      if (start >= volume.size()) {
        break;
      }
      for (Node node : nodes(start, true)) {
        putIfSound(node);
      }
    }
  }

  /// The newest node of the two blocks that hold the master.
  private Node master() throws IOException {
    Node newest = null;
    for (int block = 1; block <= 2; block++) {
      for (Node node : nodes((long) block * superBlock.blockSize(), true)) {
        if (node.type() == Node.MASTER
            && (newest == null || node.sequence() >= newest.sequence())) {
          newest = node;
        }
      }
    }
    if (newest == null) {
      throw new CorruptException("no master node");
    }
    return newest;
  }

  private long position(long block, long offset) throws CorruptException {
    if (block >= superBlock.blocks() || offset >= superBlock.blockSize()) {
      throw new CorruptException("a branch leads out of the volume");
    }
    return block * superBlock.blockSize() + offset;
  }

  /// An index node has a number of children and a level, 0 for the last; a branch is a block, an
  /// offset, a length and a key, and where the file system is authenticated a hash.
  private void walk(long root) throws IOException {
    Deque<Long> pending = new ArrayDeque<>();
    Set<Long> seen = new HashSet<>();
    pending.add(root);
    while (!pending.isEmpty()) {
      long position = pending.removeLast();
      if (!seen.add(position)) {
        throw new CorruptException("an index node is its own parent");
      }
      Node node = Node.read(volume, position, superBlock.blockSize(), Node.INDEX);
      int children = node.u16(24);
      int level = node.u16(26);
      int size = children == 0 ? 0 : (node.bytes().length - INDEX_HEADER) / children;
      if (level > MOST_LEVELS || (children > 0 && size < BRANCH_HEADER + 8)) {
        throw new CorruptException("the index node at %d makes no sense".formatted(position));
      }
      for (int i = 0; i < children; i++) {
        int at = INDEX_HEADER + i * size;
        long child = position(node.u32(at), node.u32(at + 4));
        if (level > 0) {
          pending.addLast(child);
        } else {
          leaf(child, Key.of(node.u32(at + 12), node.u32(at + 16)));
        }
      }
    }
  }

  /// Data is read when it is needed; everything else now.
  private void leaf(long position, Key key) throws IOException {
    if (key.kind() == Node.DATA) {
      long sequence = Binary.i64le(volume, position + 8);
      inode(key.inode()).block(key.value(), new Inode.Place(position, sequence));
    } else {
      put(Node.read(volume, position, superBlock.blockSize()));
    }
  }

  /// The log has a node for each block of the journal; those behind the start of the last commit
  /// were not yet indexed.
  private void replay(long commit) throws IOException {
    long started = Long.MAX_VALUE;
    List<Node> references = new ArrayList<>();
    for (long block = 0; block < superBlock.logBlocks(); block++) {
      long start = (SuperBlock.FIRST_LOG_BLOCK + block) * superBlock.blockSize();
      for (Node node : nodes(start, false)) {
        if (node.type() == Node.REFERENCE) {
          references.add(node);
        } else if (node.type() == Node.COMMIT && node.i64(24) == commit) {
          started = node.sequence();
        }
      }
    }
    for (Node reference : references) {
      if (reference.sequence() > started) {
        for (Node node : nodes(position(reference.u32(24), reference.u32(28)), false)) {
          put(node);
        }
      }
    }
  }

  /// The nodes from a position to the end of its block.
  ///
  /// @param resume go on behind damage; otherwise the first gap is the end
  private List<Node> nodes(long start, boolean resume) {
    List<Node> nodes = new ArrayList<>();
    long blockEnd = (start / superBlock.blockSize() + 1) * superBlock.blockSize();
    long end = Math.min(volume.size(), blockEnd);
    long at = start;
    while (at + Node.HEADER <= end) {
      byte[] word = Binary.upTo(volume, at, 8);
      if (word[0] == PADDING) {
        at += 8;
        continue;
      }
      try {
        Node node = Node.read(volume, at, (int) (end - at));
        nodes.add(node);
        at = node.end();
      } catch (IOException e) {
        if (!resume) {
          break;
        }
        at = next(at + 8, end);
      }
    }
    return nodes;
  }

  /// The next position with a magic.
  private long next(long from, long end) {
    byte[] window = new byte[1 << 12];
    long at = from;
    while (at + Node.HEADER <= end) {
      int filled = volume.read(at, window, 0, (int) Math.min(window.length, end - at));
      for (int i = 0; i + 8 <= filled; i += 8) {
        if (window[i] == Node.MAGIC[0]
            && window[i + 1] == Node.MAGIC[1]
            && window[i + 2] == Node.MAGIC[2]
            && window[i + 3] == Node.MAGIC[3]) {
          return at + i;
        }
      }
      at += window.length;
    }
    return end;
  }

  private void put(Node node) throws CorruptException {
    Inode.Place place = new Inode.Place(node.position(), node.sequence());
    switch (node.type()) {
      case Node.INODE -> inode(key(node).inode()).self(place, node.u32(92) == 0);
      case Node.DATA -> inode(key(node).inode()).block(key(node).value(), place);
      case Node.ENTRY -> inode(key(node).inode()).entry(name(node), entry(node));
      case Node.ATTRIBUTE -> inode(key(node).inode()).attribute(name(node), entry(node));
      case Node.TRUNCATION -> inode(node.u32(24)).truncation(node.i64(48), node.sequence());
      default -> {}
    }
  }

  /// mkfs.ubifs itself leaves a node without content behind the super block.
  private void putIfSound(Node node) {
    try {
      put(node);
    } catch (CorruptException e) {
      // Whatever it was, it is no part of the tree.
    }
  }

  private static Key key(Node node) throws CorruptException {
    return Key.of(node.u32(24), node.u32(28));
  }

  private static Inode.Entry entry(Node node) throws CorruptException {
    return new Inode.Entry(node.i64(40), node.sequence());
  }

  private static byte[] name(Node node) throws CorruptException {
    return node.range(56, node.u16(50));
  }
}
