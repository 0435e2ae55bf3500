package io.firmament.analysis.unpack.io.rar;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.Note;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LimitException;
import io.firmament.analysis.unpack.io.PieceInputStream;
import io.firmament.analysis.unpack.io.TruncatedException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/// Decodes the files of one archive, in order: in a solid archive each goes on from the one before.
///
/// The window starts small and grows with what was decoded, whatever the archive says it needs.
public abstract sealed class RarDecoder permits Rar3Decoder, Rar5Decoder {
  private static final int FIRST_WINDOW = 1 << 18;
  private static final long MOST_WINDOW = 1L << 27;
  private static final int PIECE = 1 << 15;
  private static final int MOST_FILTERS = 8192;

  private final Deque<Filter> filters = new ArrayDeque<>();
  private byte[] window = new byte[FIRST_WINDOW];
  private long most = FIRST_WINDOW;
  private long produced;
  private long given;
  private long fileStart;
  private boolean broken = true;

  RarDecoder() {}

  /// Of RAR 5.
  public static RarDecoder version5() {
    return new Rar5Decoder();
  }

  /// Of RAR 2.9 to 4.
  public static RarDecoder version3() {
    return new Rar3Decoder();
  }

  /// The content of the next file; it must be read to its end before another is opened.
  ///
  /// @param dictionary distance that matches reach back
  /// @param solid the file goes on from the one before
  public InputStream open(ByteSource data, long size, long dictionary, boolean solid)
      throws IOException {
    if (dictionary > MOST_WINDOW) {
      throw new LimitException(
          Note.Limit.CODEC_MEMORY, "a dictionary of %d bytes".formatted(dictionary));
    }
    if (solid && broken) {
      throw new CorruptException("the file before it, which it needs, was not decoded");
    }
    if (!solid) {
      produced = 0;
      window = new byte[FIRST_WINDOW];
      reset();
    }
    broken = true;
    most = Math.max(Long.highestOneBit(dictionary * 2 - 1), Math.max(most(solid), FIRST_WINDOW));
    filters.clear();
    fileStart = produced;
    given = produced;
    Bits in = new Bits(data);
    return new Content(in, size);
  }

  private long most(boolean solid) {
    return solid ? most : 0;
  }

  /// Forgets all that a file before left.
  abstract void reset();

  /// Whether addresses in filters wrap around at 16 MiB.
  abstract boolean wraps();

  abstract void begin(Bits in) throws IOException;

  /// Decodes one symbol; false at the end of the file.
  abstract boolean step(Bits in) throws IOException;

  private final class Content extends PieceInputStream {
    private final Bits in;
    private final long end;
    private boolean begun;
    private boolean ended;

    Content(Bits in, long size) {
      this.in = in;
      this.end = fileStart + size;
    }

    @Override
    protected byte[] next() throws IOException {
      if (!begun && given < end) {
        begin(in);
      }
      begun = true;
      while (given < end) {
        byte[] piece = ready();
        if (piece.length > 0) {
          if (given >= end) {
            finish();
          }
          return piece;
        }
        if (ended || produced >= end) {
          throw produced >= end
              ? new CorruptException("a filter past the end of its file")
              : new TruncatedException("%d bytes are missing".formatted(end - produced));
        }
        decode(produced + PIECE);
      }
      broken = false;
      return new byte[0];
    }

    private void decode(long until) throws IOException {
      long limit = Math.min(until, end);
      while (produced < limit && !ended) {
        ended = !step(in);
      }
    }

    /// What can be given without waiting for more.
    private byte[] ready() throws IOException {
      long there = Math.min(produced, end);
      Filter filter = filters.peek();
      if (filter == null || given < filter.start()) {
        long upTo = filter == null ? there : Math.min(there, filter.start());
        return take((int) Math.min(upTo - given, PIECE));
      }
      if (produced < filter.start() + filter.length()) {
        return new byte[0];
      }
      return filtered();
    }

    /// Filters of one range are undone one after the other.
    private byte[] filtered() throws IOException {
      Filter first = filters.element();
      long offset = given - fileStart;
      byte[] data = take(first.length());
      while (!filters.isEmpty()
          && filters.element().start() == first.start()
          && filters.element().length() == data.length) {
        data = filters.remove().undo(data, offset, wraps());
      }
      Filter next = filters.peek();
      if (next != null && next.start() < given) {
        throw new CorruptException("filters that lie over each other");
      }
      return given > end ? Arrays.copyOf(data, (int) (data.length - (given - end))) : data;
    }

    private byte[] take(int count) throws CorruptException {
      if (count > window.length || produced - given > window.length) {
        throw new CorruptException("a filter that is larger than the window");
      }
      byte[] piece = new byte[count];
      int from = (int) (given & window.length - 1);
      int first = Math.min(count, window.length - from);
      System.arraycopy(window, from, piece, 0, first);
      System.arraycopy(window, 0, piece, first, count - first);
      given += count;
      return piece;
    }

    /// What stands behind the last byte says how the next file of a solid archive starts.
    private void finish() throws IOException {
      long before = produced;
      while (!ended && produced == before) {
        try {
          ended = !step(in);
        } catch (CorruptException | TruncatedException e) {
          ended = true;
        }
      }
      broken = false;
    }
  }

  final long produced() {
    return produced;
  }

  final void literal(int b) {
    if (produced == window.length && window.length < most) {
      window = Arrays.copyOf(window, window.length * 2);
    }
    window[(int) (produced++ & window.length - 1)] = (byte) b;
  }

  final void copy(long distance, int length) throws CorruptException {
    if (distance <= 0 || distance > produced || distance > window.length) {
      throw new CorruptException("a match before the start");
    }
    for (int i = 0; i < length; i++) {
      literal(window[(int) (produced - distance & window.length - 1)]);
    }
  }

  final void filter(Filter filter) throws CorruptException {
    Filter last = filters.peekLast();
    boolean same =
        last != null && last.start() == filter.start() && last.length() == filter.length();
    if (filter.length() <= 0
        || filter.length() > most / 2
        || filter.start() - produced > most
        || filters.size() == MOST_FILTERS
        || (last != null && !same && filter.start() < last.start() + last.length())) {
      throw new CorruptException("a filter that makes no sense");
    }
    filters.add(filter);
  }

  /// Twenty lengths of four bits, 15 followed by 0 or by a number of zeros; and by their code the
  /// lengths of all other codes.
  ///
  /// @param before what lengths are added to
  static void lengths(Bits in, byte[] before) throws IOException {
    byte[] first = new byte[20];
    for (int i = 0; i < first.length; i++) {
      int length = in.take(4);
      int zeros = length == 15 ? in.take(4) : 0;
      if (zeros > 0) {
        i += zeros + 1;
      } else {
        first[i] = (byte) length;
      }
    }
    Code code = Code.of(first, 0, first.length);
    int i = 0;
    while (i < before.length) {
      int symbol = code.next(in);
      if (symbol < 16) {
        before[i] = (byte) (before[i] + symbol & 15);
        i++;
        continue;
      }
      boolean zeros = symbol >= 18;
      int run = (symbol & 1) == 0 ? in.take(3) + 3 : in.take(7) + 11;
      if (!zeros && i == 0) {
        throw new CorruptException("a length that repeats none");
      }
      byte value = zeros ? 0 : before[i - 1];
      int to = Math.min(i + run, before.length);
      Arrays.fill(before, i, to, value);
      i = to;
    }
  }

  /// The last four distances, the newest first.
  static void renew(long[] distances, int from, long distance) {
    System.arraycopy(distances, 0, distances, 1, from);
    distances[0] = distance;
  }
}
