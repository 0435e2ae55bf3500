package io.firmament.analysis.unpack;

import io.firmament.analysis.tree.Entry;

/// What holds for every result, whatever the bytes were.
final class Soundness {
  private Soundness() {}

  /// Throws an [AssertionError] where the result cannot be used.
  static void check(UnpackResult result, long length) {
    UnpackReport report = result.report();
    hold(report.inputSize() == length, "size " + report.inputSize());
    double percent = report.explainedPercent();
    hold(percent >= 0 && percent <= 100, "explained " + percent);
    for (Entry entry : result.tree().entries()) {
      String path = "/" + entry.path() + "/";
      hold(!path.contains("/../") && !path.contains("//") && !path.contains("/./"), path);
      entry
          .sha256()
          .ifPresent(
              sha256 -> hold(result.tree().content(sha256).size() == entry.size(), path + " size"));
    }
    for (UnpackReport.ChunkView chunk : report.chunks()) {
      hold(chunk.start() >= 0 && chunk.end() > chunk.start(), chunk.toString());
    }
  }

  private static void hold(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
