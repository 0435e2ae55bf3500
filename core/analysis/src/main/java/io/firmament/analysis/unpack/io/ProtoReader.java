package io.firmament.analysis.unpack.io;

import io.firmament.analysis.tree.ByteSource;

/// The fields of a message in protocol buffers' wire format, one after the other.
public final class ProtoReader {
  /// One field: a number for varints and fixed widths, bytes for what has a length.
  public record Field(int number, long value, ByteSource bytes) {}

  private static final ByteSource NONE = HeapByteSource.of(new byte[0]);

  private final ByteSource source;
  private long at;

  public ProtoReader(ByteSource message) {
    this.source = message;
  }

  public boolean hasNext() {
    return at < source.size();
  }

  public Field next() throws TruncatedException, CorruptException {
    long key = varint();
    int number = (int) (key >>> 3);
    return switch ((int) key & 7) {
      case 0 -> new Field(number, varint(), NONE);
      case 1 -> new Field(number, Binary.i64le(source, skip(8)), NONE);
      case 2 -> {
        long length = varint();
        if (length < 0 || length > source.size() - at) {
          throw new TruncatedException("a field of " + length + " bytes at offset " + at);
        }
        yield new Field(number, 0, source.slice(skip(length), length));
      }
      case 5 -> new Field(number, Binary.u32le(source, skip(4)), NONE);
      default -> throw new CorruptException("no field at offset " + at);
    };
  }

  private long skip(long length) {
    long here = at;
    at += length;
    return here;
  }

  private long varint() throws TruncatedException, CorruptException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int b = Binary.u8(source, at++);
      value |= (long) (b & 0x7f) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw new CorruptException("a number without an end at offset " + at);
  }
}
