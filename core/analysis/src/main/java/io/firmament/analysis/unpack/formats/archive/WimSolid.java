package io.firmament.analysis.unpack.formats.archive;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LongArray;
import io.firmament.analysis.unpack.io.PieceInputStream;
import io.firmament.analysis.unpack.io.TruncatedException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// Many contents compressed together: size, size of a chunk and method, the stored size of each
/// chunk, the chunks.
///
/// The chunk that was decoded last is kept, so that contents are best asked for in their order.
final class WimSolid {
  private static final int HEADER = 16;

  private final ByteSource stored;
  private final WimCodec codec;
  private final long size;
  private final int chunk;
  private final long[] starts;
  private long kept = -1;
  private byte[] content = {};

  /// @param stored the resource; may be cut off
  WimSolid(ByteSource stored, WimCodec.Decoders decoders) throws IOException {
    byte[] head = Binary.bytes(stored, 0, HEADER);
    this.stored = stored;
    this.size = Binary.i64le(head, 0);
    this.chunk = (int) Binary.u32le(head, 8);
    this.codec = decoders.solid((int) Binary.u32le(head, 12), chunk);
    long count = size <= 0 ? 0 : (size - 1) / chunk + 1;
    if (size < 0 || count > (stored.size() - HEADER) / 4) {
      throw new CorruptException("more chunks than the resource has room for");
    }
    LongArray places = new LongArray();
    long at = HEADER + 4 * count;
    for (long i = 0; i < count; i++) {
      places.add(at);
      at += Binary.u32le(stored, HEADER + 4 * i);
    }
    places.add(at);
    this.starts = places.toArray();
  }

  long size() {
    return size;
  }

  InputStream open(long offset, long length) throws CorruptException {
    if (offset < 0 || length < 0 || length > size - offset) {
      throw new CorruptException("a content out of its resource");
    }
    return new PieceInputStream() {
      private long at = offset;

      @Override
      protected byte[] next() throws IOException {
        long end = offset + length;
        if (at == end) {
          return new byte[0];
        }
        byte[] whole = chunk(at / chunk);
        int from = (int) (at % chunk);
        int count = (int) Math.min(whole.length - from, end - at);
        at += count;
        return Arrays.copyOfRange(whole, from, from + count);
      }
    };
  }

  private byte[] chunk(long index) throws IOException {
    if (index != kept) {
      long start = starts[(int) index];
      long end = starts[(int) index + 1];
      int plain = (int) Math.min(chunk, size - index * chunk);
      if (end > stored.size()) {
        throw new TruncatedException("a resource is cut off");
      }
      if (end - start > plain) {
        throw new CorruptException("a chunk that makes no sense");
      }
      kept = -1;
      content = new byte[0];
      content = codec.decode(Binary.bytes(stored, start, (int) (end - start)), plain);
      kept = index;
    }
    return content;
  }
}
