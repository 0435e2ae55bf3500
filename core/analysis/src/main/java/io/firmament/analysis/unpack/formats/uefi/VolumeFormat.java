package io.firmament.analysis.unpack.formats.uefi;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// UEFI firmware volume with the firmware file system, versions 2 and 3: files of sections, which
/// may be compressed and may hold volumes again.
public final class VolumeFormat implements Format {
  static final String FFS_2 = "8C8CE578-8A3D-4F1C-9935-896185C32DD3";
  static final String FFS_3 = "5473C07A-3DCB-4DCA-BD6F-1E9689E7349A";
  private static final int HEADER = 56;
  private static final int FILE_HEADER = 24;
  private static final int LARGE_FILE_HEADER = 32;
  private static final int PAD = 0xf0;
  private static final int MOST_FILES = 100_000;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "uefi-volume",
        "UEFI firmware volume",
        FormatCard.Kind.TREE,
        List.of(Magic.text(40, "_FVH")),
        List.of(),
        List.of(
            "sections compressed with Brotli are kept compressed",
            "volumes of other file systems are searched, not read",
            "checksums of files are not verified"),
        List.of("UEFI Platform Initialization 1.7, volume 3: Shared Architectural Elements"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, 1 << 10);
    if (head.length < HEADER + 16) {
      return Optional.empty();
    }
    int headerLength = Binary.u16le(head, 48);
    long length = Binary.i64le(head, 32);
    if (headerLength < HEADER + 16
        || headerLength > head.length
        || headerLength % 2 != 0
        || length <= headerLength
        || length > 1L << 32) {
      return Optional.empty();
    }
    int sum = 0;
    for (int i = 0; i < headerLength; i += 2) {
      sum += Binary.u16le(head, i);
    }
    if ((sum & 0xffff) != 0) {
      return Optional.empty();
    }
    return Chunk.sized(
        source,
        start,
        length,
        true,
        Map.of(
            "fileSystem",
            Guid.of(head, 16),
            "revision",
            Integer.toString(head[55]),
            "attributes",
            Long.toHexString(Binary.u32le(head, 44))));
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    byte[] head = Binary.bytes(content, 0, HEADER);
    long at = Binary.u16le(head, 48);
    String fileSystem = Guid.of(head, 16);
    if (!fileSystem.equals(FFS_2) && !fileSystem.equals(FFS_3)) {
      sink.payload("volume", Body.of(content.slice(at, content.size() - at)));
      chunk.requireWhole();
      return;
    }
    int extended = Binary.u16le(head, 52);
    if (extended != 0) {
      at = extended + Binary.u32le(content, extended + 16L);
    }
    boolean erasedIsOne = (Binary.u32le(head, 44) & 0x800) != 0;
    Sections sections = new Sections(sink, content.size());
    for (int i = 0; i < MOST_FILES; i++) {
      at = (at + 7) / 8 * 8;
      byte[] header = Binary.upTo(content, at, LARGE_FILE_HEADER);
      if (header.length < FILE_HEADER || isErased(header, erasedIsOne)) {
        break;
      }
      at += file(content, at, header, sections);
    }
    chunk.requireWhole();
  }

  private static boolean isErased(byte[] header, boolean one) {
    for (int i = 0; i < FILE_HEADER; i++) {
      if (header[i] != (one ? -1 : 0)) {
        return false;
      }
    }
    return true;
  }

  /// EFI_FFS_FILE_HEADER: name 16, checksums 2, type 1, attributes 1, size 3, state 1; with the
  /// attribute 1 a size of 8 bytes follows. Gives the size.
  private static long file(ByteSource content, long at, byte[] header, Sections sections)
      throws IOException {
    int type = header[18] & 0xff;
    boolean large = (header[19] & 1) != 0 && header.length == LARGE_FILE_HEADER;
    int headerSize = large ? LARGE_FILE_HEADER : FILE_HEADER;
    long size = large ? Binary.i64le(header, 24) : Binary.u32le(header, 20) & 0xffffff;
    if (!headerFits(header, headerSize) || size < headerSize || size > content.size() - at) {
      throw new io.firmament.analysis.unpack.io.CorruptException("no file header at offset " + at);
    }
    if (type != PAD && size > headerSize) {
      String guid = Guid.of(header, 0);
      ByteSource body = content.slice(at + headerSize, size - headerSize);
      sections.file(guid, type, body);
    }
    return size;
  }

  /// The sum of the header's bytes is 0 where state and the checksum of the data count as 0.
  private static boolean headerFits(byte[] header, int size) {
    int sum = 0;
    for (int i = 0; i < size; i++) {
      sum += i == 17 || i == 23 ? 0 : header[i];
    }
    return (sum & 0xff) == 0;
  }
}
