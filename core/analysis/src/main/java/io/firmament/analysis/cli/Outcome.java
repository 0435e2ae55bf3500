package io.firmament.analysis.cli;

import io.firmament.analysis.unpack.UnpackReport;
import java.util.List;
import java.util.Optional;

/// How an analysis ended.
enum Outcome {
  /// The image was looked into; notes say what was damaged or unknown.
  ANALYSED(0),
  /// Nothing in the image is known: it is empty, encrypted, or of an unknown format.
  NOT_ANALYSABLE(2),
  /// A limit ended it early; what was found until then is in the report.
  LIMIT_HIT(3);

  /// An image of which less than this is known and the rest looks random was not analysed.
  private static final double LITTLE = 10;

  private final int exitCode;

  Outcome(int exitCode) {
    this.exitCode = exitCode;
  }

  int exitCode() {
    return exitCode;
  }

  static Outcome of(UnpackReport report) {
    if (note(report, "LIMIT_HIT").isPresent()) {
      return LIMIT_HIT;
    }
    boolean random = note(report, "ENCRYPTED_OR_COMPRESSED_UNKNOWN").isPresent();
    boolean known =
        report.chunks().stream()
            .anyMatch(chunk -> !List.of("unknown", "padding").contains(chunk.format()));
    return known && !(random && report.explainedPercent() < LITTLE) ? ANALYSED : NOT_ANALYSABLE;
  }

  /// One sentence for what is not [#ANALYSED].
  Optional<String> reason(UnpackReport report) {
    return switch (this) {
      case ANALYSED -> Optional.empty();
      case LIMIT_HIT -> note(report, "LIMIT_HIT");
      case NOT_ANALYSABLE ->
          Optional.of(
              report.inputSize() == 0
                  ? "the image is empty"
                  : note(report, "ENCRYPTED_OR_COMPRESSED_UNKNOWN")
                      .map(detail -> "encrypted, or compressed in an unknown way: " + detail)
                      .orElse(
                          report.explainedPercent() == 100
                              ? "it is nothing but padding"
                              : "no known format was found in it"));
    };
  }

  private static Optional<String> note(UnpackReport report, String kind) {
    return report.notes().stream()
        .filter(note -> note.kind().equals(kind))
        .map(UnpackReport.NoteView::detail)
        .findFirst();
  }
}
