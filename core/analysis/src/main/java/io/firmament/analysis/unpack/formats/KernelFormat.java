package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Linux kernel images that unpack themselves: ARM zImage and x86 bzImage; the compressed kernel is
/// given as `vmlinux`. An uncompressed arm64 Image is kept as `vmlinux`.
final class KernelFormat implements Format {
  private static final int MAX_STUB = 1 << 20;
  private final List<Format> codecs =
      List.of(
          new XzFormat(),
          new GzipFormat(),
          new LzmaFormat(),
          new Lz4Format(),
          new ZstdFormat(),
          new Bzip2Format(),
          new LzopFormat());

  @Override
  public FormatCard card() {
    return new FormatCard(
        "kernel",
        "Linux kernel image (zImage, bzImage, arm64 Image)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(0x24, "18286f01"), Magic.text(0x202, "HdrS"), Magic.text(56, "ARMd")),
        List.of(),
        List.of(),
        List.of(
            "Linux Documentation/arch/x86/boot.rst",
            "Linux Documentation/arch/arm64/booting.rst",
            "Linux arch/arm/boot/compressed/head.S"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      if (Binary.u32le(source, start + 0x24) == 0x016f2818L) {
        return zImage(source, start);
      }
      if (Binary.u32be(source, start + 56) == 0x41524d64L) {
        return arm64(source, start);
      }
      return bzImage(source, start);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// Words at 0x28 and 0x2c: start and end address; their difference is the size of the image.
  private static Optional<Chunk> zImage(ByteSource source, long start) throws IOException {
    long from = Binary.u32le(source, start + 0x28);
    long to = Binary.u32le(source, start + 0x2c);
    long size = to - from;
    if (size < 0x40) {
      return Optional.empty();
    }
    return chunk(source, start, size, Map.of("image", "zImage", "architecture", "arm"));
  }

  /// text_offset at 8, image_size at 16 (with BSS, which is not in the file), flags at 24. Where
  /// there is an EFI stub, the sections of its PE header tell the size of the file.
  private static Optional<Chunk> arm64(ByteSource source, long start) throws IOException {
    long size = Binary.i64le(source, start + 16);
    if (size < 64 || size > 1L << 32) {
      return Optional.empty();
    }
    Map<String, String> meta = Map.of("image", "Image", "architecture", "arm64");
    long file = peSize(source, start);
    return chunk(source, start, file > 0 ? file : Math.min(size, source.size() - start), meta);
  }

  /// Microsoft PE format: the header's offset at 0x3c, then 24 bytes with the number of sections
  /// and the size of the optional header; a section has size and offset of its data at 16 and 20.
  /// Gives 0 where there is no such header.
  private static long peSize(ByteSource source, long start) throws IOException {
    long header = start + Binary.u32le(source, start + 0x3c);
    if (Binary.u16le(source, start) != 0x5a4d
        || !Binary.matches(source, header, new byte[] {'P', 'E', 0, 0})) {
      return 0;
    }
    int sections = Math.min(Binary.u16le(source, header + 6), 96);
    long table = header + 24 + Binary.u16le(source, header + 20);
    long end = 0;
    for (int i = 0; i < sections; i++) {
      long size = Binary.u32le(source, table + 40L * i + 16);
      long offset = Binary.u32le(source, table + 40L * i + 20);
      end = Math.max(end, offset + size);
    }
    return end;
  }

  /// Section "The Real-Mode Kernel Header": setup_sects at 0x1f1, syssize (16-byte units) at 0x1f4,
  /// version at 0x206, kernel_version at 0x20e.
  private static Optional<Chunk> bzImage(ByteSource source, long start) throws IOException {
    if (Binary.u16le(source, start + 0x1fe) != 0xaa55
        || Binary.u16le(source, start + 0x206) < 0x200) {
      return Optional.empty();
    }
    int sectors = Binary.u8(source, start + 0x1f1);
    long size = (sectors == 0 ? 5 : sectors + 1) * 512L + Binary.u32le(source, start + 0x1f4) * 16;
    Map<String, String> meta = new HashMap<>(Map.of("image", "bzImage", "architecture", "x86"));
    int version = Binary.u16le(source, start + 0x20e);
    if (version != 0) {
      byte[] text = Binary.upTo(source, start + 0x200 + version, 128);
      meta.put("version", Binary.text(text, 0, text.length));
    }
    return chunk(source, start, size, meta);
  }

  private static Optional<Chunk> chunk(
      ByteSource source, long start, long size, Map<String, String> meta) {
    boolean whole = size <= source.size() - start;
    long end = whole ? start + size : source.size();
    return Optional.of(
        new Chunk(start, end, whole ? Confidence.MEDIUM : Confidence.LOW, false, meta));
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    if ("Image".equals(chunk.meta().get("image"))) {
      sink.searched("vmlinux", Body.of(content));
      whole(chunk);
      return;
    }
    Optional<ByteSource> payload = compressed(content);
    if (payload.isEmpty()) {
      sink.unsupported("kernel: no compressed kernel was found in it");
      sink.leaf("vmlinuz", Body.of(content));
      return;
    }
    sink.payload("vmlinux", Body.of(payload.get()));
    whole(chunk);
  }

  private static void whole(Chunk chunk) throws IOException {
    if (chunk.confidence() == Confidence.LOW) {
      throw new io.firmament.analysis.unpack.io.TruncatedException("the kernel image is cut off");
    }
  }

  /// The first stream of a known codec behind the unpacking code; the largest of several, because
  /// that code holds the codecs' magics as constants.
  private Optional<ByteSource> compressed(ByteSource content) {
    Chunk best = null;
    byte[] head = Binary.upTo(content, 0, MAX_STUB);
    for (int at = 64; at + 6 < head.length; at++) {
      for (Format codec : codecs) {
        if (!matches(codec, head, at)) {
          continue;
        }
        Optional<Chunk> found = codec.probe(content, at);
        if (found.isPresent()
            && (best == null || found.get().length() > best.length())
            && found.get().confidence() != Confidence.LOW) {
          best = found.get();
        }
      }
      if (best != null && best.length() > content.size() / 2) {
        break;
      }
    }
    return best == null
        ? Optional.empty()
        : Optional.of(content.slice(best.start(), best.length()));
  }

  private static boolean matches(Format codec, byte[] head, int at) {
    for (Magic magic : codec.card().magics()) {
      byte[] bytes = magic.bytes();
      if (at + bytes.length <= head.length
          && java.util.Arrays.equals(bytes, 0, bytes.length, head, at, at + bytes.length)) {
        return true;
      }
    }
    return false;
  }
}
