package io.firmament.platform.rollout;

import io.firmament.base.RolloutId;
import io.firmament.base.TenantId;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/// Something that happened to a rollout, kept as its timeline.
///
/// @param actor `user:<id>`, or `platform`
/// @param facts what there is to know, by name
public record RolloutEvent(
    UUID id,
    TenantId tenant,
    RolloutId rollout,
    Instant at,
    Kind kind,
    String actor,
    SortedMap<String, String> facts) {
  /// Who acts when nobody does.
  public static final String PLATFORM = "platform";

  /// What happened.
  public enum Kind {
    CREATED,
    CHANGED,
    RELEASED,
    WAVE_OPENED,
    WAVE_SETTLED,
    APPROVAL_AWAITED,
    APPROVED,
    HALTED,
    RESUMED,
    ABORTED,
    TAIL_CLOSED,
    COMPLETED,
    REVERTED
  }

  public RolloutEvent {
    facts = Collections.unmodifiableSortedMap(new TreeMap<>(facts));
  }

  /// What a step of an evaluation leaves in the timeline.
  static Kind kind(Effect.OfRollout step) {
    return switch (step) {
      case Effect.OpenWave _ -> Kind.WAVE_OPENED;
      case Effect.Park _ -> Kind.APPROVAL_AWAITED;
      case Effect.Settle _ -> Kind.WAVE_SETTLED;
      case Effect.HaltRollout _ -> Kind.HALTED;
      case Effect.Complete _ -> Kind.COMPLETED;
      case Effect.FinishRevert _ -> Kind.REVERTED;
    };
  }

  static Map<String, String> facts(Effect.OfRollout step) {
    return switch (step) {
      case Effect.OpenWave(int wave) -> Map.of("wave", String.valueOf(wave));
      case Effect.Park(int wave) -> Map.of("wave", String.valueOf(wave));
      case Effect.Settle(int wave) -> Map.of("wave", String.valueOf(wave));
      case Effect.HaltRollout(Rollout.Halt why) ->
          Map.of(
              "rule", why.rule().name().toLowerCase(java.util.Locale.ROOT),
              "wave", String.valueOf(why.wave()),
              "count", String.valueOf(why.count()),
              "of", String.valueOf(why.of()),
              "limit", why.limit());
      case Effect.Complete(int unreached) -> Map.of("unreached", String.valueOf(unreached));
      case Effect.FinishRevert _ -> Map.of();
    };
  }
}
