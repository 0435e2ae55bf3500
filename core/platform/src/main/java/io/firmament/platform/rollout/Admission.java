package io.firmament.platform.rollout;

import io.firmament.base.finding.Severity;
import java.util.Locale;
import java.util.Optional;

/// The gate before a rollout: an artifact with open vulnerabilities does not go out, unless
/// somebody who may approve says why it shall.
///
/// @param block from which severity on
/// @param overrideReason why it goes out nevertheless, 10 to 1,000 characters
public record Admission(Block block, Optional<String> overrideReason) {
  private static final int MIN_REASON = 10;
  private static final int MAX_REASON = 1_000;

  public Admission {
    overrideReason.ifPresent(
        reason ->
            Invalid.unless(
                reason.strip().length() >= MIN_REASON && reason.length() <= MAX_REASON,
                "admission.override_reason",
                "has " + MIN_REASON + " to " + MAX_REASON + " characters"));
  }

  public static Admission standard() {
    return new Admission(Block.CRITICAL, Optional.empty());
  }

  /// Whether it is what everybody who may create a rollout can ask for.
  public boolean isStandard() {
    return equals(standard());
  }

  /// From which severity on open vulnerabilities keep an artifact back.
  public enum Block {
    CRITICAL,
    HIGH,
    NONE;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// What the gate says.
  public sealed interface Verdict {
    /// @param closedByVex how many it has that VEX documents have closed
    record Admitted(int closedByVex) implements Verdict {}

    /// It would not have been, and somebody took it upon them.
    record Overridden(int open, String reason) implements Verdict {}

    /// @param closedByVex how many more there were, had VEX documents not closed them
    record Refused(int open, int closedByVex) implements Verdict {}

    /// Nobody knows yet what is open.
    record NotAnalysed() implements Verdict {}
  }

  /// Judges what is known of an artifact now.
  public Verdict judge(ArtifactFacts facts) {
    Optional<Severity> from =
        switch (block) {
          case CRITICAL -> Optional.of(Severity.CRITICAL);
          case HIGH -> Optional.of(Severity.HIGH);
          case NONE -> Optional.empty();
        };
    int open = from.map(facts::openFrom).orElse(0);
    int closed = from.map(facts::closedByVexFrom).orElse(0);
    boolean known = facts.analysed() || block == Block.NONE;
    if (open == 0 && known) {
      return new Verdict.Admitted(closed);
    }
    return overrideReason
        .<Verdict>map(reason -> new Verdict.Overridden(open, reason))
        .orElseGet(() -> known ? new Verdict.Refused(open, closed) : new Verdict.NotAnalysed());
  }
}
