package io.firmament.analysis.unpack.formats.iso;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.PieceInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// A file that zisofs compressed: a header, the places of the blocks, and the blocks, each a zlib
/// stream; one of no length is all zeros. Version 2 has places of 64 bits.
final class Zisofs extends PieceInputStream {
  private static final byte[] MAGIC = HexFormat.of().parseHex("37e45396c9dbd607");
  private static final byte[] MAGIC_2 = HexFormat.of().parseHex("ef2255a1bc1b95a0");
  private static final int LEAST_SHIFT = 12;
  private static final int MOST_SHIFT = 20;

  private final ByteSource file;
  private final long size;
  private final long table;
  private final int width;
  private final int block;
  private long position;

  Zisofs(ByteSource file) throws IOException {
    this.file = file;
    byte[] head = Binary.bytes(file, 0, 16);
    boolean wide = Arrays.equals(head, 0, 8, MAGIC_2, 0, 8);
    if (!wide && !Arrays.equals(head, 0, 8, MAGIC, 0, 8)) {
      throw new CorruptException("a file of zisofs without its magic");
    }
    int shift = wide ? head[11] : head[13];
    int headSize = 4 * (head[wide ? 9 : 12] & 0xff);
    if (shift < LEAST_SHIFT
        || shift > MOST_SHIFT
        || headSize < 16
        || (wide && (head[8] != 0 || head[10] != 1))) {
      throw new CorruptException("a header of zisofs that makes no sense");
    }
    this.size = wide ? Binary.i64le(file, 12) : Binary.u32le(head, 8);
    this.table = headSize;
    this.width = wide ? 8 : 4;
    this.block = 1 << shift;
    if (size < 0 || (size + block - 1) / block > file.size() / width) {
      throw new CorruptException("more blocks of zisofs than the file has room for");
    }
  }

  @Override
  protected byte[] next() throws IOException {
    int count = (int) Math.min(block, size - position);
    if (count == 0) {
      return new byte[0];
    }
    long pointer = table + position / block * width;
    long from = place(pointer);
    long to = place(pointer + width);
    position += count;
    if (from == to) {
      return new byte[count];
    }
    if (to < from || to - from > 2L * block) {
      throw new CorruptException("a block of zisofs that makes no sense");
    }
    return inflated(Binary.bytes(file, from, (int) (to - from)), count);
  }

  private long place(long at) throws IOException {
    return width == 8 ? Binary.i64le(file, at) : Binary.u32le(file, at);
  }

  private static byte[] inflated(byte[] packed, int count) throws CorruptException {
    byte[] out = new byte[count];
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(packed);
      int done = 0;
      while (done < count && !inflater.finished()) {
        int n = inflater.inflate(out, done, count - done);
        if (n == 0) {
          break;
        }
        done += n;
      }
      if (done < count) {
        throw new CorruptException("a block of zisofs that is too short");
      }
      return out;
    } catch (DataFormatException e) {
      throw new CorruptException("a block of zisofs: " + e.getMessage());
    } finally {
      inflater.end();
    }
  }
}
