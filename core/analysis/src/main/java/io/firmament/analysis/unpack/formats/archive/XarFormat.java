package io.firmament.analysis.unpack.formats.archive;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.Limits;
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
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.analysis.unpack.io.UnsupportedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.InflaterInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.LZMAInputStream;
import org.tukaani.xz.XZInputStream;

/// XAR archives, as macOS installers (pkg) are: a table of contents in compressed XML, then the
/// heap with everything that it names.
public final class XarFormat implements Format {
  private static final int HEADER = 28;
  private static final long MOST_TABLE = 16 << 20;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "xar",
        "XAR archive (macOS installer package)",
        FormatCard.Kind.TREE,
        List.of(Magic.text(0, "xar!")),
        List.of(),
        List.of(
            "signatures and the digests of contents are not verified",
            "extended attributes are left out"),
        List.of("https://github.com/mackyle/xar/wiki/xarformat"));
  }

  private record Header(int size, long packed, long plain, long algorithm) {}

  private static Header header(ByteSource source) throws IOException {
    byte[] b = Binary.bytes(source, 0, HEADER);
    Header header =
        new Header(
            Binary.u16be(b, 4), Binary.i64be(b, 8), Binary.i64be(b, 16), Binary.u32be(b, 24));
    boolean sound =
        Binary.u16be(b, 6) == 1
            && header.size >= HEADER
            && header.packed > 0
            && header.packed <= MOST_TABLE
            && header.plain > 0
            && header.plain <= MOST_TABLE;
    if (!sound) {
      throw new CorruptException("no XAR header");
    }
    return header;
  }

  private static XarTable table(ByteSource source, Header header) throws IOException {
    ByteSource packed = source.slice(header.size, header.packed);
    try (InputStream in = new InflaterInputStream(new SourceInputStream(packed, 0))) {
      byte[] xml = in.readNBytes((int) header.plain);
      if (xml.length < header.plain) {
        throw new CorruptException("a table that is shorter than it says");
      }
      return XarTable.read(xml);
    }
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      ByteSource archive = source.slice(start, source.size() - start);
      Header header = header(archive);
      XarTable table = table(archive, header);
      long heap = header.size + header.packed;
      String digest = header.algorithm == 1 ? "SHA-1" : header.algorithm == 2 ? "MD5" : "";
      boolean verified =
          !digest.isEmpty() && matches(archive, heap + table.digestAt(), digest, header);
      return Chunk.sized(
          source,
          start,
          heap + table.heapEnd(),
          verified,
          Map.of("files", Integer.toString(table.items().size())));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean matches(ByteSource archive, long at, String digest, Header header) {
    byte[] own = Checksums.digest(digest, archive.slice(header.size, header.packed));
    return Arrays.equals(own, Binary.upTo(archive, at, own.length));
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Header header = header(content);
    XarTable table = table(content, header);
    ByteSource heap =
        content.slice(header.size + header.packed, content.size() - header.size - header.packed);
    Map<String, byte[]> originals = new HashMap<>();
    for (XarTable.Item item : table.items()) {
      byte[] path = table.path(item).getBytes(StandardCharsets.UTF_8);
      switch (item.type()) {
        case "file" -> {
          originals.put(item.id(), path);
          sink.file(raw(item, path, EntryType.FILE), body(item, heap, sink.limits()));
        }
        case "directory" -> sink.entry(raw(item, path, EntryType.DIRECTORY));
        case "symlink" -> sink.entry(raw(item, path, EntryType.SYMLINK));
        case "fifo" -> sink.entry(raw(item, path, EntryType.FIFO));
        case "socket" -> sink.entry(raw(item, path, EntryType.SOCKET));
        case "hardlink" -> {
          byte[] original = originals.get(item.linked());
          if (original != null) {
            sink.hardLink(raw(item, path, EntryType.FILE), original);
          } else {
            originals.put(item.id(), path);
            sink.file(raw(item, path, EntryType.FILE), body(item, heap, sink.limits()));
          }
        }
        default -> sink.unsupported("xar: %s is a %s".formatted(item.name(), item.type()));
      }
    }
    chunk.requireWhole();
  }

  private static RawEntry raw(XarTable.Item item, byte[] path, EntryType type) {
    byte[] target =
        type == EntryType.SYMLINK ? item.link().getBytes(StandardCharsets.UTF_8) : new byte[0];
    return new RawEntry(
        path,
        type,
        item.mode() & 07777,
        item.uid(),
        item.gid(),
        item.mtime(),
        RawEntry.plain(path, type, 0, 0).rdev(),
        target,
        Map.of());
  }

  private static Body body(XarTable.Item item, ByteSource heap, Limits limits) {
    if (item.length() == 0) {
      return Body.decoded(InputStream::nullInputStream);
    }
    if (item.encoding().equals("application/octet-stream") || item.encoding().isEmpty()) {
      return Body.range(heap, item.offset(), item.length());
    }
    ByteSource packed = heap.slice(item.offset(), item.length());
    int memory = (int) Math.min(limits.codecMemory() >> 10, Integer.MAX_VALUE);
    return Body.decoded(
        () -> {
          SourceInputStream in = new SourceInputStream(packed, 0);
          return switch (item.encoding()) {
            case "application/x-gzip", "application/zlib" -> new InflaterInputStream(in);
            case "application/x-bzip2" -> new BZip2CompressorInputStream(in, true);
            case "application/x-xz" -> new XZInputStream(in, memory);
            case "application/x-lzma" ->
                Binary.u8(packed, 0) == 0xfd
                    ? new XZInputStream(in, memory)
                    : new LZMAInputStream(in, memory);
            default -> throw new UnsupportedException("encoding " + item.encoding());
          };
        });
  }
}
