package io.firmament.platform.rollout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.firmament.base.ProblemException;
import io.firmament.base.finding.Severity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private static final ArtifactFacts VULNERABLE =
      new ArtifactFacts(
          Fleets.ARTIFACT,
          Optional.empty(),
          false,
          Map.of(Severity.CRITICAL, 2, Severity.HIGH, 3, Severity.MEDIUM, 7));

  @Test
  void countsWhatIsAsBadAsTheGateOrWorse() {
    assertEquals(new Admission.Verdict.Refused(2, 0), Admission.standard().judge(VULNERABLE));
    assertEquals(
        new Admission.Verdict.Refused(5, 0), gate(Admission.Block.HIGH, "").judge(VULNERABLE));
    assertEquals(
        new Admission.Verdict.Admitted(0), gate(Admission.Block.NONE, "").judge(VULNERABLE));
    ArtifactFacts high =
        new ArtifactFacts(Fleets.ARTIFACT, Optional.empty(), true, Map.of(Severity.HIGH, 1));
    assertEquals(new Admission.Verdict.Admitted(0), Admission.standard().judge(high));
  }

  @Test
  void letsAReasonThroughAndKeepsIt() {
    String reason = "the vulnerable service is not started";
    assertEquals(
        new Admission.Verdict.Overridden(2, reason),
        gate(Admission.Block.CRITICAL, reason).judge(VULNERABLE));
    ArtifactFacts clean = new ArtifactFacts(Fleets.ARTIFACT, Optional.empty(), false, Map.of());
    assertEquals(
        new Admission.Verdict.Admitted(0), gate(Admission.Block.CRITICAL, reason).judge(clean));
  }

  @Test
  void keepsBackAnImageOfWhichNobodyKnowsWhatIsOpen() {
    ArtifactFacts unknown =
        new ArtifactFacts(Fleets.ARTIFACT, Requirements.none(), false, Map.of(), Map.of(), false);
    String reason = "the analysis cannot read this image";
    assertEquals(new Admission.Verdict.NotAnalysed(), Admission.standard().judge(unknown));
    assertEquals(
        new Admission.Verdict.Overridden(0, reason),
        gate(Admission.Block.HIGH, reason).judge(unknown));
    assertEquals(new Admission.Verdict.Admitted(0), gate(Admission.Block.NONE, "").judge(unknown));
    ProblemException e =
        assertThrows(
            ProblemException.class,
            () ->
                Fleets.creation(Strategy.standard(), unknown, List.of(Fleets.device("a"))).check());
    assertEquals(RolloutProblem.ROLLOUT_NOT_ANALYSED, e.problem());
  }

  @Test
  void refusesTheRolloutWithTheArtifactAndTheCount() {
    ProblemException e =
        assertThrows(
            ProblemException.class,
            () ->
                Fleets.creation(Strategy.standard(), VULNERABLE, List.of(Fleets.device("a")))
                    .check());
    assertEquals(
        "artifact router-os 1.2.3 has 2 open findings of severity critical or worse",
        e.getMessage());
  }

  @Test
  void saysHowManyVexDocumentsHaveClosed() {
    ArtifactFacts closed =
        new ArtifactFacts(
            Fleets.ARTIFACT,
            Requirements.none(),
            false,
            Map.of(Severity.CRITICAL, 1),
            Map.of(Severity.CRITICAL, 2, Severity.HIGH, 4),
            true);
    assertEquals(new Admission.Verdict.Refused(1, 2), Admission.standard().judge(closed));
    ProblemException e =
        assertThrows(
            ProblemException.class,
            () ->
                Fleets.creation(Strategy.standard(), closed, List.of(Fleets.device("a"))).check());
    assertEquals(
        "artifact router-os 1.2.3 has 1 open findings of severity critical or worse;"
            + " VEX documents have closed 2 more",
        e.getMessage());
    ArtifactFacts all =
        new ArtifactFacts(
            Fleets.ARTIFACT,
            Requirements.none(),
            false,
            Map.of(),
            Map.of(Severity.CRITICAL, 3),
            true);
    assertEquals(new Admission.Verdict.Admitted(3), Admission.standard().judge(all));
  }

  private static Admission gate(Admission.Block block, String reason) {
    return new Admission(block, reason.isEmpty() ? Optional.empty() : Optional.of(reason));
  }
}
