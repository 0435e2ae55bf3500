package io.firmament.analysis.unpack;

import io.avaje.jsonb.Json;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the engine found in an image; the same bytes always give the same report.
///
/// @param inputSize bytes of the image
/// @param inputSha256 of the image, lower-case hex
/// @param chunks containers and regions, outer before inner, in order of offset
/// @param notes imperfections and limits, in the order they were met
/// @param explainedPercent how much of the image is understood: padding, a known file, or a
///     container, whose own content counts as far as it is understood
/// @param complete false where a limit or damage kept something out of the tree
@Json
public record UnpackReport(
    long inputSize,
    String inputSha256,
    List<ChunkView> chunks,
    List<NoteView> notes,
    double explainedPercent,
    boolean complete,
    Counts counts) {
  /// A region of the image, or of what was decoded from it.
  ///
  /// @param id hash of parent, offsets and format
  /// @param parent id of the chunk this was decoded from; null for a region of the image
  /// @param format id of the format, or `padding`, `unknown` or `file`
  /// @param where path of the tree that this was mounted at, or the file it was found in
  /// @param start first byte, in its parent's decoded content
  /// @param end one past the last byte
  /// @param confidence HIGH where a checksum proved it
  /// @param meta facts of the header, in order of the names; entropy and chi-square of the unknown
  /// @param explainedPercent how much of the content that was decoded from it is understood; null
  ///     where it holds files, or was not looked into
  @Json
  public record ChunkView(
      String id,
      @Nullable String parent,
      String format,
      String where,
      long start,
      long end,
      String confidence,
      boolean encrypted,
      Map<String, String> meta,
      @Nullable Double explainedPercent) {
    public ChunkView {
      meta = Collections.unmodifiableSortedMap(new TreeMap<>(meta));
    }

    ChunkView explained(double percent) {
      return new ChunkView(
          id, parent, format, where, start, end, confidence, encrypted, meta, percent);
    }
  }

  /// A [Note] as text.
  @Json
  public record NoteView(String kind, String where, String detail) {
    static NoteView of(Note note) {
      String detail =
          note instanceof Note.LimitHit hit ? hit.limit() + ": " + hit.detail() : note.detail();
      return new NoteView(note.kind(), note.where(), detail);
    }
  }

  /// Sizes of the result.
  ///
  /// @param entries of the tree
  /// @param uniqueContents different contents in the pack
  /// @param contentBytes sum of the sizes of all files
  /// @param packBytes bytes of the pack
  /// @param decodedBytes all bytes that were decoded on the way
  @Json
  public record Counts(
      int entries,
      int files,
      int directories,
      int symlinks,
      int others,
      int uniqueContents,
      long contentBytes,
      long packBytes,
      long decodedBytes) {}

  public UnpackReport {
    chunks = List.copyOf(chunks);
    notes = List.copyOf(notes);
  }
}
