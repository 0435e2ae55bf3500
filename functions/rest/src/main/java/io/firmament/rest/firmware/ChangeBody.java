package io.firmament.rest.firmware;

import io.avaje.jsonb.Json;
import io.firmament.base.Sha256;
import io.firmament.platform.firmware.Matched;
import io.firmament.platform.monitoring.FirmwareChange;
import io.firmament.platform.monitoring.MatchChange;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A change of what is known of a firmware, as it is answered.
///
/// @param added how many matches are new
/// @param changed how many are judged otherwise
/// @param gone how many are not there any more
@Json(naming = Json.Naming.LowerUnderscore)
record ChangeBody(
    String id, String analysisId, With before, With after, int added, int changed, int gone) {
  /// What matches were made with.
  ///
  /// @param userIndex absent where the tenant never had a record of its own
  @Json(naming = Json.Naming.LowerUnderscore)
  record With(String index, @Nullable String userIndex, String at) {
    static With of(Matched matched) {
      return new With(
          matched.index(), matched.user().map(Sha256::hex).orElse(null), matched.at().toString());
    }
  }

  /// A page of changes, newest first.
  ///
  /// @param matched what the matches are made with now; absent before they are
  /// @param next absent on the last page
  @Json
  record Page(@Nullable With matched, List<ChangeBody> items, int limit, @Nullable String next) {}

  static ChangeBody of(FirmwareChange change) {
    return new ChangeBody(
        change.id().value(),
        change.analysis().toString(),
        With.of(change.before()),
        With.of(change.after()),
        change.added(),
        change.changed(),
        change.gone());
  }

  /// What became of one match.
  ///
  /// @param before absent for a new one
  /// @param after absent for one that is gone
  @Json(naming = Json.Naming.LowerUnderscore)
  record Match(
      String kind,
      String vulnerability,
      String componentId,
      @Nullable Judgement before,
      @Nullable Judgement after) {
    static Match of(MatchChange change) {
      return new Match(
          lower(change.kind()),
          change.vulnerability(),
          change.componentId(),
          Judgement.of(change.before()),
          Judgement.of(change.after()));
    }
  }

  /// How a match was judged.
  @Json(naming = Json.Naming.LowerUnderscore)
  record Judgement(
      @Nullable String severity,
      @Nullable Double cvssScore,
      @Nullable String priority,
      boolean knownExploited,
      int score) {
    static @Nullable Judgement of(MatchChange.@Nullable Judgement of) {
      return of == null
          ? null
          : new Judgement(
              of.severity() == null ? null : lower(of.severity()),
              of.cvssScore(),
              of.band() == null ? null : of.band().name(),
              of.knownExploited(),
              of.score());
    }
  }

  /// A page of what one change consists of.
  ///
  /// @param next absent on the last page
  @Json
  record Matches(ChangeBody change, List<Match> items, int limit, @Nullable String next) {}

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
