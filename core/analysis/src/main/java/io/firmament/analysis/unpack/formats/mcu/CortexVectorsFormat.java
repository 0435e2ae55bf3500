package io.firmament.analysis.unpack.formats.mcu;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.base.finding.Confidence;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The vector table at the start of raw firmware for Arm Cortex-M: the initial stack in RAM, then
/// the addresses of the handlers, odd and near one another. Only the table is claimed, because
/// nothing tells where such firmware ends.
public final class CortexVectorsFormat implements Format {
  private static final int VECTORS = 16;
  private static final int CHECKSUM = 7;
  private static final int NEAR = 1 << 22;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "cortex-m",
        "Vector table of Arm Cortex-M firmware",
        FormatCard.Kind.DATA,
        Stream.concat(
                IntStream.range(0, 16).mapToObj(i -> new Magic(2, new byte[] {(byte) i, 0x20})),
                IntStream.range(0, 16).mapToObj(i -> new Magic(2, new byte[] {(byte) i, 0x10})))
            .toList(),
        List.of(),
        List.of("at the start of an image only", "stacks outside of the usual RAM are not found"),
        List.of("Armv7-M Architecture Reference Manual, section B1.5.3"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] table = Binary.upTo(source, start, 4 * VECTORS);
    if (start != 0 || table.length < 4 * VECTORS || Binary.u32le(table, 0) % 4 != 0) {
      return Optional.empty();
    }
    long reset = Binary.u32le(table, 4);
    // Some makers keep a checksum in the seventh, which the core leaves alone.
    for (int vector = 1; vector < VECTORS; vector++) {
      long address = Binary.u32le(table, 4 * vector);
      boolean may = vector == CHECKSUM || (vector > 3 && address == 0);
      if (!may && !handler(address, reset, Binary.u32le(table, 0))) {
        return Optional.empty();
      }
    }
    return Optional.of(
        new Chunk(
            0,
            table.length,
            Confidence.MEDIUM,
            false,
            Map.of(
                "architecture",
                "arm-cortex-m",
                "initialStack",
                "%08x".formatted(Binary.u32le(table, 0)),
                "reset",
                "%08x".formatted(reset))));
  }

  /// Odd, and near the reset handler or in the RAM where the stack is.
  private static boolean handler(long address, long reset, long stack) {
    return (address & 1) == 1
        && (Math.abs(address - reset) < NEAR || Math.abs(address - stack) < NEAR);
  }

  /// Gives nothing: the firmware is one file, and its vector table a fact.
  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) {}
}
