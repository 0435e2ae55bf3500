package io.firmament.platform.rollout;

import java.time.Duration;
import java.util.Optional;

/// A step of a rollout: how far it reaches, counted from the beginning, and what opens it.
///
/// @param approval whether somebody has to approve before it opens
/// @param soak how long its devices are watched before the next wave; the strategy's unless given
public record Wave(Reach reach, Approval approval, Optional<Duration> soak) {
  /// How many devices have been reached when a wave is through, those of the waves before included.
  public sealed interface Reach {
    /// @param hundredths of a percent of all devices, 1 to 10,000
    record Percent(int hundredths) implements Reach {
      public static final Percent ALL = new Percent(10_000);
    }

    record Count(int devices) implements Reach {}

    /// The devices reached of so many: a percentage is rounded up, so that the first wave has one
    /// at least.
    default int of(int devices) {
      return switch (this) {
        case Percent(int hundredths) ->
            Math.toIntExact(Math.ceilDiv((long) devices * hundredths, 10_000L));
        case Count(int count) -> Math.min(devices, count);
      };
    }
  }

  /// What opens a wave.
  public enum Approval {
    /// The wave before is through, within tolerance.
    AUTO,
    /// Somebody who may approve says so.
    MANUAL
  }
}
