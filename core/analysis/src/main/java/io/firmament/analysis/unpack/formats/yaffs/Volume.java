package io.firmament.analysis.unpack.formats.yaffs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.InodeReader;
import io.firmament.analysis.unpack.formats.InodeWalk;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// One file system as objects and directories, put together from its pages.
final class Volume implements InodeReader<YaffsObject> {
  private static final long ROOT = 1;
  private static final long LOST_AND_FOUND = 2;
  private static final long UNLINKED = 3;
  private static final long DELETED = 4;
  private static final byte[] NONE = {};

  private final ByteSource source;
  private final Geometry geometry;
  private final Sink sink;
  private final Map<Long, YaffsObject> objects = new TreeMap<>();

  private record Page(long position, Tags tags) {}

  Volume(ByteSource source, Geometry geometry, Sink sink) {
    this.source = source;
    this.geometry = geometry;
    this.sink = sink;
  }

  /// Collects all pages, in the order in which they were written; comes first.
  Pages.Found scan() {
    List<Page> pages = new ArrayList<>();
    Pages.Found found =
        Pages.visit(source, 0, geometry, (position, tags) -> pages.add(new Page(position, tags)));
    if (geometry.version() == 2) {
      pages.sort(Comparator.comparingLong(page -> page.tags.sequence()));
    }
    for (Page page : pages) {
      YaffsObject object = objects.computeIfAbsent(page.tags.object(), YaffsObject::new);
      if (!page.tags.isHeader()) {
        object.page(page.tags, page.position, geometry);
      } else {
        header(page, object);
      }
    }
    connect();
    return found;
  }

  private void header(Page page, YaffsObject object) {
    byte[] bytes = Binary.upTo(source, page.position, ObjectHeader.SIZE);
    Optional<ObjectHeader> header = ObjectHeader.read(bytes, geometry.order());
    if (header.isPresent()) {
      object.header(header.get(), geometry.page());
    } else {
      sink.corrupt("yaffs: the header at %d makes no sense".formatted(page.position));
    }
  }

  private void connect() {
    for (YaffsObject object : List.copyOf(objects.values())) {
      ObjectHeader header = object.header();
      if (header == null || object.number() == ROOT) {
        continue;
      }
      if (header.type() == ObjectHeader.HARD_LINK) {
        YaffsObject target = objects.get(header.equivalent());
        if (target != null) {
          target.share();
        }
      }
      objects.computeIfAbsent(header.parent(), YaffsObject::new).child(object);
    }
  }

  /// Gives everything from the root on, and then what has lost its parent.
  void give() throws IOException {
    InodeWalk<YaffsObject> walk = new InodeWalk<>(this, YaffsFormat.ID, sink);
    walk.run();
    for (YaffsObject object : objects.values()) {
      long number = object.number();
      boolean special = number == ROOT || number == UNLINKED || number == DELETED;
      if (!special && object.header() == null && !object.children().isEmpty()) {
        String path = number == LOST_AND_FOUND ? "lost+found" : "lost+found/object-" + number;
        if (number != LOST_AND_FOUND) {
          sink.corrupt("yaffs: a directory has lost its header: " + path);
        }
        walk.from(path.getBytes(StandardCharsets.US_ASCII), object);
      }
    }
  }

  @Override
  public YaffsObject root() {
    return objects.computeIfAbsent(ROOT, YaffsObject::new);
  }

  @Override
  public long number(YaffsObject object) {
    return object.number();
  }

  @Override
  public long links(YaffsObject object) {
    return object.isShared() ? 2 : 1;
  }

  @Override
  public void list(YaffsObject directory, Names<YaffsObject> names) throws IOException {
    for (YaffsObject child : directory.children()) {
      ObjectHeader header = child.header();
      if (header != null) {
        byte[] name = header.name();
        byte[] shown =
            name.length > 0 ? name : ("obj" + child.number()).getBytes(StandardCharsets.US_ASCII);
        names.name(shown, () -> target(child, header));
      }
    }
  }

  private YaffsObject target(YaffsObject object, ObjectHeader header) throws IOException {
    if (header.type() != ObjectHeader.HARD_LINK) {
      return object;
    }
    YaffsObject target = objects.get(header.equivalent());
    ObjectHeader found = target == null ? null : target.header();
    if (target == null || found == null || found.type() == ObjectHeader.HARD_LINK) {
      throw new CorruptException("a hard link that leads nowhere");
    }
    return target;
  }

  @Override
  public RawEntry describe(YaffsObject object, byte[] path) throws IOException {
    ObjectHeader header = object.header();
    if (header == null) {
      throw new CorruptException("nothing is left of its header");
    }
    EntryType type =
        switch (header.type()) {
          case ObjectHeader.FILE -> EntryType.FILE;
          case ObjectHeader.LINK -> EntryType.SYMLINK;
          case ObjectHeader.DIRECTORY -> EntryType.DIRECTORY;
          default -> RawEntry.type(header.mode());
        };
    return new RawEntry(
        path,
        type,
        header.mode() & 07777,
        header.uid(),
        header.gid(),
        header.mtime(),
        RawEntry.isDevice(type) ? RawEntry.newDevice(header.rdev()) : DeviceNumber.NONE,
        type == EntryType.SYMLINK ? header.alias() : NONE,
        Map.of());
  }

  /// A file may have holes, but nothing writes one at its end.
  @Override
  public Body content(YaffsObject object) {
    if (object.size() > 0 && object.page((object.size() - 1) / geometry.page()) < 0) {
      sink.corrupt("yaffs: the end of object %d is missing".formatted(object.number()));
    }
    return Body.decoded(() -> new FileData(source, object, geometry.page()));
  }
}
