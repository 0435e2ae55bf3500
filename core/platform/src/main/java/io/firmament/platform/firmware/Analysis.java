package io.firmament.platform.firmware;

import io.firmament.base.AnalysisId;
import io.firmament.base.FirmwareId;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/// One analysis run of one firmware.
///
/// @param doneStages stages whose result document is written
/// @param startedAt when the first stage began
/// @param finishedAt when the result was published, or the analysis failed
/// @param matched what the matches were made with; empty before they are
/// @param failure for a failed analysis, a sentence that tells the uploader why
public record Analysis(
    AnalysisId id,
    FirmwareId firmware,
    State state,
    Optional<Result> result,
    Set<Stage> doneStages,
    Instant createdAt,
    Optional<Instant> startedAt,
    Optional<Instant> finishedAt,
    Optional<Matched> matched,
    Optional<String> failure) {
  /// How far it is.
  public enum State {
    WAITING,
    ANALYZING,
    DONE
  }

  /// How it ended.
  public enum Result {
    COMPLETE,
    FAILED
  }

  public Analysis {
    doneStages = Set.copyOf(doneStages);
  }

  /// One that no stage has begun.
  public static Analysis waiting(AnalysisId id, FirmwareId firmware, Instant createdAt) {
    return new Analysis(
        id,
        firmware,
        State.WAITING,
        Optional.empty(),
        Set.of(),
        createdAt,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /// Whether it ended well.
  public boolean isComplete() {
    return result.equals(Optional.of(Result.COMPLETE));
  }
}
