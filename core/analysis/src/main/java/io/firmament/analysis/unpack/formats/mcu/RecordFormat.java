package io.firmament.analysis.unpack.formats.mcu;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/// Text formats of one record a line. The chunk ends behind the last record and its line feed.
abstract class RecordFormat implements Format {
  private static final int LONGEST_LINE = 600;

  /// Takes the records of one image, in order.
  interface Reader {
    /// Takes a line without its end; an exception means that it is no record.
    ///
    /// @return true where it is the last record
    boolean take(String line) throws IOException;

    /// Whether the image may end here, without a last record.
    default boolean complete() {
      return false;
    }
  }

  /// A new reader that adds what it reads to `segments`.
  abstract Reader reader(Segments segments);

  /// What was read.
  private record Result(long end, int lines, boolean ended) {}

  @Override
  public final Optional<Chunk> probe(ByteSource source, long start) {
    if (!startsWithRecord(source, start)) {
      return Optional.empty();
    }
    Segments segments = new Segments();
    Result result = read(source, start, segments);
    if (result.lines < 2 || segments.count() == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Chunk(
            start,
            result.end,
            result.ended ? Confidence.HIGH : Confidence.LOW,
            false,
            Map.of(
                "records",
                Integer.toString(result.lines),
                "segments",
                Integer.toString(segments.count()),
                "firstAddress",
                "%08x".formatted(segments.first()))));
  }

  /// Reads the first line alone: magics of two characters are seen often, and a buffer's worth of
  /// bytes behind each would soon use up what a scan may read.
  private boolean startsWithRecord(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, LONGEST_LINE);
    int length = 0;
    while (length < head.length && head[length] >= ' ' && head[length] < 0x7f) {
      length++;
    }
    try {
      reader(new Segments())
          .take(new String(head, 0, length, StandardCharsets.US_ASCII).stripTrailing());
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private Result read(ByteSource source, long start, Segments segments) {
    SourceInputStream in = new SourceInputStream(source, start);
    Reader reader = reader(segments);
    StringBuilder line = new StringBuilder();
    long end = start;
    int lines = 0;
    int c = in.read();
    while (true) {
      line.setLength(0);
      while (c > ' ' - 1 && c < 0x7f && line.length() < LONGEST_LINE) {
        line.append((char) c);
        c = in.read();
      }
      boolean last;
      try {
        last = reader.take(line.toString().stripTrailing());
      } catch (IOException e) {
        return new Result(end, lines, reader.complete());
      }
      lines++;
      if (c == '\r') {
        c = in.read();
      }
      boolean newLine = c == '\n';
      end = in.position() - (c < 0 || newLine ? 0 : 1);
      if (last || !newLine) {
        return new Result(end, lines, last || reader.complete());
      }
      c = in.read();
    }
  }

  @Override
  public final void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Segments segments = new Segments();
    Result result = read(content, 0, segments);
    segments.give(sink);
    if (!result.ended) {
      throw new TruncatedException("the last record is missing");
    }
  }

  /// Pairs of hexadecimal digits from a place of the line on.
  static byte[] hex(String line, int from) throws CorruptException {
    int digits = line.length() - from;
    if (digits < 0 || digits % 2 != 0) {
      throw new CorruptException("half a byte");
    }
    byte[] bytes = new byte[digits / 2];
    for (int i = 0; i < bytes.length; i++) {
      int high = Character.digit(line.charAt(from + 2 * i), 16);
      int low = Character.digit(line.charAt(from + 2 * i + 1), 16);
      if (high < 0 || low < 0) {
        throw new CorruptException("no hexadecimal digit");
      }
      bytes[i] = (byte) (high << 4 | low);
    }
    return bytes;
  }

  static int sum(byte[] bytes) {
    int sum = 0;
    for (byte b : bytes) {
      sum += b;
    }
    return sum & 0xff;
  }
}
