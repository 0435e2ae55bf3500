package io.firmament.analysis.unpack.formats.mcu;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The suffix of USB firmware, USB DFU 1.1 appendix B: device, vendor and product behind the
/// firmware, with a CRC-32 of all before it.
public final class DfuSuffixFormat implements Format {
  private static final int SIZE = 16;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "dfu-suffix",
        "USB DFU suffix",
        FormatCard.Kind.DATA,
        List.of(Magic.hex(6, "0001 554644 10"), Magic.hex(6, "1a01 554644 10")),
        List.of(),
        List.of("the firmware before it has no start of its own and is searched, not held apart"),
        List.of("USB Device Class Specification for Device Firmware Upgrade 1.1, appendix B"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] suffix = Binary.upTo(source, start, SIZE);
    if (suffix.length < SIZE) {
      return Optional.empty();
    }
    // The stored value is the register, without the final complement.
    long crc = Checksums.crc32(source.slice(0, start + 12)) ^ 0xffffffffL;
    boolean right = crc == Binary.u32le(suffix, 12);
    return Optional.of(
        new Chunk(
            start,
            start + SIZE,
            right ? Confidence.HIGH : Confidence.MEDIUM,
            false,
            Map.of(
                "vendor",
                "%04x".formatted(Binary.u16le(suffix, 4)),
                "product",
                "%04x".formatted(Binary.u16le(suffix, 2)),
                "device",
                "%04x".formatted(Binary.u16le(suffix, 0)),
                "crc",
                right ? "ok" : "not of what is before it")));
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    sink.leaf("suffix.dfu", Body.of(content));
  }
}
