package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.boot.FitFormat;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Flattened device tree, Devicetree Specification 0.4 chapter 5: found with its size and kept as a
/// file. A tree of images is [FitFormat]'s.
final class FdtFormat implements Format {
  @Override
  public FormatCard card() {
    return new FormatCard(
        "fdt",
        "Flattened device tree",
        FormatCard.Kind.DATA,
        List.of(Magic.hex(0, "d00dfeed")),
        List.of(),
        List.of(),
        List.of("Devicetree Specification 0.4, chapter 5"));
  }

  /// Header: magic, totalsize, off_dt_struct, off_dt_strings, off_mem_rsvmap, version,
  /// last_comp_version, boot_cpuid_phys, size_dt_strings, size_dt_struct.
  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, 40);
    if (head.length < 40) {
      return Optional.empty();
    }
    long size = Binary.u32be(head, 4);
    long struct = Binary.u32be(head, 8);
    long strings = Binary.u32be(head, 12);
    long version = Binary.u32be(head, 20);
    boolean fits =
        size >= 40
            && size <= source.size() - start
            && struct >= 40
            && struct < size
            && strings < size
            && version >= 16
            && version < 32
            && Binary.u32be(head, 24) <= version;
    byte[] first = Binary.upTo(source, start + struct, 4);
    if (!fits || first.length < 4 || Binary.u32be(first, 0) != 1 || FitFormat.is(source, start)) {
      return Optional.empty();
    }
    return Optional.of(
        Chunk.of(start, start + size, Confidence.HIGH).with("version", Long.toString(version)));
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    sink.leaf("device-tree.dtb", Body.of(content));
  }
}
