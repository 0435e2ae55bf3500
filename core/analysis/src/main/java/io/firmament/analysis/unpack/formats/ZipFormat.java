package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.mcu.NordicPackage;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CheckedContent;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LimitException;
import io.firmament.analysis.unpack.io.SourceChannel;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.analysis.unpack.io.WorkMeter;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.X5455_ExtendedTimestamp;
import org.apache.commons.compress.archivers.zip.X7875_NewUnix;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.archivers.zip.ZipShort;

/// ZIP archives (also jar, apk, and update packages), by their central directory; without one, by
/// their local headers.
final class ZipFormat implements Format {
  private static final long CENTRAL = 0x02014b50L;
  private static final ZipShort OWNER = new ZipShort(0x7875);
  private static final ZipShort TIME = new ZipShort(0x5455);

  @Override
  public FormatCard card() {
    return new FormatCard(
        "zip",
        "ZIP archive",
        FormatCard.Kind.TREE,
        List.of(Magic.hex(0, "504b0304")),
        List.of(".zip"),
        List.of(
            "encrypted members are reported, not read",
            "split archives are not read",
            "tokenized, TERSE, WavPack and JPEG members are reported, not read",
            "members of methods 1 to 6 were tried on archives made from the description, not on old"
                + " ones",
            "without a directory, members of the methods 2 to 5, 14, 93, 95 and 98 are reported,"
                + " not read"),
        List.of(
            "PKWARE APPNOTE.TXT 6.3.10",
            "Nordic Semiconductor, nRF5 SDK 17, DFU init packet (dfu-cc.proto), for update"
                + " packages"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, 30);
    if (head.length < 30 || head[4] > 63 || Binary.u16le(head, 26) == 0 || head[5] > 20) {
      return Optional.empty();
    }
    boolean encrypted = (head[6] & 1) != 0;
    // A self-extracting archive may count its offsets from the start of the program before it.
    for (long base : start == 0 ? new long[] {0} : new long[] {start, 0}) {
      long end = endOfDirectory(source, start, base);
      if (end > 0) {
        Map<String, String> meta = new TreeMap<>();
        if (base != start) {
          meta.put("offsetsBefore", Long.toString(start));
        } else {
          meta.putAll(packageFacts(source.slice(start, end - start)));
        }
        return Optional.of(new Chunk(start, end, Confidence.HIGH, encrypted, meta));
      }
    }
    return start == 0
        ? Optional.of(
            new Chunk(
                start, source.size(), Confidence.LOW, encrypted, Map.of("directory", "missing")))
        : Optional.empty();
  }

  /// What the manifest of an update package says, where the archive is one.
  private static Map<String, String> packageFacts(ByteSource archive) {
    if (!NordicPackage.mayBe(archive)) {
      return Map.of();
    }
    try (ZipFile zip = open(archive)) {
      return NordicPackage.facts(
          name -> {
            byte[] bytes = member(zip, name);
            WorkMeter.decoded(archive, bytes.length);
            return bytes;
          });
    } catch (IOException e) {
      return Map.of();
    }
  }

  private static byte[] member(ZipFile zip, String name) throws IOException {
    ZipArchiveEntry entry = zip.getEntry(name);
    if (entry == null || !zip.canReadEntryData(entry)) {
      throw new CorruptException("no member " + name);
    }
    try (InputStream in = zip.getInputStream(entry)) {
      return in.readNBytes(NordicPackage.LARGEST_IMAGE);
    }
  }

  /// Section 4.3.16: finds the end record whose central directory lies where it says, counted from
  /// a base. Gives -1 where there is none.
  private static long endOfDirectory(ByteSource source, long start, long origin) {
    byte[] buffer = new byte[(1 << 16) + 22];
    for (long base = start; base < source.size(); base += 1 << 16) {
      int filled = source.read(base, buffer, 0, buffer.length);
      for (int i = 0; i < 1 << 16 && i + 22 <= filled; i++) {
        if (buffer[i] == 'P' && buffer[i + 1] == 'K' && buffer[i + 2] == 5 && buffer[i + 3] == 6) {
          long end = base + i + 22 + Binary.u16le(buffer, i + 20);
          long size = Binary.u32le(buffer, i + 12);
          long offset = Binary.u32le(buffer, i + 16);
          boolean zip64 = offset == 0xffffffffL || Binary.u16le(buffer, i + 10) == 0xffff;
          if (end <= source.size()
              && (zip64
                  ? origin == start && base + i - 20 >= start
                  : isCentral(source, origin, offset, size, base + i))) {
            return end;
          }
        }
      }
    }
    return -1;
  }

  private static boolean isCentral(
      ByteSource source, long start, long offset, long size, long end) {
    byte[] magic = Binary.upTo(source, start + offset, 4);
    return start + offset + size == end
        && (size == 0 || (magic.length == 4 && Binary.u32le(magic, 0) == CENTRAL));
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    if (chunk.meta().containsKey("directory")) {
      byLocalHeaders(content, sink);
      return;
    }
    String before = chunk.meta().getOrDefault("offsetsBefore", "0");
    ZipMethods methods = new ZipMethods(sink.limits().codecMemory());
    try (ZipFile zip = open(new Preceded(Long.parseLong(before), content))) {
      for (ZipArchiveEntry entry : Collections.list(zip.getEntriesInPhysicalOrder())) {
        RawEntry raw = raw(entry, new byte[0]);
        if (entry.getGeneralPurposeBit().usesEncryption()) {
          sink.encrypted(locked(entry));
        } else if (!canRead(zip, entry)) {
          sink.unsupported(entry.getName() + " uses method " + entry.getMethod());
        } else if (raw.type() == EntryType.SYMLINK) {
          try (InputStream in = content(zip, entry, methods)) {
            sink.entry(raw(entry, in.readNBytes(sink.limits().nameBytes())));
          }
        } else if (raw.type() == EntryType.FILE) {
          sink.file(raw, Body.decoded(() -> content(zip, entry, methods)));
        } else {
          sink.entry(raw);
        }
      }
    }
  }

  private static String locked(ZipArchiveEntry entry) {
    return "%s needs a password (%s)".formatted(entry.getName(), ZipMethods.encryption(entry));
  }

  private static boolean canRead(ZipFile zip, ZipArchiveEntry entry) {
    return ZipMethods.decodes(entry.getMethod()) || zip.canReadEntryData(entry);
  }

  /// The content, which fails at its end where its checksum is another.
  private static InputStream content(ZipFile zip, ZipArchiveEntry entry, ZipMethods methods)
      throws IOException {
    InputStream in =
        ZipMethods.decodes(entry.getMethod())
            ? methods.open(entry, zip.getRawInputStream(entry))
            : zip.getInputStream(entry);
    return entry.getCrc() == ZipArchiveEntry.CRC_UNKNOWN || entry.getSize() <= 0
        ? in
        : new CheckedContent(in, entry.getSize(), new CRC32(), entry.getCrc());
  }

  /// Bytes behind so many others that are not there.
  private record Preceded(long before, ByteSource content) implements ByteSource {
    @Override
    public long size() {
      return before + content.size();
    }

    @Override
    public int read(long offset, byte[] into, int at, int length) {
      if (offset >= before) {
        return content.read(offset - before, into, at, length);
      }
      int n = (int) Math.min(length, before - offset);
      java.util.Arrays.fill(into, at, at + n, (byte) 0);
      return n;
    }

    @Override
    public ByteSource slice(long offset, long length) {
      return offset >= before
          ? content.slice(offset - before, length)
          : new Preceded(before - offset, content.slice(0, Math.max(0, length - before + offset)));
    }
  }

  /// The local headers have the owners; where one is damaged, the directory alone must do.
  private static ZipFile open(ByteSource content) throws IOException {
    ZipFile.Builder builder =
        ZipFile.builder()
            .setSeekableByteChannel(new SourceChannel(content))
            .setCharset(StandardCharsets.UTF_8);
    try {
      return builder.get();
    } catch (IOException e) {
      return builder
          .setSeekableByteChannel(new SourceChannel(content))
          .setIgnoreLocalFileHeader(true)
          .get();
    }
  }

  private static void byLocalHeaders(ByteSource content, Sink sink) throws IOException {
    SourceInputStream in = new SourceInputStream(content, 0);
    try (ZipArchiveInputStream zip = new ZipArchiveInputStream(in, "UTF-8", true, true)) {
      for (ZipArchiveEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getGeneralPurposeBit().usesEncryption()) {
          sink.encrypted(locked(entry));
        } else if (ZipMethods.decodes(entry.getMethod()) || !zip.canReadEntryData(entry)) {
          sink.unsupported(entry.getName() + " uses method " + entry.getMethod());
        } else if (entry.isDirectory()) {
          sink.entry(raw(entry, new byte[0]));
        } else {
          sink.file(raw(entry, new byte[0]), Body.decoded(() -> new Unclosed(zip)));
        }
      }
    } catch (IOException e) {
      throw atTheEnd(in, content, e);
    }
    throw new TruncatedException("no central directory");
  }

