package io.firmament.infra;

import io.firmament.schema.Grant;
import io.firmament.schema.StageRole;
import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.Duration;

/// The functions of the analysis pipeline: one per stage, one that matches again what other facts
/// concern, and one that ends what failed for good.
enum StageFunction {
  UNPACK(3008, 900, 10240),
  IDENTIFY(2048, 900, 2048),
  INSPECT(2048, 900, 2048),
  MATCH(2048, 600, 4096),
  PUBLISH(1024, 300, 512),
  /// It compares two indexes, of some hundred megabytes each, and looks at all that watch keys.
  MONITOR(2048, 900, 4096),
  DEAD_LETTER(512, 60, 512);

  /// How often SQS hands a message out before it is a dead letter.
  static final int RECEIVES = 3;

  private static final int VISIBILITY_FACTOR = 6;

  private final int memory;
  private final int timeoutSeconds;
  private final int diskMegabytes;

  StageFunction(int memory, int timeoutSeconds, int diskMegabytes) {
    this.memory = memory;
    this.timeoutSeconds = timeoutSeconds;
    this.diskMegabytes = diskMegabytes;
  }

  /// The name in `OPERATION` and in the function's name.
  String id() {
    return role().id();
  }

  /// The queue it reads; the dead-letter function reads the dead letters of all stages.
  Optional<String> queue() {
    return this == DEAD_LETTER ? Optional.empty() : Optional.of(id());
  }

  static List<StageFunction> withQueue() {
    return List.of(UNPACK, IDENTIFY, INSPECT, MATCH, PUBLISH, MONITOR);
  }

  /// Those whose dead letters end an analysis. Those of [#MONITOR] end none: they stay, so that
  /// they can be given out again.
  static List<StageFunction> stages() {
    return List.of(UNPACK, IDENTIFY, INSPECT, MATCH, PUBLISH);
  }

  /// What it is, for people.
  String description() {
    return switch (this) {
      case UNPACK, IDENTIFY, INSPECT, MATCH, PUBLISH ->
          "Stage " + id() + " of the analysis pipeline";
      case MONITOR -> "Matches firmware again when vulnerability facts change";
      case DEAD_LETTER -> "Ends analyses that failed for good";
    };
  }

  /// What it may do, besides reading its queue and sending to the next.
  List<Grant> grants() {
    return role().grants();
  }

  /// Who gets a message when it is done.
  List<StageFunction> next() {
    return role().next().stream().map(next -> valueOf(next.name())).toList();
  }

  private StageRole role() {
    return StageRole.valueOf(name());
  }

  int memory() {
    return memory;
  }

  Duration timeout() {
    return Duration.seconds(timeoutSeconds);
  }

  /// AWS's advice: six times the timeout, so that a retry never overlaps the first try.
  Duration visibility() {
    return Duration.seconds(VISIBILITY_FACTOR * timeoutSeconds);
  }

  int diskMegabytes() {
    return diskMegabytes;
  }
}
