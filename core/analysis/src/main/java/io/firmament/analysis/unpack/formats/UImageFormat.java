package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;

/// U-Boot legacy image, `include/image.h`: a header of 64 bytes with CRC-32 of itself and its data;
/// type 4 holds several parts.
final class UImageFormat implements Format {
  private static final int HEADER = 64;
  private static final int MULTI = 4;
  private static final List<String> COMPRESSIONS =
      List.of("none", "gzip", "bzip2", "lzma", "lzo", "lz4", "zstd");
  private static final Map<Integer, String> ARCHITECTURES =
      Map.ofEntries(
          Map.entry(2, "arm"),
          Map.entry(3, "x86"),
          Map.entry(5, "mips"),
          Map.entry(6, "mips64"),
          Map.entry(7, "powerpc"),
          Map.entry(9, "sh"),
          Map.entry(12, "m68k"),
          Map.entry(15, "nios2"),
          Map.entry(22, "arm64"),
          Map.entry(24, "x86_64"),
          Map.entry(25, "xtensa"),
          Map.entry(26, "riscv"));
  private static final Map<Integer, String> TYPES =
      Map.ofEntries(
          Map.entry(1, "standalone"),
          Map.entry(2, "kernel"),
          Map.entry(3, "ramdisk"),
          Map.entry(4, "multi"),
          Map.entry(5, "firmware"),
          Map.entry(6, "script"),
          Map.entry(7, "filesystem"),
          Map.entry(8, "flat_dt"));

  @Override
  public FormatCard card() {
    return new FormatCard(
        "uimage",
        "U-Boot legacy image",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(0, "27051956")),
        List.of(),
        List.of("vendor variants with another magic are not found"),
        List.of("U-Boot include/image.h"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, HEADER);
    if (head.length < HEADER) {
      return Optional.empty();
    }
    byte[] zeroed = head.clone();
    java.util.Arrays.fill(zeroed, 4, 8, (byte) 0);
    CRC32 crc = new CRC32();
    crc.update(zeroed);
    if (crc.getValue() != Binary.u32be(head, 4)) {
      return Optional.empty();
    }
    long size = Binary.u32be(head, 12);
    boolean whole = size <= source.size() - start - HEADER;
    ByteSource data = source.slice(start + HEADER, size);
    boolean dataFits = whole && Checksums.crc32(data) == Binary.u32be(head, 24);
    Map<String, String> meta = new HashMap<>();
    meta.put("name", Binary.text(head, 32, 32));
    meta.put("architecture", ARCHITECTURES.getOrDefault(head[29] & 0xff, "" + (head[29] & 0xff)));
    meta.put("type", TYPES.getOrDefault((int) head[30], "" + head[30]));
    meta.put("compression", head[31] >= 0 && head[31] < 7 ? COMPRESSIONS.get(head[31]) : "unknown");
    meta.put("load", Long.toHexString(Binary.u32be(head, 16)));
    meta.put("entry", Long.toHexString(Binary.u32be(head, 20)));
    meta.put("time", Long.toString(Binary.u32be(head, 8)));
    meta.put("dataCrc", dataFits ? "ok" : "wrong");
    long end = start + HEADER + data.size();
    return Optional.of(
        new Chunk(start, end, dataFits ? Confidence.HIGH : Confidence.MEDIUM, false, meta));
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    byte[] head = Binary.bytes(content, 0, HEADER);
    if (!"ok".equals(chunk.meta().get("dataCrc"))) {
      sink.corrupt("uimage: the checksum of the data is wrong");
    }
    ByteSource data = content.slice(HEADER, Binary.u32be(head, 12));
    if (head[30] == MULTI) {
      parts(data, sink);
      return;
    }
    sink.payload(TYPES.getOrDefault((int) head[30], "data"), Body.of(data));
    if (data.size() < Binary.u32be(head, 12)) {
      throw new io.firmament.analysis.unpack.io.TruncatedException("the data is cut off");
    }
  }

  /// A list of sizes that ends with 0, then the parts, each padded to four bytes.
  private static void parts(ByteSource data, Sink sink) throws IOException {
    int count = 0;
    while (Binary.u32be(data, 4L * count) != 0) {
      if (++count > 64) {
        throw new io.firmament.analysis.unpack.io.CorruptException("more than 64 parts");
      }
    }
    long at = 4L * (count + 1);
    for (int i = 0; i < count; i++) {
      long size = Binary.u32be(data, 4L * i);
      ByteSource part = data.slice(at, size);
      sink.part("part" + i, Body.of(part));
      if (part.size() < size) {
        throw new io.firmament.analysis.unpack.io.TruncatedException("part " + i + " is cut off");
      }
      at += (size + 3) / 4 * 4;
    }
  }
}
