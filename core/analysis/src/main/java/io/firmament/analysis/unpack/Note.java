package io.firmament.analysis.unpack;

import java.util.Locale;

/// An imperfection of the material, or a limit that was reached: data in the report, never an
/// exception.
public sealed interface Note {
  /// Where in the tree or image it was seen.
  String where();

  String detail();

  /// The name in the report, for example `LIMIT_HIT`.
  default String kind() {
    return getClass().getSimpleName().replaceAll("(?<=.)([A-Z])", "_$1").toUpperCase(Locale.ROOT);
  }

  /// The material ends too early; what was there is kept.
  record Truncated(String where, String detail) implements Note {}

  /// The material contradicts its format; what could be read is kept.
  record Corrupt(String where, String detail) implements Note {}

  /// A limit of [Limits] was reached; the rest of that container is not in the tree.
  record LimitHit(String where, Limit limit, String detail) implements Note {}

  /// A name that would have left the tree; it was made harmless.
  record UnsafePath(String where, String detail) implements Note {}

  /// Content that cannot be read without a key.
  record Encrypted(String where, String detail) implements Note {}

  /// A feature that the reader of that format does not know.
  record Unsupported(String where, String detail) implements Note {}

  /// Two entries of one path; the later one is in the tree.
  record DuplicatePath(String where, String detail) implements Note {}

  /// Data of no known format behind the last container or file: a signature, or something hidden.
  record TrailingData(String where, String detail) implements Note {}

  /// A large region that looks encrypted, or compressed in an unknown way. An image
  /// with this note is not "without findings": it was not seen.
  record EncryptedOrCompressedUnknown(String where, String detail) implements Note {}

  /// Which limit was reached.
  enum Limit {
    INPUT_BYTES,
    TOTAL_BYTES,
    RATIO,
    ENTRIES,
    DEPTH,
    CODEC_MEMORY,
    NAME_BYTES,
    NOTES,
    SCAN_WORK
  }
}
