package io.firmament.analysis.unpack.formats.uefi;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.Note;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.HeapByteSource;
import io.firmament.analysis.unpack.io.LimitException;
import io.firmament.analysis.unpack.io.LzhDecoder;
import io.firmament.analysis.unpack.io.SourceInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tukaani.xz.LZMAInputStream;

/// The sections of firmware files, Platform Initialization 1.7, volume 3, section 3.2.5. A file
/// becomes a directory with the name of its user interface section and its GUID.
final class Sections {
  private static final int COMPRESSION = 0x01;
  private static final int GUID_DEFINED = 0x02;
  private static final int DISPOSABLE = 0x03;
  private static final int USER_INTERFACE = 0x15;
  private static final int VOLUME_IMAGE = 0x17;
  private static final int FREEFORM = 0x18;
  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(0x10, "pe32.efi"),
          Map.entry(0x11, "pic.efi"),
          Map.entry(0x12, "te.efi"),
          Map.entry(0x13, "dxe-depex"),
          Map.entry(0x14, "version"),
          Map.entry(0x16, "compat16"),
          Map.entry(0x19, "raw"),
          Map.entry(0x1b, "pei-depex"),
          Map.entry(0x1c, "mm-depex"));
  private static final String LZMA = "EE4E5898-3914-4259-9D6E-DC7BD79403CF";
  private static final String LZMA_X86 = "D42AE6BD-1352-4BFB-909A-CA72A6EAE889";
  private static final String TIANO = "A31280AD-481E-41B6-95E8-127F4C984779";
  private static final String CRC32 = "FC1BCDB0-7D31-49AA-936A-A4600D9DD083";

  /// Files of these types hold no sections: RAW, and the sectionless types of vendors.
  private static final int RAW_FILE = 0x01;

  private static final int FIRST_OEM_TYPE = 0xc0;
  private static final int DEEPEST = 16;
  private static final int MOST_SECTIONS = 10_000;
  private static final int MOST_DECODED = 64 << 20;

  private final Sink sink;
  private long allowed;

  /// One leaf of a file.
  private record Leaf(int type, ByteSource body) {}

  /// @param volumeSize bounds what may be decoded in all
  Sections(Sink sink, long volumeSize) {
    this.sink = sink;
    this.allowed = 2L * MOST_DECODED + 64 * volumeSize;
  }

  void file(String guid, int type, ByteSource body) throws IOException {
    if (type == RAW_FILE || type >= FIRST_OEM_TYPE) {
      sink.file(entry(guid), Body.of(body));
      return;
    }
    List<Leaf> leaves = new ArrayList<>();
    try {
      collect(body, 0, leaves);
    } catch (LimitException e) {
      throw e;
    } catch (IOException e) {
      sink.corrupt("uefi-volume: " + guid + ": " + e.getMessage());
    }
    String name = "";
    for (Leaf leaf : leaves) {
      name = leaf.type == USER_INTERFACE && name.isEmpty() ? text(leaf.body) : name;
    }
    give(name.isEmpty() ? guid : name.replace('/', '_') + "-" + guid, leaves);
  }

  private void give(String folder, List<Leaf> leaves) throws IOException {
    sink.entry(
        RawEntry.plain(folder.getBytes(StandardCharsets.UTF_8), EntryType.DIRECTORY, 0755, 0));
    Map<String, Integer> used = new java.util.HashMap<>();
    for (Leaf leaf : leaves) {
      if (leaf.type == USER_INTERFACE) {
        continue;
      }
      boolean volume = leaf.type == VOLUME_IMAGE;
      String name =
          volume
              ? "volume"
              : NAMES.getOrDefault(leaf.type, "section-" + Integer.toHexString(leaf.type));
      int count = used.merge(name, 1, Integer::sum);
      String path = folder + "/" + (count == 1 ? name : name + "." + count);
      if (volume) {
        sink.part(
            new String(path.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1),
            Body.of(leaf.body));
      } else {
        sink.file(entry(path), Body.of(leaf.body));
      }
    }
  }

  private static RawEntry entry(String path) {
    return RawEntry.plain(path.getBytes(StandardCharsets.UTF_8), EntryType.FILE, 0644, 0);
  }

  /// UCS-2 up to the first zero.
  private static String text(ByteSource body) {
    byte[] bytes = Binary.upTo(body, 0, 256);
    String text = new String(bytes, 0, bytes.length / 2 * 2, StandardCharsets.UTF_16LE);
    int end = text.indexOf(0);
    return (end < 0 ? text : text.substring(0, end)).strip();
  }

  /// Each section is padded to four bytes.
  private void collect(ByteSource sections, int depth, List<Leaf> leaves) throws IOException {
    if (depth > DEEPEST) {
      throw new CorruptException("sections nested too deep");
    }
    long at = 0;
    while (at + 4 <= sections.size()) {
      if (leaves.size() >= MOST_SECTIONS) {
        throw new CorruptException("too many sections");
      }
      byte[] head = Binary.upTo(sections, at, 32);
      long size = Binary.u32le(head, 0) & 0xffffff;
      int header = 4;
      if (size == 0xffffff && head.length >= 8) {
        size = Binary.u32le(head, 4);
        header = 8;
      }
      if (size < header || size > sections.size() - at) {
        if (padding(sections, at)) {
          return;
        }
        throw new CorruptException("a section of " + size + " bytes at offset " + at);
      }
      section(head[3] & 0xff, header, sections.slice(at, size), depth, leaves);
      at = (at + size + 3) / 4 * 4;
    }
  }

  /// Files may be longer than their sections.
  private static boolean padding(ByteSource sections, long at) {
    byte[] rest = Binary.upTo(sections, at, 1 << 16);
    for (byte b : rest) {
      if (b != 0 && b != -1) {
        return false;
      }
    }
    return at > 0;
  }

  private void section(int type, int header, ByteSource section, int depth, List<Leaf> leaves)
      throws IOException {
    ByteSource body = section.slice(header, section.size() - header);
    switch (type) {
      case COMPRESSION -> {
        long size = Binary.u32le(body, 0);
        ByteSource data = body.slice(5, body.size() - 5);
        collect(Binary.u8(body, 4) == 0 ? data : efi(data, size), depth + 1, leaves);
      }
      case GUID_DEFINED -> {
        String guid = Guid.of(Binary.bytes(body, 0, 16), 0);
        int offset = Binary.u16le(body, 16);
        int attributes = Binary.u16le(body, 18);
        ByteSource data = section.slice(offset, section.size() - offset);
        guidDefined(guid, (attributes & 1) != 0, data, depth, leaves);
      }
      case DISPOSABLE -> collect(body, depth + 1, leaves);
      case FREEFORM -> leaves.add(new Leaf(0x19, body.slice(16, body.size() - 16)));
      default -> leaves.add(new Leaf(type, body));
    }
  }

  private void guidDefined(
      String guid, boolean needsDecoding, ByteSource data, int depth, List<Leaf> leaves)
      throws IOException {
    switch (guid) {
      case LZMA -> collect(lzma(data, false), depth + 1, leaves);
      case LZMA_X86 -> collect(lzma(data, true), depth + 1, leaves);
      case TIANO -> collect(tiano(data), depth + 1, leaves);
      default -> {
        if (needsDecoding && !guid.equals(CRC32)) {
          sink.unsupported("uefi-volume: sections encoded by " + guid);
          leaves.add(new Leaf(GUID_DEFINED, data));
        } else {
          collect(data, depth + 1, leaves);
        }
      }
    }
  }

  private ByteSource lzma(ByteSource data, boolean x86) throws IOException {
    long size = Binary.i64le(data, 5);
    if (Binary.u32le(data, 1) > sink.limits().codecMemory()) {
      throw new LimitException(Note.Limit.CODEC_MEMORY, "the dictionary of an LZMA section");
    }
    try (InputStream lzma = new LZMAInputStream(new SourceInputStream(data, 0));
        InputStream in = x86 ? X86Filter.open(lzma) : lzma) {
      return decoded(in, size);
    }
  }

  /// Compressed size, size, then the stream; UEFI's own algorithm or Tiano's, which differ in the
  /// width of positions. The stream does not tell which it is.
  private ByteSource efi(ByteSource data, long expected) throws IOException {
    long size = Binary.u32le(data, 4);
    if (size != expected) {
      throw new CorruptException("a compressed section of two sizes");
    }
    try {
      ByteSource sections = lzh(data, size, 4);
      if (plausible(sections)) {
        return sections;
      }
    } catch (CorruptException e) {
      // The other algorithm, then.
    }
    return lzh(data, size, 5);
  }

  private ByteSource tiano(ByteSource data) throws IOException {
    return lzh(data, Binary.u32le(data, 4), 5);
  }

  private ByteSource lzh(ByteSource data, long size, int positionBits) throws IOException {
    ByteSource stream = data.slice(8, Binary.u32le(data, 0));
    int codes = positionBits == 4 ? 14 : 20;
    try (InputStream in =
        new LzhDecoder(new SourceInputStream(stream, 0), codes, positionBits, codes - 1, size)) {
      return decoded(in, size);
    }
  }

  private static boolean plausible(ByteSource sections) throws IOException {
    long size = Binary.u32le(sections, 0) & 0xffffff;
    int type = Binary.u8(sections, 3);
    return size >= 4
        && size <= Math.max(sections.size(), 0xffffff)
        && (type <= DISPOSABLE || (type >= 0x10 && type <= 0x1c));
  }

  private ByteSource decoded(InputStream in, long size) throws IOException {
    if (size < 0 || size > MOST_DECODED || size > allowed) {
      throw new LimitException(Note.Limit.CODEC_MEMORY, "a section of " + size + " bytes");
    }
    allowed -= size;
    byte[] bytes = in.readNBytes((int) size);
    if (bytes.length < size) {
      throw new CorruptException("a compressed section is too short");
    }
    return HeapByteSource.of(bytes);
  }
}
