package io.firmament.platform.firmware;

import io.avaje.jsonb.Json;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What unpacking made of an image, as the API serves it: the document UNPACKING.
///
/// @param explainedPercent how much of the image is a known container, a known file or padding, 0
///     to 100
/// @param complete false where a limit or damage kept something out of the tree
/// @param tree how much the tree has in all
/// @param contentBytes sum of the sizes of all files
/// @param chunkCount how many chunks there were; [#chunks] has at most [#MAX_CHUNKS] of them
/// @param chunks containers and regions, outer before inner, in order of offset
/// @param notes imperfections and limits, in the order they were met
@Json
public record Unpacking(
    double explainedPercent,
    boolean complete,
    Counts tree,
    long contentBytes,
    int chunkCount,
    List<Chunk> chunks,
    List<Note> notes) {
  /// An image of very many small archives has more chunks than anybody reads.
  public static final int MAX_CHUNKS = 10_000;

  /// Entries of the tree by type.
  @Json
  public record Counts(int files, int directories, int links, int others) {}

  /// A region of the image, or of what was decoded from it.
  ///
  /// @param parent id of the chunk this was decoded from; null for a region of the image
  /// @param format id of the format, or `padding`, `unknown` or `file`
  /// @param where path of the tree that this was mounted at; empty for its root
  /// @param start first byte, in its parent's decoded content
  /// @param end one past the last byte
  /// @param confidence HIGH where a checksum proved it
  /// @param meta facts of its header
  /// @param held what it put into the tree itself, without what chunks inside of it did
  @Json
  public record Chunk(
      String id,
      @Nullable String parent,
      String format,
      String where,
      long start,
      long end,
      String confidence,
      boolean encrypted,
      Map<String, String> meta,
      Counts held) {
    public Chunk {
      meta = Collections.unmodifiableMap(new TreeMap<>(meta));
    }
  }

  /// An imperfection of the material, or a limit that was reached.
  ///
  /// @param kind for example `TRUNCATED`
  /// @param where path in the tree; empty for the image
  @Json
  public record Note(String kind, String where, String detail) {}

  /// What an image is made for: the document IDENTITY. Null is "not seen".
  ///
  /// @param architecture the processor most of its code is for, for example `arm`
  /// @param endianness `little` or `big`
  /// @param bits 32 or 64
  /// @param operatingSystem for example `Linux`
  /// @param distribution for example `debian`, as `os-release` spells its id
  /// @param distributionVersion for example `12`
  /// @param kernelVersion for example `6.1.55`
  @Json
  public record Identity(
      @Nullable String architecture,
      @Nullable String endianness,
      @Nullable Integer bits,
      @Nullable String operatingSystem,
      @Nullable String distribution,
      @Nullable String distributionVersion,
      @Nullable String kernelVersion) {}

  public Unpacking {
    chunks = List.copyOf(chunks);
    notes = List.copyOf(notes);
  }
}
