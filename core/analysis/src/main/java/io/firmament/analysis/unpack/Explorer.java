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
import io.firmament.base.finding.Confidence;
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

  /// A smaller region counts, too, where it is most of its blob.
  private static final int VERDICT_SHARE_BYTES = 16 << 10;

  private static final int SMALLEST_CONTAINER = 18;

  /// A region that nothing claims is kept as a file from this size on, unless it looks random.
  private static final int KEPT_BYTES = 4096;

  private static final int SMALL_READ = 1 << 12;

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
      leaf(place, Body.of(image));
      return;
    }
    long known = Ordinary.end(image);
    List<Scanner.Hit> hits = hits(image, place);
    explore(new Survey(image, hits, known), place);
  }

  /// What a stream or wrapper held. Where it is no container and does not look random, it is one
  /// file: a program or data.
  void payload(ByteSource payload, Place place) {
    List<Scanner.Hit> hits = hits(payload, place);
    long known = Ordinary.end(payload);
    Survey survey = new Survey(payload, hits, known);
    if (known < payload.size() && (place.name().equals("vmlinux") || survey.mostlyUnclaimed())) {
      boolean random =
          hits.isEmpty()
              && payload.size() >= VERDICT_SHARE_BYTES
              && Entropy.of(payload).looksRandom(payload.size());
      survey = new Survey(payload, hits, random ? known : payload.size());
    }
    explore(survey, place);
  }

  /// A file of the tree: looked into where it is a container from its first byte on.
  void entry(ByteSource content, Place place) {
    if (content.size() < SMALLEST_CONTAINER) {
      return;
    }
    Optional<Scanner.Hit> head = session.scanner().atStart(content);
    if (head.isPresent() && head.get().format().card().kind() == FormatCard.Kind.KEY) {
      told(content, place, head.get());
      return;
    }
    if (head.isEmpty() || head.get().format().card().kind() == FormatCard.Kind.DATA) {
      return;
    }
    List<Scanner.Hit> hits = hits(content, place, head);
    Survey survey = new Survey(content, hits, 0);
    parts(survey, place.mountedAt(place.mount() + place.name() + "!/"));
  }

  /// Says what a file of the tree is that is all of one chunk.
  private void told(ByteSource content, Place place, Scanner.Hit hit) {
    if (hit.length() == content.size()) {
      String path = place.mount() + place.name();
      String id = hit.format().card().id();
      Chunk chunk = hit.chunk();
      Place at = place.mountedAt(path);
      session.chunk(
          view(
              Session.chunkId(place.parent(), id, at.where(), chunk.start(), chunk.end()),
              at,
              id,
              chunk));
    }
  }

  private void explore(Survey survey, Place place) {
    int before = session.entryCount();
    if (survey.isFile()) {
      leaf(place, Body.of(survey.source()));
      parts(survey.embedded(), place.mountedAt(place.mount() + place.name() + "!/"));
      return;
    }
    boolean worthless = parts(survey, place);
    boolean image = place.parent() == null;
    if (session.entryCount() == before && !session.stopped() && !(worthless && image)) {
      leaf(place, Body.of(survey.source()));
    }
  }

  /// Goes through a blob from its start to its end; true where all of it is padding or looks
  /// random.
  private boolean parts(Survey survey, Place place) {
    long explained = 0;
    boolean worthless = true;
    for (Survey.Part part : survey.parts()) {
      switch (part) {
        case Survey.Claimed claimed -> {
          Place at = place;
          if (survey.hits().size() > 1) {
            String prefix =
                Long.toHexString(part.start()) + "-" + claimed.hit().format().card().id();
            at = place.mountedAt(place.mount() + prefix + "/");
          }
          explained += extract(survey.source(), at, claimed.hit());
          worthless = false;
        }
        case Survey.Padding padding -> {
          region(padding, "padding", Map.of(), place);
          explained += padding.length();
        }
        case Survey.OneFile file -> {
          if (file.length() < survey.source().size() || place.parent() == null) {
            region(file, "file", Map.of(), place);
          }
          explained += file.length();
          worthless = false;
        }
        case Survey.Unknown unknown -> worthless = unknown(survey, unknown, place) && worthless;
      }
    }
    session.explained(place.parent(), survey.source().size(), explained);
    return worthless;
  }

  /// Says what is known of a region that nothing claims, and keeps it where there may be something
  /// to find in it; true where it looks random.
  private boolean unknown(Survey survey, Survey.Unknown unknown, Place place) {
    ByteSource bytes = survey.source().slice(unknown.start(), unknown.length());
    Entropy entropy = Entropy.of(bytes);
    region(
        unknown,
        "unknown",
        Map.of("entropy", entropy.text(), "chiSquare", entropy.chiSquareText()),
        place);
    String detail = "%d bytes at offset %d: %s".formatted(bytes.size(), unknown.start(), entropy);
    boolean random = entropy.looksRandom(bytes.size());
    boolean most = bytes.size() >= VERDICT_SHARE_BYTES && bytes.size() > survey.source().size() / 2;
    if (random && (most || bytes.size() >= VERDICT_BYTES)) {
      session.note(new Note.EncryptedOrCompressedUnknown(place.where(), detail));
    }
    if (unknown.start() > 0 && unknown.start() + unknown.length() == survey.source().size()) {
      session.note(new Note.TrailingData(place.where(), detail));
    }
    boolean whole = bytes.size() == survey.source().size();
    if (!whole && !random && bytes.size() >= KEPT_BYTES && !session.stopped()) {
      leaf(place.named(Long.toHexString(unknown.start()) + "-unknown"), Body.of(bytes));
    }
    return random;
  }

  private List<Scanner.Hit> hits(ByteSource source, Place place) {
    return hits(source, place, session.scanner().atStart(source));
  }

  private List<Scanner.Hit> hits(ByteSource source, Place place, Optional<Scanner.Hit> head) {
    if (head.isPresent() && covers(source, head.get())) {
      return List.of(head.get());
    }
    return searched(session.scanner().everywhere(source), place);
  }

  /// Looks for containers behind the first byte of a blob that is known by its start.
  void behindStart(ByteSource source, Place place) {
    List<Scanner.Hit> hits = searched(session.scanner().from(source, 1), place);
    parts(new Survey(source, hits, source.size()).embedded(), place);
  }

  private List<Scanner.Hit> searched(Scanner.Found found, Place place) {
    for (String format : found.exhausted()) {
      String detail = "too many false headers of " + format + "; it was not looked for any further";
      session.note(new Note.LimitHit(place.where(), Note.Limit.SCAN_WORK, detail));
    }
    return found.hits();
  }

  /// A single chunk with nothing but padding behind it.
  private static boolean covers(ByteSource source, Scanner.Hit hit) {
    return hit.chunk().start() == 0
        && new Survey(source, List.of(hit), 0)
            .parts().stream().noneMatch(part -> part instanceof Survey.Unknown);
  }

  /// Gives how many of the chunk's bytes hold what is understood.
  private long extract(ByteSource source, Place place, Scanner.Hit hit) {
    FormatCard card = hit.format().card();
    Chunk chunk = hit.chunk();
    if (session.stopped()) {
      return chunk.length();
    }
    String where = place.where();
    String id = Session.chunkId(place.parent(), card.id(), where, chunk.start(), chunk.end());
    session.chunk(view(id, place, card.id(), chunk));
    if (place.depth() >= session.limits().depth()) {
      String detail = card.id() + " at depth " + place.depth() + " is not unpacked";
      session.note(new Note.LimitHit(where, Note.Limit.DEPTH, detail));
      return chunk.length();
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
    } catch (StackOverflowError e) {
      session.note(new Note.Corrupt(inside.where(), card.id() + ": nested too deeply"));
    } catch (OutOfMemoryError e) {
      // One array that is too large leaves the rest of the heap as it was.
      String detail = card.id() + ": needs more memory than there is";
      session.note(new Note.LimitHit(inside.where(), Note.Limit.CODEC_MEMORY, detail));
    }
    return Math.round(session.explainedShare(id) * chunk.length());
  }

  private void region(Survey.Part part, String format, Map<String, String> meta, Place place) {
    String id =
        Session.chunkId(
            place.parent(), format, place.where(), part.start(), part.start() + part.length());
    Chunk chunk =
        new Chunk(part.start(), part.start() + part.length(), Confidence.HIGH, false, meta);
    session.chunk(view(id, place, format, chunk));
  }

  /// Turns what went wrong in a reader into a note; trouble with our own files is no such thing.
  void failed(String where, String what, Exception e) {
    if (e instanceof UncheckedIOException unchecked) {
      throw unchecked;
    }
    String name = e.getClass().getSimpleName();
    String message =
        e.getMessage() == null
            ? e instanceof EOFException ? "it ends too early" : name
            : e instanceof RuntimeException ? name + ": " + e.getMessage() : e.getMessage();
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
  /// noted. Decoders lose what they have of a read that fails, so that reads are small.
  void copy(Body body, String where, Copy to) throws LimitException {
    byte[] buffer = new byte[1 << 16];
    int read = body instanceof Body.Slice ? buffer.length : SMALL_READ;
    int filled = 0;
    try (InputStream in = open(body)) {
      while (true) {
        int n = in.read(buffer, filled, Math.min(read, buffer.length - filled));
        if (n < 0) {
          break;
        }
        filled += n;
        if (filled == buffer.length) {
          session.decoded(filled, where);
          append(to, buffer, filled);
          filled = 0;
        }
      }
    } catch (LimitException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      failed(where, "content", e);
    }
    session.decoded(filled, where);
    append(to, buffer, filled);
  }

  private static InputStream open(Body body) throws IOException {
    return switch (body) {
      case Body.Slice slice -> new SourceInputStream(slice.source(), 0);
      case Body.Decoded decoded -> decoded.opener().open();
      case Body.Spread spread -> spread.opener().open();
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
        chunk.meta(),
        null);
  }
}
