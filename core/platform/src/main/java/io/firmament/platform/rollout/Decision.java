package io.firmament.platform.rollout;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What an evaluation comes to.
///
/// @param effects in the order in which they must be written
/// @param next when time alone may change something; empty where only devices and people can
/// @param holds why nothing more happens: how many devices each reason holds back, or 1 where it
///     holds the rollout
/// @param state what there is when all effects are written
public record Decision(
    List<Effect> effects, Optional<Instant> next, Map<Hold, Integer> holds, RolloutState state) {
  public Decision {
    effects = List.copyOf(effects);
    EnumMap<Hold, Integer> copy = new EnumMap<>(Hold.class);
    copy.putAll(holds);
    holds = Collections.unmodifiableMap(copy);
  }

  /// Why a device, or the rollout, waits.
  public enum Hold {
    /// The rollout's time has not come.
    START,
    /// Devices that are not heard of.
    OFFLINE,
    /// Devices that are at another rollout's assignment.
    BUSY,
    /// Devices whose maintenance window is closed.
    WINDOW,
    /// Devices beyond the rate.
    RATE,
    /// Devices beyond what may be updated at once.
    CONCURRENCY,
    /// Devices of whose kind enough are being updated.
    BUDGET,
    /// Devices that have it and have not said how it ended.
    IN_FLIGHT,
    /// The wave is through and is being watched.
    SOAK,
    /// Somebody has to approve the next wave.
    APPROVAL,
    /// All waves are through; devices that were not seen are waited for.
    LATE,
    /// Somebody has to resume or abort.
    HALTED,
    /// Devices that join the group later are waited for.
    DYNAMIC
  }
}
