package io.firmament.platform.rollout;

import java.util.OptionalInt;

/// How many devices that share the value of a tag may be updated at once. Devices without the tag
/// share a value too. At least one always may, so that a budget slows a rollout and never stops it.
///
/// @param groupBy the key of the tag, `site`
/// @param maxUnavailable at most so many
/// @param minAvailable so many must be left alone
public record DisruptionBudget(
    String groupBy, OptionalInt maxUnavailable, OptionalInt minAvailable) {
  public DisruptionBudget {
    Invalid.unless(
        !groupBy.isEmpty() && groupBy.length() <= 64,
        "strategy.disruption_budget.group_by",
        "must be the key of a tag");
    Invalid.unless(
        maxUnavailable.isPresent() || minAvailable.isPresent(),
        "strategy.disruption_budget",
        "needs max_unavailable or min_available");
  }

  /// How many of so many devices may be updated at once.
  int allowed(int devices) {
    int most = maxUnavailable.orElse(Integer.MAX_VALUE);
    int spared = minAvailable.orElse(0);
    return Math.max(1, Math.min(most, devices - spared));
  }
}
