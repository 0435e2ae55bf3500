package io.firmament.analysis.unpack.formats.squashfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// The metadata blocks: 16 bits of size, whose highest bit means "stored", then at most 8 KiB.
final class Metadata {
  private static final int BLOCK = 8192;
  private static final int CACHED = 512;

  private record Block(byte[] bytes, long next) {}

  private final ByteSource source;
  private final Codec codec;
  private final long memory;
  private final Map<Long, Block> cache =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Block> eldest) {
          return size() > CACHED;
        }
      };

  Metadata(ByteSource source, Codec codec, long memory) {
    this.source = source;
    this.codec = codec;
    this.memory = memory;
  }

  /// Reads from `offset` in the block at `position` on, over block borders.
  Cursor at(long position, int offset) throws IOException {
    return new Cursor(position, offset);
  }

  /// An entry of a table whose blocks are listed in an array of positions.
  Cursor inTable(long table, long index, int entrySize) throws IOException {
    long perBlock = BLOCK / entrySize;
    long block = Binary.i64le(source, table + index / perBlock * 8);
    return at(block, (int) (index % perBlock) * entrySize);
  }

  private Block block(long position) throws IOException {
    Block known = cache.get(position);
    if (known != null) {
      return known;
    }
    int header = Binary.u16le(source, position);
    int size = header & 0x7fff;
    byte[] raw = Binary.bytes(source, position + 2, size);
    byte[] bytes = raw;
    if ((header & 0x8000) == 0) {
      byte[] out = new byte[BLOCK];
      int length = codec.decode(raw, out, memory);
      bytes = Arrays.copyOf(out, length);
    }
    if (bytes.length == 0) {
      throw new CorruptException("an empty metadata block at " + position);
    }
    Block block = new Block(bytes, position + 2 + size);
    cache.put(position, block);
    return block;
  }

  /// A place in the metadata that moves on as it is read.
  final class Cursor {
    private Block block;
    private int at;

    private Cursor(long position, int offset) throws IOException {
      this.block = block(position);
      this.at = offset;
    }

    byte[] bytes(int length) throws IOException {
      if (length < 0 || length > 1 << 20) {
        throw new CorruptException("a metadata field of " + length + " bytes");
      }
      byte[] bytes = new byte[length];
      int done = 0;
      while (done < length) {
        if (at >= block.bytes.length) {
          at -= block.bytes.length;
          block = block(block.next);
          continue;
        }
        int n = Math.min(length - done, block.bytes.length - at);
        System.arraycopy(block.bytes, at, bytes, done, n);
        at += n;
        done += n;
      }
      return bytes;
    }

    int u16() throws IOException {
      return Binary.u16le(bytes(2), 0);
    }

    long u32() throws IOException {
      return Binary.u32le(bytes(4), 0);
    }

    long i64() throws IOException {
      return Binary.i64le(bytes(8), 0);
    }
  }
}
