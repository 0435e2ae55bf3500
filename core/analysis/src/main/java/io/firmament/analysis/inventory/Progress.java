package io.firmament.analysis.inventory;

/// Hears how far a run has come; called from one thread at a time, from more than one thread.
@FunctionalInterface
public interface Progress {
  /// For those who do not want to hear.
  Progress NONE = (done, total) -> {};

  /// So many of so many distinct file contents have been read.
  void advanced(long done, long total);
}
