package io.firmament.analysis.unpack.formats.reiserfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// The one tree in which all items are, in the order of their keys.
final class Tree {
  private static final int NODE_HEADER = 24;
  private static final int ITEM_HEADER = 24;
  private static final int POINTER = 8;
  private static final int CACHED = 64;

  /// Leaves in which a search finds nothing: the one before the first item, and the one behind the
  /// last.
  private static final int MOST_MISSES = 2;

  private final ByteSource source;
  private final SuperBlock block;
  private final Map<Long, byte[]> cache = new LinkedHashMap<>(CACHED * 2, 0.75f, true);

  Tree(ByteSource source, SuperBlock block) {
    this.source = source;
    this.block = block;
  }

  /// Takes the items of a search.
  @FunctionalInterface
  interface Items {
    /// Whether to go on.
    boolean item(Item item) throws IOException;
  }

  /// Gives the items of an object in order.
  void each(long directory, long object, Items items) throws IOException {
    new Search(directory, object, items).node(block.root(), block.height() - 1);
  }

  /// Level, number of items, free bytes; leaves are of level 1.
  private byte[] node(long number, int level) throws IOException {
    byte[] b = cache.get(number);
    if (b == null) {
      if (number <= 0 || number >= block.blocks()) {
        throw new CorruptException("no block " + number);
      }
      b = Binary.bytes(source, number * block.blockSize(), block.blockSize());
      if (cache.size() >= CACHED) {
        cache.remove(cache.keySet().iterator().next());
      }
      cache.put(number, b);
    }
    if (Binary.u16le(b, 0) != level) {
      throw new CorruptException("block %d is no node of level %d".formatted(number, level));
    }
    int count = Binary.u16le(b, 2);
    int each = level == 1 ? ITEM_HEADER : Key.LENGTH + POINTER;
    if (count == 0 || NODE_HEADER + count * each > block.blockSize()) {
      throw new CorruptException("block %d makes no sense".formatted(number));
    }
    return b;
  }

  /// One walk from the root to the items of an object.
  private final class Search {
    private final long directory;
    private final long object;
    private final Items items;
    private long offset = -1;
    private int misses;

    Search(long directory, long object, Items items) {
      this.directory = directory;
      this.object = object;
      this.items = items;
    }

    /// Gives false where the search is over.
    boolean node(long number, int level) throws IOException {
      byte[] b = Tree.this.node(number, level);
      if (level == 1) {
        return leaf(b, number);
      }
      int count = Binary.u16le(b, 2);
      int pointers = NODE_HEADER + count * Key.LENGTH;
      for (int i = 0; i <= count; i++) {
        if (i < count && keyAt(b, i).compareObject(directory, object) < 0) {
          continue;
        }
        if (i > 0 && keyAt(b, i - 1).compareObject(directory, object) > 0) {
          return false;
        }
        if (pointers + (i + 1) * POINTER > b.length) {
          throw new CorruptException("block %d makes no sense".formatted(number));
        }
        if (!node(Binary.u32le(b, pointers + i * POINTER), level - 1)) {
          return false;
        }
      }
      return true;
    }

    private Key keyAt(byte[] b, int index) {
      return Key.second(b, NODE_HEADER + index * Key.LENGTH);
    }

    private boolean leaf(byte[] b, long number) throws IOException {
      boolean found = false;
      int count = Binary.u16le(b, 2);
      for (int i = 0; i < count; i++) {
        Item item = item(b, NODE_HEADER + i * ITEM_HEADER, number);
        int order = item.key().compareObject(directory, object);
        if (order > 0) {
          return false;
        }
        if (order == 0) {
          found = true;
          if (item.key().offset() <= offset) {
            throw new CorruptException("items that are not in order");
          }
          offset = item.key().offset();
          if (!items.item(item)) {
            return false;
          }
        }
      }
      if (!found && ++misses > MOST_MISSES) {
        throw new CorruptException("a tree that is not in order");
      }
      return true;
    }

    /// Key, count of names or free bytes, length, place, format.
    private Item item(byte[] b, int at, long number) throws CorruptException {
      boolean isSecond = Binary.u16le(b, at + 22) == 1;
      int length = Binary.u16le(b, at + 18);
      int place = Binary.u16le(b, at + 20);
      if (place + length > b.length) {
        throw new CorruptException("an item of block %d makes no sense".formatted(number));
      }
      return new Item(
          isSecond ? Key.second(b, at) : Key.first(b, at),
          Binary.u16le(b, at + 16),
          isSecond,
          number * block.blockSize() + place,
          Arrays.copyOfRange(b, place, place + length));
    }
  }
}
