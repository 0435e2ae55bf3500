package io.firmament.analysis.unpack;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry;
import io.firmament.analysis.tree.EntryPath;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.LimitException;
import io.firmament.base.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Puts what one container holds into the tree and the pack, and goes on inside of it.
final class TreeSink implements Sink {
  private final Explorer explorer;
  private final Session session;
  private final Place place;
  private final List<String> suffixes;

  TreeSink(Explorer explorer, Place place, FormatCard card) {
    this(explorer, place, card.suffixes());
  }

  TreeSink(Explorer explorer, Place place) {
    this(explorer, place, List.of());
  }

  private TreeSink(Explorer explorer, Place place, List<String> suffixes) {
    this.explorer = explorer;
    this.session = explorer.session();
    this.place = place;
    this.suffixes = suffixes;
  }

  @Override
  public Limits limits() {
    return session.limits();
  }

  @Override
  public void entry(RawEntry raw) throws LimitException {
    Optional<String> path = path(raw);
    if (path.isPresent()) {
      put(raw, path.get(), 0, Optional.empty(), place.chain());
    }
  }

  @Override
  public void file(RawEntry raw, Body body) throws LimitException {
    Optional<String> stored = store(raw, body, place.chain());
    if (stored.isEmpty()) {
      return;
    }
    Entry entry = session.entry(Place.path(stored.get()));
    if (entry != null && entry.sha256().isPresent()) {
      int slash = stored.get().lastIndexOf('/') + 1;
      Place at =
          place.mountedAt(stored.get().substring(0, slash)).named(stored.get().substring(slash));
      explorer.entry(explorer.pack().content(entry.sha256().get()), at);
    }
    if (session.stopped()) {
      throw new LimitException(Note.Limit.TOTAL_BYTES, "a limit of the whole was reached inside");
    }
  }

  /// Stores a file without looking into it; gives its path.
  Optional<String> store(RawEntry raw, Body body, String chain) throws LimitException {
    Optional<String> path = path(raw);
    if (path.isEmpty()) {
      return path;
    }
    PackWriter pack = explorer.pack();
    long[] size = new long[1];
    pack.begin();
    explorer.copy(
        body,
        Place.path(path.get()).toString(),
        (buffer, n) -> {
          pack.append(buffer, n);
          size[0] += n;
        });
    put(raw, path.get(), size[0], Optional.of(pack.finish()), chain);
    return path;
  }

  @Override
  public void hardLink(RawEntry raw, byte[] target) throws LimitException {
    Optional<String> path = path(raw);
    if (path.isEmpty()) {
      return;
    }
    EntryPath targetPath = Place.path(place.mount() + SafeName.of(target).text());
    Entry known = session.entry(targetPath);
    if (known == null) {
      session.note(
          new Note.Corrupt(Place.path(path.get()).toString(), "a hard link to no earlier entry"));
      return;
    }
    session.add(
        new Entry(
            Place.path(path.get()),
            known.type(),
            known.mode(),
            known.uid(),
            known.gid(),
            known.mtime(),
            known.rdev(),
            known.linkTarget(),
            known.xattrs(),
            known.size(),
            known.sha256(),
            known.container()));
  }

  @Override
  public void payload(String name, Body body) throws LimitException {
    explore(body, place.named(name.isEmpty() ? stripped(place.name()) : name));
  }

  @Override
  public void part(String name, Body body) throws LimitException {
    String mount = place.mount() + SafeName.of(name.getBytes(LATIN)).text() + "/";
    session.root(mount);
    explore(body, place.mountedAt(mount).named(name));
  }

  @Override
  public void leaf(String name, Body body) throws LimitException {
    store(RawEntry.plain(name.getBytes(LATIN), EntryType.FILE, 0644, 0), body, place.chain());
  }

  @Override
  public void searched(String name, Body body) throws LimitException {
    RawEntry raw = RawEntry.plain(name.getBytes(LATIN), EntryType.FILE, 0644, 0);
    Optional<String> path = store(raw, body, place.chain());
    Entry entry = path.isEmpty() ? null : session.entry(Place.path(path.get()));
    if (path.isPresent() && entry != null && entry.sha256().isPresent()) {
      ByteSource content = explorer.pack().content(entry.sha256().get());
      explorer.behindStart(content, place.mountedAt(path.get() + "!/").named(name));
    }
  }

  @Override
  public void encrypted(String detail) {
    session.note(new Note.Encrypted(place.where(), detail));
  }

  @Override
  public void corrupt(String detail) {
    session.note(new Note.Corrupt(place.where(), detail));
  }

  @Override
  public void unsupported(String detail) {
    session.note(new Note.Unsupported(place.where(), detail));
  }

  private static final java.nio.charset.Charset LATIN =
      java.nio.charset.StandardCharsets.ISO_8859_1;

  private void explore(Body body, Place at) throws LimitException {
    switch (body) {
      case Body.Slice slice -> explorer.payload(slice.source(), at);
      case Body.Decoded decoded -> decoded(decoded, UnaryOperator.identity(), at);
      case Body.Spread spread -> decoded(spread, spread.layout(), at);
    }
  }

  private void decoded(Body body, UnaryOperator<ByteSource> layout, Place at)
      throws LimitException {
    Scratch scratch = explorer.scratch();
    long mark = scratch.mark();
    try {
      explorer.copy(body, at.where() + at.name(), scratch::append);
      explorer.payload(layout.apply(scratch.layer(mark)), at);
    } finally {
      release(scratch, mark);
    }
  }

  private static void release(Scratch scratch, long mark) {
    try {
      scratch.release(mark);
    } catch (IOException e) {
      throw new UncheckedIOException("the work directory cannot be written", e);
    }
  }

  private String stripped(String name) {
    if (name.equals("kernel") || name.equals("vmlinux")) {
      return "vmlinux";
    }
    String lower = name.toLowerCase(Locale.ROOT);
    for (String suffix : suffixes) {
      if (lower.endsWith(suffix) && lower.length() > suffix.length()) {
        String stem = name.substring(0, name.length() - suffix.length());
        return suffix.startsWith(".t") ? stem + ".tar" : stem;
      }
    }
    return "data";
  }

  /// The full path in the tree; empty where it is the root of the container, or too long.
  private Optional<String> path(RawEntry raw) throws LimitException {
    session.checkEntries();
    if (raw.name().length > session.limits().nameBytes()) {
      String detail = "a path of " + raw.name().length + " bytes; the entry is left out";
      session.note(new Note.LimitHit(place.where(), Note.Limit.NAME_BYTES, detail));
      return Optional.empty();
    }
    SafeName safe = SafeName.of(raw.name());
    if (safe.text().isEmpty()) {
      return Optional.empty();
    }
    String path = place.mount() + safe.text();
    if (!safe.changed().isEmpty()) {
      session.note(
          new Note.UnsafePath(
              Place.path(path).toString(), safe.changed() + ": " + EntryPath.of(raw.name())));
    }
    return Optional.of(path);
  }

  private void put(RawEntry raw, String path, long size, Optional<Sha256> sha256, String chain) {
    session.add(
        new Entry(
            Place.path(path),
            raw.type(),
            raw.mode(),
            raw.uid(),
            raw.gid(),
            raw.mtime(),
            raw.rdev(),
            raw.type() == EntryType.SYMLINK
                ? Optional.of(EntryPath.of(raw.linkTarget()))
                : Optional.empty(),
            raw.xattrs(),
            size,
            sha256,
            chain));
  }
}
