package io.firmament.analysis.unpack;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.UnpackReport.ChunkView;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.io.LimitException;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.analysis.unpack.io.UnsupportedException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Decides what to look into, where its content is mounted, and goes on inside of it.
final class Explorer {
  private static final long VERDICT_BYTES = 1 << 20;
  private static final int SMALLEST_CONTAINER = 18;

  private final Session session;
  private final PackWriter pack;
  private final Scratch scratch;

  Explorer(Session session, PackWriter pack, Scratch scratch) {
    this.session = session;
    this.pack = pack;
    this.scratch = scratch;
  }

  Session session() {
    return session;
  }

  PackWriter pack() {
    return pack;
  }

  Scratch scratch() {
    return scratch;
  }

  /// The image itself: every offset is looked at.
  void image(ByteSource image, String name) {
    byte[] nameBytes = name.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    String fileName = name.isBlank() ? "image" : SafeName.of(nameBytes).text().replace('/', '_');
    Place place = new Place("", fileName, "", null, 0);
    session.root("");
    if (image.size() > session.limits().inputBytes()) {
      String detail = "the image has more than " + session.limits().inputBytes() + " bytes";
      session.note(new Note.LimitHit("", Note.Limit.INPUT_BYTES, detail));
      return;
    }
    if (image.size() == 0) {
      session.note(new Note.Truncated("", "the image is empty"));
    }
    boolean ordinary = Ordinary.is(image);
    List<Scanner.Hit> hits = blob(image, place, ordinary);
    account(image, place, hits, ordinary);
  }

  /// What a stream or wrapper held.
  void payload(ByteSource payload, Place place) {
    blob(payload, place, Ordinary.is(payload) || place.name().equals("vmlinux"));
  }

  /// A file of the tree: looked into where it is a container from its first byte on.
  void entry(ByteSource content, Place place) {
    if (content.size() < SMALLEST_CONTAINER) {
      return;
    }
    Optional<Scanner.Hit> head = session.scanner().atStart(content);
    if (head.isEmpty() || head.get().format().card().kind() == FormatCard.Kind.DATA) {
      return;
    }
    List<Scanner.Hit> hits = hits(content, place, head);
    Place inside = place.mountedAt(place.mount() + place.name() + "!/");
    extractAll(content, inside, hits);
  }

  private List<Scanner.Hit> blob(ByteSource source, Place place, boolean ordinary) {
    Optional<Scanner.Hit> head = session.scanner().atStart(source);
    List<Scanner.Hit> hits = hits(source, place, head);
    int before = session.entryCount();
    if (ordinary && !covers(source, hits)) {
      leaf(place, Body.of(source));
      extractAll(source, place.mountedAt(place.mount() + place.name() + "!/"), hits);
      return hits;
    }
    extractAll(source, place, hits);
    if (session.entryCount() == before && !session.stopped()) {
      leaf(place, Body.of(source));
    }
    return hits;
  }

  private List<Scanner.Hit> hits(ByteSource source, Place place, Optional<Scanner.Hit> head) {
    if (head.isPresent() && covers(source, List.of(head.get()))) {
      return List.of(head.get());
    }
    Scanner.Found found = session.scanner().everywhere(source);
    if (found.exhausted()) {
      session.note(
          new Note.LimitHit(
              place.where(), Note.Limit.SCAN_WORK, "too many false headers; the rest is unknown"));
    }
    return found.hits();
  }

  /// A single chunk with nothing but padding behind it.
  private static boolean covers(ByteSource source, List<Scanner.Hit> hits) {
    if (hits.size() != 1 || hits.getFirst().chunk().start() != 0) {
      return false;
    }
    return Regions.between(source, hits).stream().allMatch(Regions.Region::padding);
  }

  private void extractAll(ByteSource source, Place place, List<Scanner.Hit> hits) {
    for (Scanner.Hit hit : hits) {
      Place at = place;
      if (hits.size() > 1) {
        String prefix = Long.toHexString(hit.chunk().start()) + "-" + hit.format().card().id();
        at = place.mountedAt(place.mount() + prefix + "/");
      }
      extract(source, at, hit);
    }
  }

