package io.firmament.analysis.unpack.formats.btrfs;

import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;

/// One of the trees of a file system.
///
/// @param id of the tree
/// @param root logical address
record Tree(Device device, long id, long root, int level) {
  private static final int HEADER = 101;
  private static final int ITEM = 25;
  private static final int POINTER = 33;
  private static final int MOST_LEVELS = 8;

  /// Takes an item: its key, and its range in a node.
  @FunctionalInterface
  interface Use {
    void item(Key key, byte[] node, int start, int end) throws IOException;
  }

  /// Gives the items from the first key to the last one, both included.
  void each(Key first, Key last, Use use) throws IOException {
    if (level >= MOST_LEVELS) {
      throw new CorruptException("a tree of %d levels".formatted(level));
    }
    // The way down to the first leaf is free; what goes on from there is counted.
    int[] free = {level + 1};
    node(root, level, first, last, use, free);
  }

  private void node(long address, int at, Key first, Key last, Use use, int[] free)
      throws IOException {
    byte[] b = device.node(address, free[0]-- <= 0);
    int count = (int) Binary.u32le(b, 96);
    int size = at == 0 ? ITEM : POINTER;
    if ((b[100] & 0xff) != at || count < 0 || HEADER + (long) count * size > b.length) {
      throw new CorruptException("a node of a tree makes no sense");
    }
    int from = firstFrom(b, count, size, first);
    for (int i = at == 0 ? from : Math.max(from - 1, 0); i < count; i++) {
      int position = HEADER + i * size;
      Key key = Key.of(b, position);
      if (key.compareTo(last) > 0) {
        return;
      }
      if (at == 0) {
        if (key.compareTo(first) >= 0) {
          leafItem(key, b, position, use);
        }
      } else if (i + 1 == count || Key.of(b, position + size).compareTo(first) > 0) {
        node(Binary.i64le(b, position + Key.SIZE), at - 1, first, last, use, free);
      }
    }
  }

  /// The first index whose key is not before the given one; keys go up.
  private static int firstFrom(byte[] b, int count, int size, Key first) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Key.of(b, HEADER + middle * size).compareTo(first) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static void leafItem(Key key, byte[] b, int position, Use use) throws IOException {
    long start = HEADER + Binary.u32le(b, position + Key.SIZE);
    long end = start + Binary.u32le(b, position + Key.SIZE + 4);
    if (end > b.length) {
      throw new CorruptException("an item outside of its node");
    }
    use.item(key, b, (int) start, (int) end);
  }
}
