package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Firmware of D-Link's DNS-323 family of storage devices: four pairs of offset and length (kernel,
/// initial RAM disk, defaults, end), an XOR of the words of each, and a signature with the product.
final class Dns323Format implements Format {
  private static final List<String> PARTS = List.of("kernel", "initrd", "defaults");

  @Override
  public FormatCard card() {
    return new FormatCard(
        "dns323",
        "D-Link DNS-323 family firmware",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(48, "55aa 444e53333233")),
        List.of(),
        List.of("signatures of other families than DNS323 are not found"),
        List.of("observed in the Debian installer's images for these devices"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, 64);
    if (head.length < 64 || head[58] != 0x55 || (head[59] & 0xff) != 0xaa) {
      return Optional.empty();
    }
    long end = 64;
    boolean whole = true;
    boolean fits = true;
    for (int i = 0; i < PARTS.size(); i++) {
      long offset = Binary.u32le(head, 8 * i);
      long length = Binary.u32le(head, 8 * i + 4);
      ByteSource part = source.slice(start + offset, length);
      whole = whole && part.size() == length;
      fits = fits && Checksums.xor32(part) == Binary.u32le(head, 32 + 4 * i);
      end = Math.max(end, offset + part.size());
    }
    String product = java.util.HexFormat.of().formatHex(head, 60, 64);
    return Optional.of(
        new Chunk(
            start,
            Math.min(start + end, source.size()),
            fits ? Confidence.HIGH : whole ? Confidence.MEDIUM : Confidence.LOW,
            false,
            Map.of(
                "signature",
                Binary.text(head, 50, 8),
                "product",
                product,
                "checksums",
                fits ? "ok" : "wrong")));
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    if (!"ok".equals(chunk.meta().get("checksums"))) {
      sink.corrupt("dns323: a checksum is wrong");
    }
    for (int i = 0; i < PARTS.size(); i++) {
      long length = Binary.u32le(content, 8L * i + 4);
      if (length > 0) {
        ByteSource part = content.slice(Binary.u32le(content, 8L * i), length);
        sink.part(PARTS.get(i), Body.of(part));
      }
    }
  }
}
