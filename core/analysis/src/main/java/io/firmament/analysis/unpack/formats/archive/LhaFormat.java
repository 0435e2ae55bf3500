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
import io.firmament.analysis.unpack.io.AdaptiveLzhDecoder;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CheckedContent;
import io.firmament.analysis.unpack.io.Crc16;
import io.firmament.analysis.unpack.io.LzhDecoder;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.analysis.unpack.io.TruncatedException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// LHA archives: files with a header each, and a byte of zero behind the last.
public final class LhaFormat implements Format {
  private static final List<String> METHODS =
      List.of("lh0", "lh1", "lh4", "lh5", "lh6", "lh7", "lhd", "lh2", "lh3", "lzs", "lz4", "lz5");

  @Override
  public FormatCard card() {
    return new FormatCard(
        "lha",
        "LHA archive (lh0, lh1, lh4 to lh7; headers of level 0 to 3)",
        FormatCard.Kind.TREE,
        METHODS.stream().map(method -> Magic.text(2, "-" + method + "-")).toList(),
        List.of(),
        List.of("lh2, lh3, lzs and lz5 are not decoded", "names are kept in their own encoding"),
        List.of("LHA for UNIX, header.doc.md", "LHA for UNIX, lharc.h"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    long at = start;
    int files = 0;
    boolean verified = true;
    try {
      while (at < source.size() && Binary.u8(source, at) != 0) {
        LhaHeader header = LhaHeader.read(source, at);
        verified &= header.verified();
        files++;
        at = header.end();
      }
      at = Math.min(at, Long.MAX_VALUE - 1) + 1;
    } catch (IOException e) {
      if (files == 0) {
        return Optional.empty();
      }
    }
    Map<String, String> meta = Map.of("files", Integer.toString(files));
    // The byte of zero is missing where the archive was put together by hand.
    boolean open = at == source.size() + 1;
    return files == 0
        ? Optional.empty()
        : Chunk.sized(source, start, (open ? at - 1 : at) - start, verified && !open, meta);
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    long at = 0;
    while (at < content.size() && Binary.u8(content, at) != 0) {
      LhaHeader header = LhaHeader.read(content, at);
      give(content, header, sink);
      at = header.end();
    }
    if (at >= content.size()) {
      throw new TruncatedException("there is no end mark");
    }
  }

  /// A link is a directory by its method, with the target behind a bar in its name.
  private static void give(ByteSource content, LhaHeader header, Sink sink) throws IOException {
    boolean folder = header.method().equals("lhd");
    EntryType type =
        header.mode() >= 0 && folder
            ? RawEntry.type(header.mode())
            : folder ? EntryType.DIRECTORY : EntryType.FILE;
    int mode =
        header.mode() >= 0 ? header.mode() & 07777 : type == EntryType.DIRECTORY ? 0755 : 0644;
    byte[] name = header.name();
    byte[] target = {};
    if (type == EntryType.SYMLINK) {
      int bar = 0;
      while (bar < name.length && name[bar] != '|') {
        bar++;
      }
      target = Arrays.copyOfRange(name, Math.min(bar + 1, name.length), name.length);
      name = Arrays.copyOf(name, bar);
    }
    RawEntry raw =
        new RawEntry(
            name,
            type == EntryType.FILE && folder ? EntryType.DIRECTORY : type,
            mode,
            header.uid(),
            header.gid(),
            header.mtime(),
            RawEntry.plain(name, type, mode, 0).rdev(),
            target,
            Map.of());
    if (raw.type() != EntryType.FILE) {
      sink.entry(raw);
      return;
    }
    ByteSource data = content.slice(header.data(), header.compressed());
    Body.Opener opener = opener(header, data);
    if (opener == null) {
      sink.unsupported(
          "lha: %s has method %s".formatted(Binary.text(name, 0, name.length), header.method()));
      return;
    }
    sink.file(
        raw,
        Body.decoded(
            () -> new CheckedContent(opener.open(), header.size(), new Crc16(), header.sum())));
  }

  private static Body.@org.jspecify.annotations.Nullable Opener opener(
      LhaHeader header, ByteSource data) {
    long size = header.size();
    return switch (header.method()) {
      case "lh0", "lz4" -> () -> in(data);
      case "lh1" -> () -> new AdaptiveLzhDecoder(in(data), size);
      case "lh4" -> () -> new LzhDecoder(in(data), 14, 4, 12, size);
      case "lh5" -> () -> new LzhDecoder(in(data), 14, 4, 13, size);
      case "lh6" -> () -> new LzhDecoder(in(data), 16, 5, 15, size);
      case "lh7" -> () -> new LzhDecoder(in(data), 17, 5, 16, size);
      default -> null;
    };
  }

  private static InputStream in(ByteSource data) {
    return new SourceInputStream(data, 0);
  }
}
