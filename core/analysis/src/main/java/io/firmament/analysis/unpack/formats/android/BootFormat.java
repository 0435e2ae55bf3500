package io.firmament.analysis.unpack.formats.android;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Android boot image, header versions 0 to 4. Versions 0 to 2 have a digest of the parts as their
/// id, which is checked.
public final class BootFormat implements Format {
  private static final int OLD_HEADER = 1632;
  private static final int PAGE_3 = 4096;

  /// A part of the image.
  private record Part(String name, long offset, long size) {}

  /// What a header says.
  private record Layout(int version, int pageSize, List<Part> parts, long end, boolean plausible) {}

  @Override
  public FormatCard card() {
    return new FormatCard(
        "android-boot",
        "Android boot image",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.text(0, "ANDROID!")),
        List.of(),
        List.of("the signature of version 4 is kept, not verified"),
        List.of("AOSP system/tools/mkbootimg/include/bootimg/bootimg.h"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, OLD_HEADER + 28);
    if (head.length < OLD_HEADER + 28) {
      return Optional.empty();
    }
    Layout layout = layout(head);
    if (!layout.plausible) {
      return Optional.empty();
    }
    Map<String, String> meta = new TreeMap<>();
    meta.put("version", Integer.toString(layout.version));
    boolean three = layout.version >= 3;
    String commandLine =
        three
            ? Binary.text(head, 44, 1536)
            : Binary.text(head, 64, 512) + Binary.text(head, 608, 1024);
    meta.put("commandLine", commandLine);
    osVersion(Binary.u32le(head, three ? 16 : 44), meta);
    boolean verified = false;
    if (!three) {
      meta.put("name", Binary.text(head, 48, 16));
      verified = idFits(source.slice(start, layout.end), head, layout);
      meta.put("id", verified ? "ok" : "not of these parts");
    }
    return Chunk.sized(source, start, layout.end, verified, meta);
  }

  /// Version in 11 bits, patch level in 11 bits: a.b.c of 7 bits each, year after 2000 and month.
  static void osVersion(long field, Map<String, String> meta) {
    long version = field >> 11;
    if (field != 0) {
      meta.put("os", "%d.%d.%d".formatted(version >> 14, version >> 7 & 127, version & 127));
      meta.put("patchLevel", "%d-%02d".formatted(2000 + (field >> 4 & 127), field & 15));
    }
  }

  private static Layout layout(byte[] head) {
    long version = Binary.u32le(head, 40);
    if (version >= 3 && version <= 4) {
      long headerSize = Binary.u32le(head, 20);
      Cursor cursor = new Cursor(PAGE_3, PAGE_3);
      cursor.add("kernel", Binary.u32le(head, 8));
      cursor.add("ramdisk", Binary.u32le(head, 12));
      if (version == 4) {
        cursor.add("signature", Binary.u32le(head, 1580));
      }
      return cursor.layout((int) version, headerSize >= 1580 && headerSize <= PAGE_3);
    }
    long page = Binary.u32le(head, 36);
    if (Long.bitCount(page) != 1 || page < 512 || page > 1 << 20) {
      return new Layout(0, 0, List.of(), 0, false);
    }
    Cursor cursor = new Cursor((int) page, Math.max(page, OLD_HEADER + 31 & -page));
    cursor.add("kernel", Binary.u32le(head, 8));
    cursor.add("ramdisk", Binary.u32le(head, 16));
    cursor.add("second", Binary.u32le(head, 24));
    if (version == 1 || version == 2) {
      cursor.add("recovery-dtbo", Binary.u32le(head, 1632));
      if (version == 2) {
        cursor.add("dtb", Binary.u32le(head, 1648));
      }
      return cursor.layout((int) version, true);
    }
    // Before version 1 some devices had the size of a device tree table here.
    cursor.add("dtb", version);
    return cursor.layout(0, version < 1 << 26);
  }

  /// Puts parts one behind the other, each on a page of its own.
  private static final class Cursor {
    private final int page;
    private final List<Part> parts = new ArrayList<>();
    private long at;

    Cursor(int page, long first) {
      this.page = page;
      this.at = first;
    }

    void add(String name, long size) {
      parts.add(new Part(name, at, size));
      at += (size + page - 1) / page * page;
    }

    Layout layout(int version, boolean plausible) {
      return new Layout(
          version, page, parts, at, plausible && parts.getFirst().size + parts.get(1).size > 0);
    }
  }

  /// The id is the SHA-1 (SHA-256 with newer tools) of each part followed by its size; the later
  /// parts count from their header version on.
  private static boolean idFits(ByteSource image, byte[] head, Layout layout) {
    List<ByteSource> pieces = new ArrayList<>();
    for (Part part : layout.parts) {
      if (part.name.equals("dtb") && layout.version == 0 && part.size == 0) {
        continue;
      }
      pieces.add(image.slice(part.offset, part.size));
      pieces.add(
          io.firmament.analysis.unpack.io.HeapByteSource.of(
              new byte[] {
                (byte) part.size,
                (byte) (part.size >> 8),
                (byte) (part.size >> 16),
                (byte) (part.size >> 24)
              }));
    }
    for (String algorithm : List.of("SHA-1", "SHA-256")) {
      byte[] digest = Checksums.digest(algorithm, pieces.toArray(ByteSource[]::new));
      if (java.util.Arrays.equals(digest, 0, digest.length, head, 576, 576 + digest.length)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    for (Part part : layout(Binary.bytes(content, 0, OLD_HEADER + 28)).parts) {
      if (part.size == 0) {
        continue;
      }
      Body body = Body.of(content.slice(part.offset, part.size));
      if (part.name.equals("signature")) {
        sink.leaf(part.name, body);
      } else {
        sink.part(part.name, body);
      }
    }
    chunk.requireWhole();
  }
}
