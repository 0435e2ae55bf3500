package io.firmament.analysis.unpack.formats.disk;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Swap space of Linux: what was in memory may still be there.
public final class SwapFormat implements Format {
  private static final int[] PAGES = {4096, 8192, 16384, 65536};
  private static final byte[] MAGIC = Binary.ascii("SWAPSPACE2");

  @Override
  public FormatCard card() {
    return new FormatCard(
        "swap",
        "Linux swap space",
        FormatCard.Kind.DATA,
        List.of(
            Magic.text(4096 - 10, "SWAPSPACE2"),
            Magic.text(8192 - 10, "SWAPSPACE2"),
            Magic.text(16384 - 10, "SWAPSPACE2"),
            Magic.text(65536 - 10, "SWAPSPACE2")),
        List.of(),
        List.of("of space that was never used only the first page is kept"),
        List.of("Linux include/linux/swap.h"));
  }

  private static int page(ByteSource source, long start) {
    for (int page : PAGES) {
      if (Binary.matches(source, start + page - MAGIC.length, MAGIC)) {
        return page;
      }
    }
    return 0;
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    int page = page(source, start);
    byte[] b = Binary.upTo(source, start + 1024, 64);
    if (page == 0 || b.length < 64) {
      return Optional.empty();
    }
    long last = Binary.u32le(b, 4);
    boolean sound = Binary.u32le(b, 0) == 1 && last > 0 && Binary.u32le(b, 8) < last;
    return sound
        ? Chunk.sized(
            source,
            start,
            (last + 1) * page,
            false,
            Map.of("pageSize", Integer.toString(page), "label", Binary.text(b, 28, 16)))
        : Optional.empty();
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    int page = page(content, 0);
    ByteSource rest = content.slice(page, content.size() - page);
    boolean used = rest.size() > 0 && !Partitions.isErased(rest);
    sink.leaf("swap.bin", Body.of(used ? content : content.slice(0, page)));
    chunk.requireWhole();
  }
}
