package io.firmament.analysis.unpack.formats.yaffs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds the geometry with which the pages of an image make sense, by trying.
final class Detection {
  private static final int[][] PAGES_AND_SPARES = {
    {512, 16},
    {1024, 32},
    {2048, 64, 32, 128, 56},
    {4096, 128, 64, 208, 216, 218, 224, 232, 256},
    {8192, 256, 128, 400, 436, 448, 512, 640, 744},
    {16384, 512, 1024, 1280}
  };
  private static final int TAGS = 16;

  /// Pages that must make sense, where so many are there.
  private static final int ENOUGH = 12;

  private Detection() {}

  static Optional<Geometry> of(ByteSource source, long start) {
    ByteOrder order = order(Binary.upTo(source, start, 1));
    Geometry best = null;
    int bestPages = 1;
    for (Geometry candidate : candidates(order)) {
      int pages = pages(source, start, candidate);
      if (pages > bestPages) {
        best = candidate;
        bestPages = pages;
      }
    }
    return Optional.ofNullable(best);
  }

  /// A header begins with a small number of 32 bits.
  static ByteOrder order(byte[] header) {
    return header[0] == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
  }

  /// The usual places of the tags come first: at once, or behind two bytes that mark bad blocks.
  private static List<Geometry> candidates(ByteOrder order) {
    List<Geometry> all = new ArrayList<>();
    for (int[] sizes : PAGES_AND_SPARES) {
      for (int i = 1; i < sizes.length; i++) {
        if (sizes[0] == 512) {
          all.add(new Geometry(1, order, sizes[0], sizes[i], 0));
        }
        all.add(new Geometry(2, order, sizes[0], sizes[i], 0));
        for (int tags = 1; tags + TAGS <= sizes[i]; tags++) {
          all.add(new Geometry(2, order, sizes[0], sizes[i], tags));
        }
      }
    }
    return all;
  }

  /// How many pages in a row make sense.
  private static int pages(ByteSource source, long start, Geometry geometry) {
    for (int i = 0; i < ENOUGH; i++) {
      long at = start + (long) i * geometry.stride();
      byte[] spare = Binary.upTo(source, at + geometry.page(), geometry.spare());
      if (spare.length < geometry.spare()) {
        return i;
      }
      Optional<Tags> tags = geometry.tags(spare);
      if (tags.isEmpty()) {
        return i;
      }
      if (tags.get().isHeader()
          && ObjectHeader.read(Binary.upTo(source, at, ObjectHeader.SIZE), geometry.order())
              .isEmpty()) {
        return i;
      }
    }
    return ENOUGH;
  }
}
