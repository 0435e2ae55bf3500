package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.SourceInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A GNU sparse member: the runs of a file that are stored one after the other, with holes between
/// them (GNU tar manual, appendix D, "Storing Sparse Files").
///
/// @param stored the runs' bytes
/// @param size of the file with its holes
record TarSparse(ByteSource stored, List<Run> runs, long size) {
  private static final int BLOCK = 512;
  private static final int MAX_RUNS = 1 << 20;

  /// Bytes that are stored for the file's offset.
  record Run(long offset, long length) {}

  TarSparse {
    runs = List.copyOf(runs);
  }

  /// The old form, type flag `S`: four runs in the header at 386 and the size at 483; where 482 is
  /// set, blocks of 21 runs follow.
  ///
  /// @param more those blocks
  static TarSparse old(byte[] head, ByteSource more, ByteSource stored) throws IOException {
    List<Run> runs = new ArrayList<>();
    runs(head, 386, 4, runs);
    for (long at = 0; at < more.size(); at += BLOCK) {
      runs(Binary.bytes(more, at, BLOCK), 0, 21, runs);
    }
    return new TarSparse(stored, runs, TarFormat.number(head, 483, 12));
  }

  /// How many bytes of further runs follow an old header, before the data; its size does not count
  /// them.
  static long furtherRuns(byte[] head, ByteSource source, long at) {
    long next = at;
    boolean more = head[156] == 'S' && head[482] != 0;
    while (more) {
      byte[] block = Binary.upTo(source, next, BLOCK);
      more = block.length == BLOCK && block[504] != 0;
      next += block.length;
    }
    return next - at;
  }

  private static void runs(byte[] block, int at, int count, List<Run> runs)
      throws CorruptException {
    for (int i = 0; i < count && block[at + 24 * i] != 0; i++) {
      add(
          runs,
          TarFormat.number(block, at + 24 * i, 12),
          TarFormat.number(block, at + 24 * i + 12, 12));
    }
  }

  /// The keyword of a sparse map, in which those of the pax form 0.0 are gathered.
  static final String MAP = "GNU.sparse.map";

  /// Whether a record is one of the two that the pax form 0.0 repeats for each run.
  static boolean isPartOfMap(String keyword) {
    return keyword.equals("GNU.sparse.offset") || keyword.equals("GNU.sparse.numbytes");
  }

  /// The pax forms 0.0 and 0.1 (the map is in records) and 1.0 (the map is decimal lines before the
  /// data); null where the member is not sparse.
  static @Nullable TarSparse pax(Map<String, byte[]> pax, ByteSource data) throws IOException {
    byte[] map = pax.get(MAP);
    byte[] realSize = pax.get("GNU.sparse.realsize");
    byte[] size = realSize == null ? pax.get("GNU.sparse.size") : realSize;
    if (map != null && size != null) {
      Numbers numbers = new Numbers(map, ',');
      List<Run> runs = new ArrayList<>();
      while (numbers.more()) {
        add(runs, numbers.next(), numbers.next());
      }
      return new TarSparse(data, runs, TarFormat.decimal(size));
    }
    if (size == null || !pax.containsKey("GNU.sparse.major")) {
      return null;
    }
    Numbers numbers = new Numbers(Binary.upTo(data, 0, 1 << 20), '\n');
    numbers.skipRemarks();
    long count = numbers.next();
    List<Run> runs = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      add(runs, numbers.next(), numbers.next());
    }
    long start = (numbers.position() + BLOCK - 1L) / BLOCK * BLOCK;
    return new TarSparse(data.slice(start, Long.MAX_VALUE), runs, TarFormat.decimal(size));
  }

  private static void add(List<Run> runs, long offset, long length) throws CorruptException {
    long end = runs.isEmpty() ? 0 : runs.getLast().offset + runs.getLast().length;
    if (offset < end || length < 0 || offset > Long.MAX_VALUE - length || runs.size() >= MAX_RUNS) {
      throw new CorruptException("the runs of a sparse member make no sense");
    }
    runs.add(new Run(offset, length));
  }

  Body body() {
    return Body.decoded(() -> new Stream(this));
  }

  /// Decimal numbers, each with a mark behind it.
  private static final class Numbers {
    private final byte[] text;
    private final char mark;
    private int at;

    Numbers(byte[] text, char mark) {
      this.text = text;
      this.mark = mark;
    }

    boolean more() {
      return at < text.length;
    }

    int position() {
      return at;
    }

    /// Lines that begin with a hash.
    void skipRemarks() {
      while (more() && text[at] == '#') {
        while (more() && text[at++] != mark) {
          // To the end of the line.
        }
      }
    }

    long next() throws CorruptException {
      int from = at;
      long value = 0;
      while (at < text.length && text[at] >= '0' && text[at] <= '9' && at - from < 18) {
        value = value * 10 + text[at++] - '0';
      }
      if (at == from || (at < text.length && text[at] != mark)) {
        throw new CorruptException("the map of a sparse member makes no sense");
      }
      at++;
      return value;
    }
  }

  /// The file with zeros for its holes.
  private static final class Stream extends InputStream {
    private final TarSparse sparse;
    private final SourceInputStream stored;
    private int run;
    private long position;

    Stream(TarSparse sparse) {
      this.sparse = sparse;
      this.stored = new SourceInputStream(sparse.stored, 0);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int at, int length) throws IOException {
      while (run < sparse.runs.size() && position >= end(sparse.runs.get(run))) {
        run++;
      }
      long left = sparse.size - position;
      if (left <= 0 || length == 0) {
        return left <= 0 ? -1 : 0;
      }
      boolean hole = run == sparse.runs.size() || position < sparse.runs.get(run).offset;
      long next = run == sparse.runs.size() ? sparse.size : sparse.runs.get(run).offset;
      long wanted = Math.min(left, hole ? next - position : end(sparse.runs.get(run)) - position);
      int n = (int) Math.min(length, wanted);
      if (hole) {
        java.util.Arrays.fill(into, at, at + n, (byte) 0);
      } else {
        n = stored.read(into, at, n);
        if (n < 0) {
          throw new io.firmament.analysis.unpack.io.TruncatedException(
              "a sparse member is cut off");
        }
      }
      position += n;
      return n;
    }

    private static long end(Run run) {
      return run.offset + run.length;
    }
  }
}
