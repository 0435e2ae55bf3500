package io.firmament.platform.rollout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.rollout.Assignment.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AssignmentTest {
  private static final Instant NOW = Fleets.START;
  private static final Assignment OFFERED =
      Assignment.planned(new DeviceName("a"), 2, Assignment.Cause.PLANNED)
          .offered(Assignment.Action.APPLY, NOW);

  @Test
  void goesFromTheOfferToTheEndAndSaysWhy() {
    Assignment assignment = OFFERED;
    assertEquals(Assignment.Cause.OFFERED, assignment.cause());
    assignment = assignment.delivered(NOW);
    assertEquals(Assignment.Cause.FETCHED, assignment.cause());
    for (Status status :
        List.of(Status.DOWNLOADING, Status.VERIFYING, Status.APPLYING, Status.FAILED)) {
      assignment = moved(assignment, status, "because " + status);
      assertEquals(status.name(), assignment.state().name());
      assertEquals("because " + status, assignment.detail());
      assertEquals(Assignment.Cause.REPORTED, assignment.cause());
    }
    assertTrue(assignment.state().isFinal());
    assertEquals(2, assignment.wave());
  }

  @Test
  void keepsItsCounterToTheEndAndTheNextAttemptHasNone() {
    Assignment counted = OFFERED.delivered(NOW).counted(7, Optional.of("1.0"));
    assertEquals(OFFERED.delivered(NOW).state(), counted.state());
    Assignment healthy = moved(counted.stalledNow(NOW), Status.HEALTHY, "");
    assertEquals(Optional.of(7L), healthy.counter());
    Assignment back = healthy.offered(Assignment.Action.REVERT, NOW);
    assertEquals(Optional.empty(), back.counter());
    assertEquals(Optional.of("1.0"), back.delivered(NOW).counted(8, Optional.of("2.0")).replaces());
  }

  @Test
  void takesAReportThatSkipsSteps() {
    assertEquals(Assignment.State.HEALTHY, moved(OFFERED, Status.HEALTHY, "").state());
  }

  @Test
  void ignoresWhatIsLateSaidBeforeOrFinal() {
    Assignment applying = moved(OFFERED.delivered(NOW), Status.APPLYING, "");
    assertEquals(Assignment.Why.LATE, ignored(applying, 1, Status.DOWNLOADING));
    assertEquals(Assignment.Why.DUPLICATE, ignored(applying, 1, Status.APPLYING));
    Assignment failed = moved(applying, Status.FAILED, "");
    assertEquals(Assignment.Why.FINAL, ignored(failed, 1, Status.HEALTHY));
    assertEquals(Assignment.Why.DUPLICATE, ignored(failed, 1, Status.FAILED));
    assertEquals(Assignment.Why.FINAL, ignored(failed, 1, Status.APPLYING));
    assertSame(failed, failed.delivered(NOW));
  }

  @Test
  void ignoresWhatIsAboutAnEarlierAttemptAndRefusesWhatWasNeverAsked() {
    Assignment reverting =
        moved(OFFERED.delivered(NOW), Status.HEALTHY, "").offered(Assignment.Action.REVERT, NOW);
    assertEquals(2, reverting.attempt());
    assertEquals(Assignment.Why.OTHER_ATTEMPT, ignored(reverting, 1, Status.FAILED));
    assertInstanceOf(Assignment.Outcome.Unknown.class, report(reverting, 3, Status.HEALTHY));
    assertInstanceOf(Assignment.Outcome.Unknown.class, report(reverting, 0, Status.HEALTHY));
    Assignment withdrawn = OFFERED.withdrawn(Assignment.Cause.ROLLOUT_HALTED, NOW);
    assertInstanceOf(Assignment.Outcome.Unknown.class, report(withdrawn, 1, Status.HEALTHY));
    assertSame(withdrawn, withdrawn.delivered(NOW));
  }

  @Test
  void letsAStalledDeviceEndWell() {
    Assignment stalled = OFFERED.delivered(NOW).stalledNow(NOW);
    assertEquals(Counts.Place.STALLED, Counts.place(stalled));
    assertFalse(stalled.occupies());
    Assignment healthy = moved(stalled, Status.HEALTHY, "");
    assertEquals(Counts.Place.HEALTHY, Counts.place(healthy));
  }

  @Test
  void cutsWhatADeviceSaysInLength() {
    Assignment failed = moved(OFFERED, Status.FAILED, "x".repeat(5_000));
    assertEquals(Assignment.MAX_DETAIL, failed.detail().length());
  }

  @Test
  void onlyMovesForwardWhateverIsReported() {
    Random random = new Random(11);
    List<Status> statuses = List.of(Status.values());
    for (int run = 0; run < 500; run++) {
      Assignment assignment = random.nextBoolean() ? OFFERED : OFFERED.delivered(NOW);
      List<Assignment.State> states = new ArrayList<>(List.of(assignment.state()));
      for (int i = 0; i < 20; i++) {
        Status status = statuses.get(random.nextInt(statuses.size()));
        if (report(assignment, 1, status) instanceof Assignment.Outcome.Moved(Assignment moved)) {
          assertFalse(assignment.state().isFinal());
          assertTrue(moved.state().compareTo(assignment.state()) > 0);
          assertInstanceOf(Assignment.Outcome.Ignored.class, report(moved, 1, status));
          assignment = moved;
          states.add(moved.state());
        }
      }
      assertTrue(states.stream().filter(Assignment.State::isFinal).count() <= 1);
    }
  }

  private static Assignment moved(Assignment assignment, Status status, String detail) {
    Assignment.Report report = new Assignment.Report(assignment.attempt(), status, detail);
    return assertInstanceOf(Assignment.Outcome.Moved.class, assignment.report(report, NOW))
        .assignment();
  }

  private static Assignment.Why ignored(Assignment assignment, int attempt, Status status) {
    return assertInstanceOf(Assignment.Outcome.Ignored.class, report(assignment, attempt, status))
        .why();
  }

  private static Assignment.Outcome report(Assignment assignment, int attempt, Status status) {
    return assignment.report(new Assignment.Report(attempt, status, ""), NOW);
  }
}
