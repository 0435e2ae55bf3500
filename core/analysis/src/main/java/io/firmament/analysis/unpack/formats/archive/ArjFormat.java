package io.firmament.analysis.unpack.formats.archive;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LzhDecoder;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// ARJ archives: headers with a CRC-32, each before the data of its file.
public final class ArjFormat implements Format {
  private static final int LARGEST_HEADER = 2600;
  private static final int SMALLEST_HEADER = 30;
  private static final int ENCRYPTED = 1;
  private static final int DIRECTORY = 3;
  private static final int UNIX = 2;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "arj",
        "ARJ archive",
        FormatCard.Kind.TREE,
        List.of(Magic.hex(0, "60ea")),
        List.of(),
        List.of("method 4 and volumes are not read", "owners are not stored"),
        List.of("ARJ 2.86 TECHNOTE.TXT"));
  }

  /// A header: its bytes without the size, and what is behind it and its extensions.
  private record Header(byte[] bytes, long end) {
    /// Empty at the end mark, a header of size 0.
    static Optional<Header> at(ByteSource source, long at) throws IOException {
      if (Binary.u16le(source, at) != 0xea60) {
        throw new CorruptException("no header at offset " + at);
      }
      int size = Binary.u16le(source, at + 2);
      if (size == 0) {
        return Optional.empty();
      }
      if (size < SMALLEST_HEADER || size > LARGEST_HEADER) {
        throw new CorruptException("a header of " + size + " bytes");
      }
      byte[] bytes = Binary.bytes(source, at + 4, size);
      if (Checksums.crc32(source.slice(at + 4, size)) != Binary.u32le(source, at + 4 + size)) {
        throw new CorruptException("the checksum of a header is wrong");
      }
      long next = at + 4 + size + 4;
      int extension = Binary.u16le(source, next);
      while (extension != 0) {
        next += 2L + extension + 4;
        extension = Binary.u16le(source, next);
      }
      return Optional.of(new Header(bytes, next + 2));
    }

    long compressed() {
      return Binary.u32le(bytes, 12);
    }

    byte[] name() {
      int first = bytes[0] & 0xff;
      return Binary.ascii(
          Binary.text(bytes, Math.min(first, bytes.length), Math.max(bytes.length - first, 0)));
    }
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    int files = 0;
    try {
      Optional<Header> main = Header.at(source, start);
      if (main.isEmpty()) {
        return Optional.empty();
      }
      long at = main.get().end;
      while (true) {
        if (at >= source.size()) {
          return Optional.of(Chunk.of(start, source.size(), Confidence.LOW));
        }
        Optional<Header> header = Header.at(source, at);
        if (header.isEmpty()) {
          return Optional.of(
              Chunk.of(start, at + 4, Confidence.HIGH).with("files", Integer.toString(files)));
        }
        at = header.get().end + header.get().compressed();
        files++;
      }
    } catch (IOException e) {
      return files == 0
          ? Optional.empty()
          : Optional.of(Chunk.of(start, source.size(), Confidence.LOW));
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    long at = Header.at(content, 0).orElseThrow().end;
    for (Optional<Header> next = Header.at(content, at);
        next.isPresent();
        next = Header.at(content, at)) {
      Header header = next.get();
      ByteSource data = content.slice(header.end, header.compressed());
      file(header, data, sink);
      at = header.end + header.compressed();
    }
  }

  /// Host 3, flags 4, method 5, type 6, time 8, sizes 12 and 16, CRC 20, mode 26. Unix tools write
  /// seconds since 1970 where others write a time of MS-DOS.
  private static void file(Header header, ByteSource data, Sink sink) throws IOException {
    byte[] b = header.bytes;
    byte[] name = header.name();
    boolean unix = b[3] == UNIX || b[3] == 8;
    long stamp = Binary.u32le(b, 8);
    long time = unix ? stamp : DosTime.seconds((int) (stamp >> 16), (int) stamp & 0xffff);
    int mode = unix ? Binary.u16le(b, 26) & 07777 : b[6] == DIRECTORY ? 0755 : 0644;
    String shown = Binary.text(name, 0, name.length);
    long size = Binary.u32le(b, 16);
    if (b[6] == DIRECTORY) {
      sink.entry(RawEntry.plain(name, EntryType.DIRECTORY, mode, time));
      return;
    }
    RawEntry raw = RawEntry.plain(name, EntryType.FILE, mode, time);
    if ((b[4] & ENCRYPTED) != 0) {
      sink.encrypted("arj: " + shown);
    } else if (b[5] == 0) {
      sink.file(raw, Body.of(data));
    } else if (b[5] >= 1 && b[5] <= 3) {
      sink.file(
          raw, Body.decoded(() -> new LzhDecoder(new SourceInputStream(data, 0), 17, 5, 15, size)));
    } else {
      sink.unsupported("arj: " + shown + " has method " + b[5]);
    }
  }
}