  private void extract(ByteSource source, Place place, Scanner.Hit hit) {
    FormatCard card = hit.format().card();
    Chunk chunk = hit.chunk();
    if (session.stopped()) {
      return;
    }
    String where = place.where();
    String id = Session.chunkId(place.parent(), card.id(), where, chunk.start(), chunk.end());
    session.chunk(view(id, place, card.id(), chunk));
    if (place.depth() >= session.limits().depth()) {
      String detail = card.id() + " at depth " + place.depth() + " is not unpacked";
      session.note(new Note.LimitHit(where, Note.Limit.DEPTH, detail));
      return;
    }
    if (!place.mount().isEmpty()) {
      session.root(place.mount());
    }
    Place inside = place.within(card.id(), id);
    try {
      TreeSink sink = new TreeSink(this, inside, card);
      hit.format().unpack(source.slice(chunk.start(), chunk.length()), chunk, sink);
    } catch (IOException | RuntimeException e) {
      failed(inside.where(), card.id(), e);
    }
  }

  /// Turns what went wrong in a reader into a note; trouble with our own files is no such thing.
  void failed(String where, String what, Exception e) {
    if (e instanceof UncheckedIOException unchecked) {
      throw unchecked;
    }
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    String detail = what + ": " + message;
    session.note(
        switch (e) {
          case LimitException limit -> new Note.LimitHit(where, limit.limit(), detail);
          case EOFException eof -> new Note.Truncated(where, detail);
          case UnsupportedException unsupported -> new Note.Unsupported(where, detail);
          default -> new Note.Corrupt(where, detail);
        });
  }

  void leaf(Place place, Body body) {
    String chain = place.chain().isEmpty() ? "file" : place.chain();
    try {
      byte[] name = place.name().getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
      TreeSink sink = new TreeSink(this, place);
      sink.store(
          RawEntry.plain(name, io.firmament.analysis.tree.EntryType.FILE, 0644, 0), body, chain);
    } catch (LimitException e) {
      failed(place.where(), "file", e);
    }
  }

  /// Copies a body within the limits; what was read before it failed is kept, and the failure
  /// noted.
  void copy(Body body, String where, Copy to) throws LimitException {
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = open(body)) {
      for (int n = in.read(buffer, 0, buffer.length);
          n >= 0;
          n = in.read(buffer, 0, buffer.length)) {
        session.decoded(n, where);
        append(to, buffer, n);
      }
    } catch (LimitException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      failed(where, "content", e);
    }
  }

  private static InputStream open(Body body) throws IOException {
    return switch (body) {
      case Body.Slice slice -> new SourceInputStream(slice.source(), 0);
      case Body.Decoded decoded -> decoded.opener().open();
    };
  }

  private static void append(Copy to, byte[] buffer, int n) {
    try {
      to.append(buffer, n);
    } catch (IOException e) {
      throw new UncheckedIOException("the work directory cannot be written", e);
    }
  }

  /// Takes copied bytes.
  @FunctionalInterface
  interface Copy {
    void append(byte[] buffer, int length) throws IOException;
  }

  /// Reports the regions of the image and how much of it is understood.
  private void account(ByteSource image, Place place, List<Scanner.Hit> hits, boolean ordinary) {
    for (Scanner.Hit hit : hits) {
      session.explained(hit.length());
    }
    for (Regions.Region region : Regions.between(image, hits)) {
      boolean known = region.padding() || (ordinary && region.start() == 0);
      String format = region.padding() ? "padding" : known ? "file" : "unknown";
      ByteSource bytes = image.slice(region.start(), region.end() - region.start());
      Map<String, String> meta = Map.of();
      if (known) {
        session.explained(bytes.size());
      } else {
        Entropy entropy = Entropy.of(bytes);
        meta = Map.of("entropy", entropy.text());
        if (bytes.size() >= VERDICT_BYTES && entropy.looksEncrypted()) {
          String detail =
              "%d bytes at offset %d: %s".formatted(bytes.size(), region.start(), entropy);
          session.note(new Note.EncryptedOrCompressedUnknown("", detail));
        }
      }
      String id = Session.chunkId(null, format, "", region.start(), region.end());
      Chunk chunk =
          new Chunk(
              region.start(), region.end(), io.firmament.base.finding.Confidence.HIGH, false, meta);
      session.chunk(view(id, place, format, chunk));
    }
  }

  private static ChunkView view(String id, Place place, String format, Chunk chunk) {
    return new ChunkView(
        id,
        place.parent(),
        format,
        place.where(),
        chunk.start(),
        chunk.end(),
        chunk.confidence().name(),
        chunk.encrypted(),
        chunk.meta());
  }
}
