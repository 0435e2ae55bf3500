package io.firmament.analysis.unpack.formats.yaffs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// YAFFS 1 and 2: pages of flash with their spare bytes, whose tags say what they are. Recognised
/// by the header of an object whose parent is the root.
public final class YaffsFormat implements Format {
  static final String ID = "yaffs";

  @Override
  public FormatCard card() {
    List<Magic> magics = new ArrayList<>();
    for (int type = 1; type <= 5; type++) {
      magics.add(Magic.hex(0, "0%d000000 01000000 ffff".formatted(type)));
      magics.add(Magic.hex(3, "0%d 00000001 ffff".formatted(type)));
    }
    return new FormatCard(
        ID,
        "YAFFS 1 and 2 (both byte orders, pages of 512 bytes to 16 KiB)",
        FormatCard.Kind.TREE,
        magics,
        List.of(),
        List.of(
            "dumps without the spare bytes, and tags inside of the pages, are not read",
            "an image begins at its first header below the root",
            "parities are not used, extended attributes not read"),
        List.of(
            "https://yaffs.net/documents/how-yaffs-works",
            "yaffs2 yaffs_guts.h, for the structures"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, ObjectHeader.SIZE);
    if (head.length < ObjectHeader.SIZE
        || ObjectHeader.read(head, Detection.order(head)).isEmpty()) {
      return Optional.empty();
    }
    return Detection.of(source, start).flatMap(geometry -> chunk(source, start, geometry));
  }

  /// Empty where the source ends within the first page.
  private static Optional<Chunk> chunk(ByteSource source, long start, Geometry geometry) {
    Pages.Found found = Pages.visit(source, start, geometry, (position, tags) -> {});
    if (found.pages() == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Chunk(
            start,
            found.end(),
            found.pages() > 3 && found.damaged() == 0 ? Confidence.HIGH : Confidence.MEDIUM,
            false,
            Map.of(
                "version", Integer.toString(geometry.version()),
                "byteOrder", geometry.order() == ByteOrder.BIG_ENDIAN ? "big" : "little",
                "pageSize", Integer.toString(geometry.page()),
                "spareSize", Integer.toString(geometry.spare()),
                "tagsAt", Integer.toString(geometry.tags()),
                "pages", Long.toString(found.pages()))));
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Geometry geometry =
        Detection.of(content, 0).orElseThrow(() -> new CorruptException("no pages"));
    Volume volume = new Volume(content, geometry, sink);
    Pages.Found found = volume.scan();
    volume.give();
    if (found.damaged() > 0) {
      sink.corrupt("yaffs: %d pages make no sense".formatted(found.damaged()));
    }
  }
}
