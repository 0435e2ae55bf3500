package io.firmament.analysis.unpack.formats.uefi;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// UEFI capsule, UEFI 2.10 section 8.5.3, and the firmware management capsule inside of it, section
/// 23.3. A capsule is no more than a header; what it holds is searched.
public final class CapsuleFormat implements Format {
  private static final String MANAGEMENT = "6DCBD5ED-E82D-4C44-BDA1-7194199AD92A";
  private static final int HEADER = 28;
  private static final int MOST_ITEMS = 256;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "uefi-capsule",
        "UEFI capsule",
        FormatCard.Kind.WRAPPER,
        List.of(
            Guid.magic(MANAGEMENT),
            Guid.magic("3B6686BD-0D76-4030-B70E-B5519E2FC5A0"),
            Guid.magic("539182B9-ABB5-4391-B69A-E3A943F72FCC"),
            Guid.magic("4A3CA68B-7723-48FB-803D-578CC1FEC44D")),
        List.of(),
        List.of("signatures are not verified"),
        List.of("UEFI Specification 2.10, sections 8.5.3 and 23.3"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, HEADER);
    if (head.length < HEADER) {
      return Optional.empty();
    }
    long header = Binary.u32le(head, 16);
    long size = Binary.u32le(head, 24);
    if (header < HEADER || header >= size || header > 1 << 16) {
      return Optional.empty();
    }
    return Chunk.sized(
        source,
        start,
        size,
        false,
        Map.of("guid", Guid.of(head, 0), "flags", Long.toHexString(Binary.u32le(head, 20))));
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    long header = Binary.u32le(content, 16);
    ByteSource body = content.slice(header, content.size() - header);
    if (MANAGEMENT.equals(chunk.meta().get("guid"))) {
      items(body, sink);
    } else {
      sink.payload("capsule", Body.of(body));
    }
    chunk.requireWhole();
  }

  /// Version, number of drivers and of payloads, their offsets.
  private static void items(ByteSource body, Sink sink) throws IOException {
    int drivers = Binary.u16le(body, 4);
    int payloads = Binary.u16le(body, 6);
    if (Binary.u32le(body, 0) != 1 || drivers + payloads > MOST_ITEMS) {
      throw new CorruptException("no firmware management capsule");
    }
    for (int i = 0; i < drivers + payloads; i++) {
      long at = Binary.i64le(body, 8L + 8L * i);
      long next = i + 1 < drivers + payloads ? Binary.i64le(body, 16L + 8L * i) : body.size();
      if (i < drivers) {
        sink.part("driver" + i, Body.of(body.slice(at, next - at)));
      } else {
        payload(body, at, "payload" + (i - drivers), sink);
      }
    }
  }

  /// Version, type GUID, index, sizes of image and vendor code; 8 bytes more from version 2 and
  /// again from version 3 on. Flag 1 there says that a signature stands before the image.
  private static void payload(ByteSource body, long at, String name, Sink sink) throws IOException {
    byte[] head = Binary.bytes(body, at, 32);
    long version = Binary.u32le(head, 0);
    long header = 32L + (version >= 2 ? 8 : 0) + (version >= 3 ? 8 : 0);
    long size = Binary.u32le(head, 24);
    ByteSource image = body.slice(at + header, size);
    if (version >= 3 && (Binary.i64le(body, at + 40) & 1) != 0) {
      // EFI_FIRMWARE_IMAGE_AUTHENTICATION: a counter, then WIN_CERTIFICATE with its length.
      long certificate = Binary.u32le(image, 8);
      sink.leaf(name + ".signature", Body.of(image.slice(8, certificate)));
      image = image.slice(8 + certificate, image.size());
    }
    sink.part(name, Body.of(image));
  }
}
