package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LongArray;
import io.firmament.analysis.unpack.io.PieceInputStream;
import java.io.IOException;
import java.io.InputStream;

/// The places of a content in its volume, in order: runs of bytes, and holes that read as zeros.
public final class Runs {
  private static final long HOLE = -1;
  private static final int PIECE = 1 << 16;

  private final LongArray pairs = new LongArray();
  private long at = HOLE;
  private long length;
  private long total;

  /// Adds bytes of the volume.
  public void add(long offset, long count) throws CorruptException {
    if (offset < 0) {
      throw new CorruptException("a run at offset " + offset);
    }
    append(offset, count);
  }

  public void hole(long count) throws CorruptException {
    append(HOLE, count);
  }

  /// Adds a hole up to a position in the content; a position that was passed is a contradiction.
  public void holeUpTo(long position) throws CorruptException {
    if (position < total) {
      throw new CorruptException("runs that lie over each other");
    }
    hole(position - total);
  }

  private void append(long offset, long count) throws CorruptException {
    if (count < 0 || count > Long.MAX_VALUE / 4 - total) {
      throw new CorruptException("a run of " + count + " bytes");
    }
    if (count == 0) {
      return;
    }
    boolean goesOn = length > 0 && (at == HOLE ? offset == HOLE : offset == at + length);
    if (!goesOn) {
      flush();
      at = offset;
      length = 0;
    }
    length += count;
    total += count;
  }

  private void flush() {
    if (length > 0) {
      pairs.add(at);
      pairs.add(length);
    }
  }

  /// Bytes of all runs and holes.
  public long length() {
    return total;
  }

  /// The first `size` bytes; what is not in the runs is a failure.
  public Body body(ByteSource volume, long size) {
    if (pairs.size() == 0 && at != HOLE && size > 0 && size <= length) {
      return Body.range(volume, at, size);
    }
    return Body.decoded(() -> open(volume, size));
  }

  /// The same as a stream.
  public InputStream open(ByteSource volume, long size) {
    long[] all = all();
    return new PieceInputStream() {
      private int index;
      private long within;
      private long left = size;

      @Override
      protected byte[] next() throws IOException {
        if (left <= 0) {
          return new byte[0];
        }
        if (index == all.length) {
          throw new CorruptException("%d bytes have no place".formatted(left));
        }
        int count = (int) Math.min(Math.min(PIECE, left), all[index + 1] - within);
        byte[] piece =
            all[index] == HOLE ? new byte[count] : Binary.bytes(volume, all[index] + within, count);
        left -= count;
        within += count;
        if (within == all[index + 1]) {
          index += 2;
          within = 0;
        }
        return piece;
      }
    };
  }

  private long[] all() {
    LongArray copy = new LongArray();
    for (long value : pairs.toArray()) {
      copy.add(value);
    }
    if (length > 0) {
      copy.add(at);
      copy.add(length);
    }
    return copy.toArray();
  }

  /// The first `size` bytes as a random-access source.
  public ByteSource source(ByteSource volume, long size) {
    return new RunSource(volume, all(), Math.min(size, total));
  }
}
