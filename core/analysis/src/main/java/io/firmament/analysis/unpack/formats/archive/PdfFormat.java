package io.firmament.analysis.unpack.formats.archive;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// PDF documents, found with their ends and kept as files. A document ends with the last end mark
/// before another document starts.
public final class PdfFormat implements Format {
  private static final byte[] START = Binary.ascii("%PDF-");
  private static final byte[] END = Binary.ascii("%%EOF");
  private static final long MOST = 256 << 20;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "pdf",
        "PDF document",
        FormatCard.Kind.DATA,
        List.of(Magic.text(0, "%PDF-1."), Magic.text(0, "%PDF-2.")),
        List.of(),
        List.of("attachments are not read"),
        List.of("ISO 32000-1, section 7.5"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] buffer = new byte[1 << 16];
    long end = -1;
    long at = start + START.length;
    while (at - start < MOST) {
      int n = source.read(at, buffer, 0, buffer.length);
      for (int i = 0; i + END.length <= n; i++) {
        if (matches(buffer, i, END)) {
          end = at + i + END.length;
        } else if (matches(buffer, i, START)) {
          return chunk(source, start, end);
        }
      }
      if (n < buffer.length) {
        break;
      }
      at += n - END.length + 1;
    }
    return chunk(source, start, end);
  }

  private static boolean matches(byte[] buffer, int at, byte[] text) {
    return java.util.Arrays.equals(buffer, at, at + text.length, text, 0, text.length);
  }

  /// The line end behind the mark is the document's, too.
  private static Optional<Chunk> chunk(ByteSource source, long start, long end) {
    if (end < 0) {
      return start == 0
          ? Optional.of(Chunk.of(0, source.size(), Confidence.LOW))
          : Optional.empty();
    }
    byte[] after = Binary.upTo(source, end, 2);
    int line = 0;
    while (line < after.length && (after[line] == '\r' || after[line] == '\n')) {
      line++;
      if (after[line - 1] == '\n') {
        break;
      }
    }
    return Optional.of(Chunk.of(start, end + line, Confidence.MEDIUM));
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    sink.leaf("document.pdf", Body.of(content));
    chunk.requireWhole();
  }
}
