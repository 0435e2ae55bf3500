package io.firmament.analysis.unpack.formats.mcu;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// UF2, the format of USB boot loaders: blocks of 512 bytes, each with its address, its number and
/// the number of all.
public final class Uf2Format implements Format {
  private static final int BLOCK = 512;
  private static final int MOST_PAYLOAD = 476;
  private static final long END_MARK = 0x0ab16f30L;
  private static final byte[] MAGIC = {'U', 'F', '2', '\n', 0x57, 0x51, 0x5d, (byte) 0x9e};
  private static final int NOT_MAIN_FLASH = 1;
  private static final int FILE_CONTAINER = 0x1000;
  private static final int HAS_FAMILY = 0x2000;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "uf2",
        "UF2 firmware image",
        FormatCard.Kind.WRAPPER,
        List.of(new Magic(0, MAGIC)),
        List.of(".uf2"),
        List.of(
            "files in a UF2 are not read",
            "never tried on a real image; the fixture is made from the description"),
        List.of("https://github.com/microsoft/uf2"));
  }

  private static boolean isBlock(byte[] block) {
    return block.length == BLOCK
        && java.util.Arrays.equals(block, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
        && Binary.u32le(block, BLOCK - 4) == END_MARK
        && Binary.u32le(block, 16) <= MOST_PAYLOAD
        && Binary.u32le(block, 20) < Binary.u32le(block, 24);
  }

  /// Blocks follow one another as long as they are such; several images may, too.
  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] first = Binary.upTo(source, start, BLOCK);
    if (!isBlock(first)) {
      return Optional.empty();
    }
    long blocks = 0;
    byte[] block = first;
    byte[] last = first;
    while (isBlock(block)) {
      blocks++;
      last = block;
      block = Binary.upTo(source, start + blocks * BLOCK, BLOCK);
    }
    boolean whole =
        Binary.u32le(first, 20) == 0 && Binary.u32le(last, 20) + 1 == Binary.u32le(last, 24);
    boolean family = (Binary.u32le(first, 8) & HAS_FAMILY) != 0;
    return Optional.of(
        new Chunk(
            start,
            start + blocks * BLOCK,
            whole ? Confidence.HIGH : Confidence.LOW,
            false,
            Map.of(
                "blocks",
                Long.toString(blocks),
                "family",
                family ? "%08x".formatted(Binary.u32le(first, 28)) : "none")));
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Segments segments = new Segments();
    for (long at = 0; at + BLOCK <= content.size(); at += BLOCK) {
      byte[] block = Binary.bytes(content, at, BLOCK);
      long flags = Binary.u32le(block, 8);
      if ((flags & FILE_CONTAINER) != 0) {
        sink.unsupported("uf2: a file in a UF2");
      } else if ((flags & NOT_MAIN_FLASH) == 0) {
        segments.add(Binary.u32le(block, 12), block, 32, (int) Binary.u32le(block, 16));
      }
    }
    segments.give(sink);
    chunk.requireWhole();
  }
}
