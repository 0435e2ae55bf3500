package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.analysis.unpack.io.WorkMeter;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;

/// gzip, RFC 1952: one or more members, each with CRC-32 and length.
final class GzipFormat implements Format {
  private static final byte[] MAGIC = {0x1f, (byte) 0x8b, 8};

  /// A member that decodes to less than this before it breaks off is taken for chance.
  private static final long ENOUGH = 16 << 10;

  private static final long MOST = 1L << 30;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "gzip",
        "gzip stream",
        FormatCard.Kind.STREAM,
        List.of(new Magic(0, MAGIC)),
        List.of(".gz", ".tgz", ".gzip"),
        List.of(),
        List.of("RFC 1952"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    Member first = member(source, start);
    if (first.end <= start) {
      return Optional.empty();
    }
    Member last = first;
    int members = 1;
    while (last.verified && Binary.matches(source, last.end, MAGIC)) {
      Member next = member(source, last.end);
      if (!next.verified) {
        break;
      }
      last = next;
      members++;
    }
    Chunk chunk =
        new Chunk(
            start,
            last.end,
            first.verified ? Confidence.HIGH : Confidence.LOW,
            false,
            Map.of("members", Integer.toString(members)));
    return Optional.of(first.name.isEmpty() ? chunk : chunk.with("name", first.name));
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    sink.payload(
        "", Body.decoded(() -> new GZIPInputStream(new SourceInputStream(content, 0), 1 << 15)));
  }

  private record Member(long end, boolean verified, String name) {
    static final Member NONE = new Member(0, false, "");
  }

  /// RFC 1952 section 2.3: flags FTEXT 1, FHCRC 2, FEXTRA 4, FNAME 8, FCOMMENT 16; others must be
  /// zero.
  private static Member member(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, 10);
    if (head.length < 10 || (head[3] & 0xe0) != 0) {
      return Member.NONE;
    }
    int flags = head[3];
    long at = start + 10;
    if ((flags & 4) != 0) {
      byte[] extra = Binary.upTo(source, at, 2);
      at += extra.length < 2 ? 0 : 2L + Binary.u16le(extra, 0);
    }
    String name = "";
    if ((flags & 8) != 0) {
      byte[] field = Binary.upTo(source, at, 256);
      name = Binary.text(field, 0, field.length);
      at += name.length() + 1L;
    }
    if ((flags & 16) != 0) {
      byte[] field = Binary.upTo(source, at, 4096);
      at += Binary.text(field, 0, field.length).length() + 1L;
    }
    return inflate(source, at + ((flags & 2) != 0 ? 2 : 0), name);
  }

  private static Member inflate(ByteSource source, long start, String name) {
    CRC32 crc = new CRC32();
    byte[] in = new byte[1 << 15];
    byte[] out = new byte[1 << 16];
    try (Inflater inflater = new Inflater(true)) {
      long next = start;
      while (!inflater.finished() && inflater.getBytesWritten() < MOST) {
        if (inflater.needsInput()) {
          int n = source.read(next, in, 0, in.length);
          if (n == 0) {
            return broken(source.size(), inflater, name);
          }
          inflater.setInput(in, 0, n);
          next += n;
        }
        int n = inflater.inflate(out);
        if (n == 0 && inflater.needsDictionary()) {
          return Member.NONE;
        }
        WorkMeter.decoded(source, n);
        crc.update(out, 0, n);
      }
      if (!inflater.finished()) {
        return broken(source.size(), inflater, name);
      }
      long end = start + inflater.getBytesRead();
      byte[] tail = Binary.upTo(source, end, 8);
      boolean verified =
          tail.length == 8
              && Binary.u32le(tail, 0) == crc.getValue()
              && Binary.u32le(tail, 4) == (inflater.getBytesWritten() & 0xffffffffL);
      return verified ? new Member(end + 8, true, name) : broken(end + tail.length, inflater, name);
    } catch (DataFormatException e) {
      return Member.NONE;
    }
  }

  private static Member broken(long end, Inflater inflater, String name) {
    return inflater.getBytesWritten() < ENOUGH ? Member.NONE : new Member(end, false, name);
  }
}
