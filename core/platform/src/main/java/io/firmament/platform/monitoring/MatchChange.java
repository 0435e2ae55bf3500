package io.firmament.platform.monitoring;

import io.avaje.jsonb.Json;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Priority;
import io.firmament.base.finding.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What became of one match when the facts changed.
///
/// @param vulnerability its primary id
/// @param componentId the component that it applies to
/// @param before null for a new one
/// @param after null for one that is gone
@Json
public record MatchChange(
    Kind kind,
    String vulnerability,
    String componentId,
    @Nullable Judgement before,
    @Nullable Judgement after) {
  private static final Comparator<MatchChange> ORDER =
      Comparator.comparing(MatchChange::kind)
          .thenComparing(MatchChange::vulnerability)
          .thenComparing(MatchChange::componentId);

  /// In the order that changes are listed in.
  public enum Kind {
    NEW,
    CHANGED,
    GONE
  }

  /// How a match was judged.
  ///
  /// @param severity null where nobody has scored it
  /// @param cvssScore null where nobody has scored it
  /// @param band null in findings of before there was one
  /// @param score the impact assessment; below 0 it does not apply
  @Json
  public record Judgement(
      @Nullable Severity severity,
      @Nullable Double cvssScore,
      Priority.@Nullable Band band,
      boolean knownExploited,
      int score) {
    static Judgement of(CveMatch match) {
      Priority priority = match.priority();
      return new Judgement(
          match.severity(),
          match.cvssScore(),
          priority == null ? null : priority.band(),
          match.knownExploited(),
          match.score());
    }

    /// Whether people would do something else about it: small steps of a forecast are none.
    boolean differs(Judgement other) {
      return severity != other.severity
          || !Objects.equals(cvssScore, other.cvssScore)
          || band != other.band
          || knownExploited != other.knownExploited
          || score < 0 != other.score < 0;
    }
  }

  /// What is new, gone, or judged otherwise; by kind, vulnerability and component.
  public static List<MatchChange> between(List<CveMatch> before, List<CveMatch> after) {
    Map<String, CveMatch> old = new LinkedHashMap<>();
    before.forEach(match -> old.put(match.id(), match));
    List<MatchChange> changes = new ArrayList<>();
    for (CveMatch match : after) {
      CveMatch known = old.remove(match.id());
      if (known == null) {
        changes.add(of(Kind.NEW, match, null, Judgement.of(match)));
      } else if (Judgement.of(known).differs(Judgement.of(match))) {
        changes.add(of(Kind.CHANGED, match, Judgement.of(known), Judgement.of(match)));
      }
    }
    old.values().forEach(gone -> changes.add(of(Kind.GONE, gone, Judgement.of(gone), null)));
    changes.sort(ORDER);
    return List.copyOf(changes);
  }

  private static MatchChange of(
      Kind kind, CveMatch match, @Nullable Judgement before, @Nullable Judgement after) {
    return new MatchChange(kind, match.cve(), match.componentId(), before, after);
  }
}
