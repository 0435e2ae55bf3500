package io.firmament.analysis.unpack.formats.sevenzip;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.Note;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CheckedContent;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LimitException;
import io.firmament.analysis.unpack.io.NoSum;
import io.firmament.analysis.unpack.io.UnsupportedException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;

/// 7z archives; both headers have a CRC-32.
public final class SevenZipFormat implements Format {
  private static final int HEADER = 32;
  private static final int UNIX_EXTENSION = 0x8000;
  private static final int DIRECTORY = 0x10;
  private static final long MOST_HEADER = 32 << 20;
  private static final int MOST_ENCODINGS = 4;

  private static final int END = 0;
  private static final int PLAIN_HEADER = 1;
  private static final int PROPERTIES = 2;
  private static final int FURTHER_STREAMS = 3;
  private static final int MAIN_STREAMS = 4;
  private static final int FILES = 5;
  private static final int ENCODED_HEADER = 23;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "7z",
        "7z archive (LZMA, LZMA2, PPMd, BZip2, Deflate, Deflate64, BCJ2 and the other filters)",
        FormatCard.Kind.TREE,
        List.of(Magic.hex(0, "377abcaf271c00")),
        List.of(),
        List.of("owners are not stored", "encrypted archives and volumes are not read"),
        List.of("7-Zip DOC/7zFormat.txt", "7-Zip DOC/Methods.txt", "LZMA SDK, Bcj2.c"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, HEADER);
    if (head.length < HEADER) {
      return Optional.empty();
    }
    long offset = Binary.i64le(head, 12);
    long size = Binary.i64le(head, 20);
    boolean right =
        Checksums.crc32(source.slice(start + 12, 20)) == Binary.u32le(head, 8)
            && offset >= 0
            && size > 0
            && offset < 1L << 48
            && size < 1L << 32;
    if (!right) {
      return Optional.empty();
    }
    boolean verified =
        Checksums.crc32(source.slice(start + HEADER + offset, size)) == Binary.u32le(head, 28);
    return Chunk.sized(source, start, HEADER + offset + size, verified, Map.of());
  }

  /// What the headers say.
  private record Archive(Streams streams, List<Files.Item> files) {}

  /// An archive whose header itself is encrypted.
  private static final class EncryptedHeaderException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    chunk.requireWhole();
    try {
      give(content, archive(content, sink), sink);
    } catch (EncryptedHeaderException e) {
      sink.encrypted("7z: the archive needs a password");
    }
  }

  private static Archive archive(ByteSource content, Sink sink) throws IOException {
    long offset = Binary.i64le(content, 12);
    long size = Binary.i64le(content, 20);
    byte[] header = Binary.bytes(content, HEADER + offset, headerSize(size));
    for (int i = 0; i < MOST_ENCODINGS; i++) {
      Fields in = new Fields(header);
      int id = in.u8();
      if (id == PLAIN_HEADER) {
        return plain(in);
      }
      if (id != ENCODED_HEADER) {
        break;
      }
      header = decoded(content, Streams.read(in), sink);
    }
    throw new CorruptException("no header");
  }

  private static int headerSize(long size) throws LimitException {
    if (size > MOST_HEADER) {
      throw new LimitException(Note.Limit.CODEC_MEMORY, "a header of %d bytes".formatted(size));
    }
    return (int) size;
  }

  private static byte[] decoded(ByteSource content, Streams streams, Sink sink) throws IOException {
    if (streams.folders().isEmpty()) {
      throw new CorruptException("no header");
    }
    Folder folder = streams.folders().getFirst();
    if (Decoders.encrypted(folder)) {
      throw new EncryptedHeaderException();
    }
    int size = headerSize(folder.size());
    try (InputStream in = open(content, streams, 0, 0, sink)) {
      return file(in, new Streams.Part(size, folder.sum())).readAllBytes();
    }
  }

  private static Archive plain(Fields in) throws IOException {
    Streams streams = Streams.NONE;
    List<Files.Item> files = List.of();
    for (int id = in.u8(); id != END; id = in.u8()) {
      switch (id) {
        case PROPERTIES -> {
          for (int property = in.u8(); property != END; property = in.u8()) {
            in.part(in.length());
          }
        }
        case FURTHER_STREAMS -> Streams.read(in);
        case MAIN_STREAMS -> streams = Streams.read(in);
        case FILES -> files = Files.read(in);
        default -> throw new CorruptException("property " + id + " of the header");
      }
    }
    return new Archive(streams, files);
  }

  /// Opens a folder.
  ///
  /// @param first number of its first packed stream
  private static InputStream open(
      ByteSource content, Streams streams, int number, int first, Sink sink) throws IOException {
    Folder folder = streams.folders().get(number);
    long at = HEADER + streams.position();
    List<ByteSource> packed = new ArrayList<>();
    for (int i = 0; i < first + folder.packedStreams(); i++) {
      if (i >= streams.packedSizes().size()) {
        throw new CorruptException("a folder without its packed streams");
      }
      long size = streams.packedSizes().get(i);
      if (i >= first) {
        packed.add(content.slice(at, size));
      }
      at += size;
      if (at < 0 || at > content.size()) {
        throw new CorruptException("packed streams behind the end");
      }
    }
    return new Decoders(folder, packed, sink.limits().codecMemory()).open();
  }

  /// Files without content come between those with content, which lie in the folders in order.
  private static void give(ByteSource content, Archive archive, Sink sink) throws IOException {
    Deque<Files.Item> items = new ArrayDeque<>(archive.files);
    int packed = 0;
    for (int i = 0; i < archive.streams.folders().size(); i++) {
      Folder folder = archive.streams.folders().get(i);
      List<Files.Item> own = new ArrayList<>();
      for (int part = 0; part < archive.streams.files().get(i).size(); part++) {
        withoutContent(items, sink);
        if (items.isEmpty()) {
          throw new CorruptException("more contents than files");
        }
        own.add(items.remove());
      }
      if (Decoders.encrypted(folder)) {
        sink.encrypted("7z: %d files need a password".formatted(own.size()));
      } else {
        folder(content, archive.streams, i, packed, own, sink);
      }
      packed += folder.packedStreams();
    }
    withoutContent(items, sink);
    if (!items.isEmpty()) {
      throw new CorruptException("%d files without content".formatted(items.size()));
    }
  }

  private static void withoutContent(Deque<Files.Item> items, Sink sink) throws LimitException {
    while (!items.isEmpty() && !items.peek().content()) {
      Files.Item item = items.remove();
      if (!item.anti()) {
        RawEntry raw = raw(item);
        if (raw.type() == EntryType.FILE) {
          sink.file(raw, Body.decoded(InputStream::nullInputStream));
        } else {
          sink.entry(raw);
        }
      }
    }
  }

  private static void folder(
      ByteSource content, Streams streams, int number, int first, List<Files.Item> items, Sink sink)
      throws IOException {
    List<Streams.Part> parts = streams.files().get(number);
    try (InputStream in = open(content, streams, number, first, sink)) {
      for (int i = 0; i < items.size(); i++) {
        Streams.Part part = parts.get(i);
        RawEntry raw = raw(items.get(i));
        CheckedContent file = file(in, part);
        if (raw.type() == EntryType.SYMLINK) {
          sink.entry(raw.linkTo(file.readNBytes(sink.limits().nameBytes())));
        } else if (raw.type() == EntryType.FILE) {
          sink.file(raw, Body.decoded(() -> file));
        } else {
          sink.entry(raw);
        }
        if (file.left() > 0) {
          throw new CorruptException(
              "%d files behind damage are left out".formatted(items.size() - i - 1));
        }
      }
    } catch (UnsupportedException e) {
      sink.unsupported("7z: %s; %d files are left out".formatted(e.getMessage(), items.size()));
    }
  }

  private static CheckedContent file(InputStream in, Streams.Part part) {
    return part.sum() < 0
        ? new CheckedContent(in, part.size(), new NoSum(), 0)
        : new CheckedContent(in, part.size(), new CRC32(), part.sum());
  }

  /// Unix tools put the mode into the upper half of the Windows attributes.
  private static RawEntry raw(Files.Item item) {
    int attributes = (int) item.attributes();
    boolean unix = (attributes & UNIX_EXTENSION) != 0;
    int mode = attributes >>> 16;
    boolean directory = item.directory() || (!unix && (attributes & DIRECTORY) != 0);
    EntryType type = directory ? EntryType.DIRECTORY : unix ? RawEntry.type(mode) : EntryType.FILE;
    int permissions = unix ? mode & 07777 : type == EntryType.DIRECTORY ? 0755 : 0644;
    return RawEntry.plain(item.name(), type, permissions, item.modified());
  }
}
