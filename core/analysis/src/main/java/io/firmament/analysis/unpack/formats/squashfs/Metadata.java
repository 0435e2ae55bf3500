package io.firmament.analysis.unpack.formats.squashfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.BitFields;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// The metadata blocks: 16 bits of size, whose highest bit means "stored", then at most 8 KiB.
final class Metadata {
  private static final int BLOCK = 8192;
  private static final int CACHED = 512;

  private record Block(byte[] bytes, long next) {}

  private final ByteSource source;
  private final SuperBlock superBlock;
  private final Decoder decoder;
  private final Map<Long, Block> cache =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Block> eldest) {
          return size() > CACHED;
        }
      };

  Metadata(ByteSource source, SuperBlock superBlock, Decoder decoder) {
    this.source = source;
    this.superBlock = superBlock;
    this.decoder = decoder;
  }

  /// Reads from `offset` in the block at `position` on, over block borders.
  Cursor at(long position, int offset) throws IOException {
    return new Cursor(position, offset);
  }

  /// An entry of a table whose blocks are listed in an array of positions, of 32 bits in version 2
  /// and of 64 bits from version 3 on.
  Cursor inTable(long table, long index, int entrySize) throws IOException {
    long perBlock = BLOCK / entrySize;
    int width = superBlock.major() < 3 ? 4 : 8;
    ByteBuffer position = buffer(Binary.bytes(source, table + index / perBlock * width, width));
    long block = width == 4 ? Integer.toUnsignedLong(position.getInt()) : position.getLong();
    return at(block, (int) (index % perBlock) * entrySize);
  }

  /// The bytes of a field or structure, in the byte order of the image.
  ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(superBlock.order());
  }

  private Block block(long position) throws IOException {
    Block known = cache.get(position);
    if (known != null) {
      return known;
    }
    int header = Short.toUnsignedInt(buffer(Binary.bytes(source, position, 2)).getShort());
    int size = header & 0x7fff;
    long start = position + (superBlock.checked() ? 3 : 2);
    byte[] raw = Binary.bytes(source, start, size);
    byte[] bytes = raw;
    if ((header & 0x8000) == 0) {
      byte[] out = new byte[BLOCK];
      bytes = Arrays.copyOf(out, decoder.decode(raw, out, -1));
    }
    if (bytes.length == 0) {
      throw new CorruptException("an empty metadata block at " + position);
    }
    Block block = new Block(bytes, start + size);
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
      return Short.toUnsignedInt(buffer(bytes(2)).getShort());
    }

    long u32() throws IOException {
      return Integer.toUnsignedLong(buffer(bytes(4)).getInt());
    }

    long i64() throws IOException {
      return buffer(bytes(8)).getLong();
    }

    /// The next `length` bytes as a structure of bit fields.
    BitFields packed(int length) throws IOException {
      return new BitFields(bytes(length), superBlock.order());
    }
  }
}
