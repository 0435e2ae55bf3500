package io.firmament.analysis.unpack;

/// Hears how far an unpacking has come; called often, from the unpacking thread.
@FunctionalInterface
public interface UnpackProgress {
  /// Hears nothing.
  UnpackProgress SILENT = (decodedBytes, entries, container) -> {};

  /// @param decodedBytes so far
  /// @param entries of the tree so far
  /// @param container path and format of what is being read
  void advanced(long decodedBytes, int entries, String container);
}
