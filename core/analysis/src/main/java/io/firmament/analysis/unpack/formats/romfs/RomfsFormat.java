package io.firmament.analysis.unpack.formats.romfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.InodeWalk;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Romfs: a header of `-rom1fs-`, size, checksum and name, then the files in the order of the tree.
/// All numbers are big-endian; the words of the first 512 bytes add up to 0.
public final class RomfsFormat implements Format {
  private static final String ID = "romfs";
  private static final int CHECKED = 512;

  @Override
  public FormatCard card() {
    return new FormatCard(
        ID,
        "romfs file system",
        FormatCard.Kind.TREE,
        List.of(Magic.text(0, "-rom1fs-")),
        List.of(),
        List.of(),
        List.of("Linux Documentation/filesystems/romfs.rst"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, 32);
    if (head.length < 32) {
      return Optional.empty();
    }
    long size = Binary.u32be(head, 8);
    long there = Math.min(size, source.size() - start);
    if (size < 32 || !fits(source, start, (int) Math.min(there, CHECKED))) {
      return Optional.empty();
    }
    Map<String, String> meta = Map.of("name", Binary.text(head, 16, 16));
    Confidence confidence = there == size ? Confidence.HIGH : Confidence.MEDIUM;
    return Optional.of(new Chunk(start, start + there, confidence, false, meta));
  }

  private static boolean fits(ByteSource source, long start, int length) {
    byte[] words = Binary.upTo(source, start, length);
    int sum = 0;
    for (int i = 0; i + 4 <= words.length; i += 4) {
      sum += (int) Binary.u32be(words, i);
    }
    return sum == 0;
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    new InodeWalk<>(new Image(content), ID, sink).run();
    long size = Binary.u32be(content, 8);
    if (size > content.size()) {
      throw new TruncatedException("%d of %d bytes are there".formatted(content.size(), size));
    }
  }
}
