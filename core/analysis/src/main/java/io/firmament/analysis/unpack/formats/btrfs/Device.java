package io.firmament.analysis.unpack.formats.btrfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Allowance;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.TruncatedException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/// Reads nodes and data by their logical addresses.
final class Device {
  private static final int CACHED = 64;
  private static final long CHUNK_TREE = 3;
  private static final long ROOT_TREE = 1;

  private final ByteSource source;
  private final SuperBlock block;
  private final Chunks chunks;
  private final Allowance allowance;
  private final Map<Long, byte[]> cache =
      new LinkedHashMap<>(CACHED, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, byte[]> eldest) {
          return size() > CACHED;
        }
      };

  Device(ByteSource source, SuperBlock block) throws IOException {
    this.source = source;
    this.block = block;
    this.chunks = new Chunks(block.device());
    this.allowance = new Allowance(source);
    chunks.system(block.systemChunks());
    Tree tree = new Tree(this, CHUNK_TREE, block.chunkRoot(), block.chunkRootLevel());
    tree.each(
        new Key(256, Chunks.ITEM, 0),
        new Key(256, Chunks.ITEM, -1),
        (key, b, start, end) -> chunks.add(key.offset(), b, start, end));
  }

  ByteSource source() {
    return source;
  }

  int sector() {
    return block.sector();
  }

  Tree roots() {
    return new Tree(this, ROOT_TREE, block.root(), block.rootLevel());
  }

  /// A node of a tree, from the first copy that is sound.
  byte[] node(long address, boolean counted) throws IOException {
    if (counted) {
      allowance.spend(block.node());
    }
    byte[] known = cache.get(address);
    if (known != null) {
      return known;
    }
    for (long position : chunks.positions(address, block.node())) {
      byte[] b = Binary.upTo(source, position, block.node());
      boolean sound =
          b.length == block.node()
              && Binary.i64le(b, 48) == address
              && (block.checksum() != 0 || SuperBlock.hasCrc(b));
      if (sound) {
        cache.put(address, b);
        return b;
      }
      if (position + block.node() > source.size()) {
        throw new TruncatedException("a node of a tree is cut off");
      }
    }
    throw new CorruptException("no copy of the node at %d is sound".formatted(address));
  }

  /// The position of data.
  long position(long logical, long length) throws IOException {
    return chunks.positions(logical, length)[0];
  }
}
