package io.firmament.analysis.unpack.formats.yaffs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Goes from page to page, over erased and damaged ones.
///
/// Tags are easily sound by chance, so that a page counts where it holds the header of an object,
/// or data of an object that has a header somewhere.
final class Pages {
  /// A block of the largest pages may be damaged.
  private static final int MOST_DAMAGED = 64;

  private static final int MOST_ERASED = 4096;

  /// Takes a page.
  @FunctionalInterface
  interface Visitor {
    void page(long position, Tags tags);
  }

  /// What was found.
  ///
  /// @param end one past the last page, with its spare bytes
  /// @param damaged pages before the end that make no sense
  record Found(long end, long pages, long damaged) {}

  private final ByteSource source;
  private final Geometry geometry;
  private final Set<Long> objects = new HashSet<>();

  private Pages(ByteSource source, Geometry geometry) {
    this.source = source;
    this.geometry = geometry;
  }

  static Found visit(ByteSource source, long start, Geometry geometry, Visitor visitor) {
    Pages pages = new Pages(source, geometry);
    pages.pass(start, false, (position, tags) -> {});
    return pages.pass(start, true, visitor);
  }

  /// @param strict data counts only where its object is known
  private Found pass(long start, boolean strict, Visitor visitor) {
    long end = start;
    long pages = 0;
    long damaged = 0;
    long gapDamaged = 0;
    long gapErased = 0;
    for (long at = start;
        at + geometry.stride() <= source.size()
            && gapDamaged <= MOST_DAMAGED
            && gapErased <= MOST_ERASED;
        at += geometry.stride()) {
      byte[] spare = Binary.upTo(source, at + geometry.page(), geometry.spare());
      Optional<Tags> tags = sound(at, spare, strict);
      if (tags.isEmpty()) {
        boolean erased = isErased(spare);
        gapErased += erased ? 1 : 0;
        gapDamaged += erased ? 0 : 1;
        continue;
      }
      damaged += gapDamaged;
      gapDamaged = 0;
      gapErased = 0;
      pages++;
      end = at + geometry.stride();
      if (!geometry.isDeleted(spare)) {
        visitor.page(at, tags.get());
      }
    }
    return new Found(end, pages, damaged);
  }

  private Optional<Tags> sound(long at, byte[] spare, boolean strict) {
    Optional<Tags> tags = geometry.tags(spare);
    if (tags.isEmpty()) {
      return tags;
    }
    long object = tags.get().object();
    if (!tags.get().isHeader()) {
      return strict && !objects.contains(object) ? Optional.empty() : tags;
    }
    byte[] header = Binary.upTo(source, at, ObjectHeader.SIZE);
    if (ObjectHeader.read(header, geometry.order()).isEmpty()) {
      return Optional.empty();
    }
    objects.add(object);
    return tags;
  }

  private static boolean isErased(byte[] spare) {
    for (byte b : spare) {
      if (b != -1) {
        return false;
      }
    }
    return true;
  }
}
