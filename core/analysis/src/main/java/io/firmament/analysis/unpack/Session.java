package io.firmament.analysis.unpack;

import io.firmament.analysis.tree.Entry;
import io.firmament.analysis.tree.EntryPath;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.UnpackReport.ChunkView;
import io.firmament.analysis.unpack.UnpackReport.NoteView;
import io.firmament.analysis.unpack.io.LimitException;
import io.firmament.base.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What one unpacking has found so far, and what it may still spend.
final class Session {
  private static final String IMAGE = "";

  private final Scanner scanner;
  private final Limits limits;
  private final UnpackProgress progress;
  private final long inputSize;
  private final Map<EntryPath, Entry> entries = new LinkedHashMap<>();
  private final Set<String> roots = new HashSet<>();
  private final List<ChunkView> chunks = new ArrayList<>();
  private final List<NoteView> notes = new ArrayList<>();
  private final Map<String, Tally> tallies = new HashMap<>();
  private long decoded;
  private boolean complete = true;
  private boolean stopped;

  Session(Scanner scanner, Limits limits, UnpackProgress progress, long inputSize) {
    this.scanner = scanner;
    this.limits = limits;
    this.progress = progress;
    this.inputSize = inputSize;
  }

  Scanner scanner() {
    return scanner;
  }

  Limits limits() {
    return limits;
  }

  /// True once a limit of the whole was reached: nothing more is decoded.
  boolean stopped() {
    return stopped;
  }

  void note(Note note) {
    boolean harmless =
        switch (note) {
          case Note.UnsafePath _, Note.DuplicatePath _, Note.TrailingData _ -> true;
          case Note.Truncated _,
              Note.Corrupt _,
              Note.LimitHit _,
              Note.Encrypted _,
              Note.Unsupported _,
              Note.EncryptedOrCompressedUnknown _ ->
              false;
        };
    complete = complete && harmless;
    if (note instanceof Note.LimitHit hit) {
      switch (hit.limit()) {
        case INPUT_BYTES, TOTAL_BYTES, RATIO, ENTRIES -> stopped = true;
        case DEPTH, CODEC_MEMORY, NAME_BYTES, NOTES, SCAN_WORK -> {}
      }
    }
    if (notes.size() < limits.notes()) {
      notes.add(NoteView.of(note));
    } else if (notes.size() == limits.notes()) {
      notes.add(
          NoteView.of(
              new Note.LimitHit("", Note.Limit.NOTES, "further notes are not in the report")));
    }
  }

  void decoded(long bytes, String where) throws LimitException {
    decoded += bytes;
    progress.advanced(decoded, entries.size(), where);
    if (stopped) {
      throw new LimitException(Note.Limit.TOTAL_BYTES, "a limit of the whole was reached before");
    }
    if (decoded > limits.totalBytes()) {
      throw new LimitException(
          Note.Limit.TOTAL_BYTES, "more than " + limits.totalBytes() + " bytes decoded");
    }
    if (decoded > limits.freeBytes() && decoded / limits.ratio() > inputSize) {
      throw new LimitException(
          Note.Limit.RATIO, "more than " + limits.ratio() + " bytes decoded for each of the image");
    }
  }

  void checkEntries() throws LimitException {
    if (entries.size() >= limits.entries()) {
      throw new LimitException(Note.Limit.ENTRIES, "more than " + limits.entries() + " entries");
    }
  }

  void add(Entry entry) {
    Entry old = entries.put(entry.path(), entry);
    if (old != null && (old.type() != EntryType.DIRECTORY || entry.type() != old.type())) {
      note(new Note.DuplicatePath(entry.path().toString(), "the later entry is kept"));
    }
  }

  @Nullable Entry entry(EntryPath path) {
    return entries.get(path);
  }

  int entryCount() {
    return entries.size();
  }

  void root(String path) {
    roots.add(EntryPath.of(path.getBytes(StandardCharsets.ISO_8859_1)).toString());
  }

  void chunk(ChunkView chunk) {
    chunks.add(chunk);
  }

  /// How many bytes of a blob are understood.
  ///
  /// @param chunk that the blob was decoded from; null for the image
  void explained(@Nullable String chunk, long size, long explained) {
    tallies
        .computeIfAbsent(chunk == null ? IMAGE : chunk, key -> new Tally())
        .add(size, Math.min(size, explained));
  }

  /// From 0 to 1; 1 for a chunk whose content was not looked into as a blob.
  double explainedShare(String chunk) {
    Tally tally = tallies.get(chunk);
    return tally == null || tally.size == 0 ? 1 : (double) tally.explained / tally.size;
  }

  private double percent(String chunk) {
    return Math.round(explainedShare(chunk) * 10_000) / 100.0;
  }

  /// Bytes of all blobs of one chunk.
  private static final class Tally {
    private long size;
    private long explained;

    void add(long moreSize, long moreExplained) {
      size += moreSize;
      explained += moreExplained;
    }
  }

  static String chunkId(@Nullable String parent, String format, String where, long from, long to) {
    String text = parent + "|" + format + "|" + where + "|" + from + "|" + to;
    return Sha256.of(text.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 16);
  }

  UnpackedTree tree(PackReader pack) {
    return new UnpackedTree(List.copyOf(entries.values()), List.copyOf(roots), pack);
  }

  UnpackReport report(long size, String sha256, UnpackedTree tree, Pack pack) {
    Map<EntryType, Integer> types = new EnumMap<>(EntryType.class);
    long contentBytes = 0;
    for (Entry entry : tree.entries()) {
      types.merge(entry.type(), 1, Integer::sum);
      contentBytes += entry.size();
    }
    int files = types.getOrDefault(EntryType.FILE, 0);
    int directories = types.getOrDefault(EntryType.DIRECTORY, 0);
    int symlinks = types.getOrDefault(EntryType.SYMLINK, 0);
    UnpackReport.Counts counts =
        new UnpackReport.Counts(
            tree.entries().size(),
            files,
            directories,
            symlinks,
            tree.entries().size() - files - directories - symlinks,
            pack.index().extents().size(),
            contentBytes,
            pack.size(),
            decoded);
    List<ChunkView> views =
        chunks.stream()
            .map(
                chunk ->
                    tallies.containsKey(chunk.id()) ? chunk.explained(percent(chunk.id())) : chunk)
            .toList();
    return new UnpackReport(size, sha256, views, notes, percent(IMAGE), complete, counts);
  }
}
