package io.firmament.analysis.unpack.formats.jffs2;

import io.firmament.analysis.unpack.io.LongArray;

/// The nodes of one inode.
final class Inode {
  private final long number;
  private final LongArray nodes = new LongArray();
  private long newestVersion = -1;
  private long newest = -1;
  private int names;

  Inode(long number) {
    this.number = number;
  }

  long number() {
    return number;
  }

  void add(long position, long version) {
    nodes.add(position);
    if (version >= newestVersion) {
      newestVersion = version;
      newest = position;
    }
  }

  /// Position of the node with the highest version; -1 where there is none.
  long newest() {
    return newest;
  }

  /// Positions of all nodes.
  long[] nodes() {
    return nodes.toArray();
  }

  void named() {
    names++;
  }

  int names() {
    return names;
  }
}