  /// What a reader that hit the end of the data says of it, as what it is.
  private static IOException atTheEnd(SourceInputStream in, ByteSource content, IOException e) {
    boolean end = in.position() >= content.size();
    return end && !(e instanceof LimitException)
        ? new TruncatedException("the archive is cut off")
        : e;
  }

  /// A member of an archive that is read on afterwards.
  private static final class Unclosed extends java.io.FilterInputStream {
    Unclosed(InputStream in) {
      super(in);
    }

    @Override
    public void close() {}
  }

  /// DOS time has no zone, so that it is no point in time; only the extended time stamp counts.
  private static long time(ZipArchiveEntry entry) {
    return entry.getExtraField(TIME) instanceof X5455_ExtendedTimestamp stamp
            && stamp.getModifyTime() != null
        ? stamp.getModifyTime().getIntValue()
        : 0;
  }

  /// The upper half of the external attributes is a Unix mode where the maker was Unix (4.4.2.2).
  private static RawEntry raw(ZipArchiveEntry entry, byte[] target) {
    int mode = entry.getUnixMode();
    EntryType type =
        entry.isDirectory()
            ? EntryType.DIRECTORY
            : (mode & 0170000) == 0 ? EntryType.FILE : RawEntry.type(mode);
    int permissions = mode != 0 ? mode & 07777 : type == EntryType.DIRECTORY ? 0755 : 0644;
    byte[] name = entry.getRawName();
    long uid = 0;
    long gid = 0;
    if (entry.getExtraField(OWNER) instanceof X7875_NewUnix owner
        && entry.getLocalFileDataExtra().length > 0) {
      uid = owner.getUID();
      gid = owner.getGID();
    }
    return new RawEntry(
        name == null ? entry.getName().getBytes(StandardCharsets.UTF_8) : name,
        type,
        permissions,
        uid,
        gid,
        time(entry),
        DeviceNumber.NONE,
        target,
        Map.of());
  }
}
