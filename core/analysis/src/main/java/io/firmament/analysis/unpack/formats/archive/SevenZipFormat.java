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
import io.firmament.analysis.unpack.io.SourceChannel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.PasswordRequiredException;
import org.apache.commons.compress.archivers.sevenz.SevenZArchiveEntry;
import org.apache.commons.compress.archivers.sevenz.SevenZFile;

/// 7z archives; both headers have a CRC-32.
public final class SevenZipFormat implements Format {
  private static final int HEADER = 32;
  private static final int UNIX_EXTENSION = 0x8000;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "7z",
        "7z archive",
        FormatCard.Kind.TREE,
        List.of(Magic.hex(0, "377abcaf271c00")),
        List.of(),
        List.of("owners are not stored", "PPMd and BCJ2 are not decoded"),
        List.of("7-Zip DOC/7zFormat.txt"));
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

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    chunk.requireWhole();
    // A decoder needs somewhat more than its dictionary.
    long memory = (sink.limits().codecMemory() >> 10) + (16 << 10);
    try (SevenZFile archive =
        SevenZFile.builder()
            .setSeekableByteChannel(new SourceChannel(content))
            .setMaxMemoryLimitKiB((int) Math.min(memory, Integer.MAX_VALUE))
            .get()) {
      for (SevenZArchiveEntry entry = archive.getNextEntry();
          entry != null;
          entry = archive.getNextEntry()) {
        give(archive, entry, sink);
      }
    } catch (PasswordRequiredException e) {
      sink.encrypted("7z: the archive needs a password");
    }
  }

  /// Unix tools put the mode into the upper half of the Windows attributes.
  private static void give(SevenZFile archive, SevenZArchiveEntry entry, Sink sink)
      throws IOException {
    int attributes = entry.getHasWindowsAttributes() ? entry.getWindowsAttributes() : 0;
    boolean unix = (attributes & UNIX_EXTENSION) != 0;
    int mode = attributes >>> 16;
    EntryType type =
        entry.isDirectory() ? EntryType.DIRECTORY : unix ? RawEntry.type(mode) : EntryType.FILE;
    long time = entry.getHasLastModifiedDate() ? entry.getLastModifiedTime().toMillis() / 1000 : 0;
    int permissions = unix ? mode & 07777 : type == EntryType.DIRECTORY ? 0755 : 0644;
    String name = entry.getName() == null ? "" : entry.getName();
    RawEntry raw = RawEntry.plain(name.getBytes(StandardCharsets.UTF_8), type, permissions, time);
    if (type == EntryType.SYMLINK) {
      InputStream target = archive.getInputStream(entry);
      sink.entry(
          new RawEntry(
              raw.name(),
              type,
              permissions,
              0,
              0,
              time,
              raw.rdev(),
              target.readNBytes(4096),
              Map.of()));
    } else if (type == EntryType.FILE) {
      sink.file(raw, Body.decoded(() -> archive.getInputStream(entry)));
    } else {
      sink.entry(raw);
    }
  }
}
