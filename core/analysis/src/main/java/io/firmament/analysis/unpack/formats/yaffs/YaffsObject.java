package io.firmament.analysis.unpack.formats.yaffs;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What is known of an object, from its pages in the order in which they were written.
final class YaffsObject {
  /// A page of a file.
  private record Page(long position, long serial) {}

  private final long number;
  private final NavigableMap<Long, Page> pages = new TreeMap<>();
  private final List<YaffsObject> children = new ArrayList<>();
  private @Nullable ObjectHeader header;
  private long size;
  private boolean shared;

  YaffsObject(long number) {
    this.number = number;
  }

  long number() {
    return number;
  }

  /// A newer header; what is behind its size is gone.
  void header(ObjectHeader newer, int pageSize) {
    header = newer;
    if (newer.size() < size) {
      pages.tailMap((newer.size() + pageSize - 1) / pageSize + 1, true).clear();
    }
    size = newer.size();
  }

  @Nullable ObjectHeader header() {
    return header;
  }

  /// A newer page; in version 1 the serial number says which of two is the newer.
  void page(Tags tags, long position, Geometry geometry) {
    Page now = new Page(position, tags.sequence());
    Page old = pages.get(tags.chunk());
    if (old == null || geometry.version() == 2 || (now.serial - old.serial & 3) != 3) {
      pages.put(tags.chunk(), now);
    }
    size = Math.max(size, (tags.chunk() - 1) * geometry.page() + tags.bytes());
  }

  /// The position of a page of the file, from 0 on; -1 for a hole.
  long page(long index) {
    Page page = pages.get(index + 1);
    return page == null ? -1 : page.position;
  }

  /// The next page that is there, or a large number.
  long nextPage(long index) {
    Long next = pages.ceilingKey(index + 1);
    return next == null ? Long.MAX_VALUE : next - 1;
  }

  long size() {
    return size;
  }

  void child(YaffsObject child) {
    children.add(child);
  }

  List<YaffsObject> children() {
    return children;
  }

  void share() {
    shared = true;
  }

  boolean isShared() {
    return shared;
  }
}
