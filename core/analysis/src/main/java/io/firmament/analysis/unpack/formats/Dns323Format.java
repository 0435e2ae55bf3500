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

/// Firmware of D-Link's DNS-323 family of storage devices: pairs of offset and length of the parts,
/// an XOR of the words of each, and a signature with the product. Older devices have a short header
/// of three parts, newer ones a long one of four.
final class Dns323Format implements Format {
  /// Where the fields of a header are.
  ///
  /// @param signature offset of `55 AA`, eight characters, `55 AA`, product
  private record Layout(List<String> parts, int signature, int size) {
    int checksum(int part) {
      return 8 * parts.size() + 4 * part;
    }
  }

  private static final Layout SHORT = new Layout(List.of("kernel", "initrd", "defaults"), 36, 64);
  private static final Layout LONG =
      new Layout(List.of("kernel", "initrd", "squashfs", "defaults"), 48, 128);

  @Override
  public FormatCard card() {
    return new FormatCard(
        "dns323",
        "D-Link DNS-323 family firmware",
        FormatCard.Kind.WRAPPER,
        List.of(
            Magic.hex(36, "55aa 46726f646f4949"),
            Magic.hex(36, "55aa 43686f70706572"),
            Magic.hex(48, "55aa 444e533332"),
            Magic.hex(48, "55aa 444e532d3332")),
        List.of(),
        List.of("signatures other than FrodoII, Chopper, DNS32 and DNS-32 are not found"),
        List.of("observed in the Debian installer's images for these devices"));
  }

  private static Layout layout(byte[] head) {
    return head[48] == 0x55 && (head[49] & 0xff) == 0xaa ? LONG : SHORT;
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, 64);
    if (head.length < 64) {
      return Optional.empty();
    }
    Layout layout = layout(head);
    int signature = layout.signature;
    if (head[signature + 10] != 0x55 || (head[signature + 11] & 0xff) != 0xaa) {
      return Optional.empty();
    }
    long end = layout.size;
    boolean whole = true;
    boolean fits = true;
    for (int i = 0; i < layout.parts.size(); i++) {
      long offset = Binary.u32le(head, 8 * i);
      long length = Binary.u32le(head, 8 * i + 4);
      ByteSource part = source.slice(start + offset, length);
      whole = whole && part.size() == length;
      fits = fits && Checksums.xor32(part) == Binary.u32le(head, layout.checksum(i));
      end = Math.max(end, length == 0 ? 0 : offset + part.size());
    }
    String product = java.util.HexFormat.of().formatHex(head, signature + 12, signature + 16);
    return Optional.of(
        new Chunk(
            start,
            Math.min(start + end, source.size()),
            fits ? Confidence.HIGH : whole ? Confidence.MEDIUM : Confidence.LOW,
            false,
            Map.of(
                "signature",
                Binary.text(head, signature + 2, 8),
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
    Layout layout = layout(Binary.bytes(content, 0, 64));
    for (int i = 0; i < layout.parts.size(); i++) {
      long length = Binary.u32le(content, 8L * i + 4);
      if (length > 0) {
        ByteSource part = content.slice(Binary.u32le(content, 8L * i), length);
        sink.part(layout.parts.get(i), Body.of(part));
        if (part.size() < length) {
          throw new io.firmament.analysis.unpack.io.TruncatedException("a part is cut off");
        }
      }
    }
  }
}
