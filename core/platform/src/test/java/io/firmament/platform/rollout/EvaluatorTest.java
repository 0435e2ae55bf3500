package io.firmament.platform.rollout;

import static io.firmament.platform.rollout.Fleets.device;
import static io.firmament.platform.rollout.Fleets.devices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.firmament.base.ProblemException;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.rollout.Assignment.State;
import io.firmament.platform.rollout.Assignment.Status;
import io.firmament.platform.rollout.Decision.Hold;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class EvaluatorTest {
  private static final String THREE = "'waves':[{'percent':10},{'percent':50},{'percent':100}]";
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration DAY = Duration.ofDays(1);

  @Test
  void goesThroughItsWavesAndEnds() {
    Stage stage = new Stage("{" + THREE + "}", devices(10));
    for (int size : List.of(1, 4, 5)) {
      assertEquals(size, stage.in(State.OFFERED).size());
      stage.succeed();
      stage.evaluate();
    }
    assertEquals(Rollout.Status.COMPLETED, stage.status());
    assertEquals(10, stage.state.counts().of(Counts.Place.HEALTHY));
    assertEquals(0, stage.state.rollout().progress().unreached());
  }

  @Test
  void waitsForEachLiveDeviceOfAWaveAndNotForSilentOnes() {
    Stage stage = new Stage("{'waves':[{'percent':50},{'percent':100}]}", devices(8));
    List<DeviceName> first = stage.wave(0);
    stage.end(first.subList(0, 2), Status.HEALTHY);
    stage.fetch(first.get(2));
    stage.evaluate();
    assertEquals(0, stage.wave());
    assertEquals(Map.of(Hold.IN_FLIGHT, 2), stage.last.holds());
    stage.set(first.get(2), DeviceFacts.Condition.OFFLINE);
    stage.set(first.get(3), DeviceFacts.Condition.OFFLINE);
    stage.evaluate();
    assertEquals(1, stage.wave());
    // What was not fetched is taken back, and offered again to a device that is back.
    assertEquals(State.WITHDRAWN, stage.of(first.get(3)).state());
    stage.set(first.get(3), DeviceFacts.Condition.LIVE);
    stage.evaluate();
    assertEquals(State.OFFERED, stage.of(first.get(3)).state());
    assertEquals(2, stage.of(first.get(3)).attempt());
  }

  @Test
  void takesAFleetThatNobodyHearsForNoSuccess() {
    List<DeviceFacts> silent =
        devices(4).stream()
            .map(device -> Fleets.in(device, DeviceFacts.Condition.OFFLINE))
            .toList();
    Stage stage = new Stage("{'waves':[{'percent':50},{'percent':100}]}", silent);
    assertEquals(0, stage.wave());
    assertEquals(Map.of(Hold.OFFLINE, 2), stage.last.holds());
    assertEquals(Optional.of(stage.now.plus(DAY)), stage.last.next());
    stage.pass(DAY);
    assertEquals(1, stage.wave());
  }

  @Test
  void haltsOnTheFirstFailureUnlessSomeAreTolerated() {
    Stage stage = new Stage("{" + THREE + "}", devices(20));
    List<DeviceName> first = stage.wave(0);
    stage.end(first.subList(0, 1), Status.ROLLED_BACK);
    stage.evaluate();
    assertEquals(Rollout.Status.HALTED, stage.status());
    assertEquals(
        Optional.of(new Rollout.Halt(Rollout.Halt.Rule.FAILURE_RATE, 0, 1, 20, "0")),
        stage.state.rollout().progress().halt());
    assertEquals(State.WITHDRAWN, stage.of(first.get(1)).state());
    assertEquals(Assignment.Cause.ROLLOUT_HALTED, stage.of(first.get(1)).cause());
    assertEquals(Map.of(Hold.HALTED, 1), stage.last.holds());
  }

  @Test
  void haltsWhenMoreThanTheShareOfAllTargetedDevicesFailed() {
    Stage stage = new Stage("{'max_failure_rate':0.29}", devices(100));
    stage.end(stage.all().subList(0, 29), Status.FAILED);
    stage.evaluate();
    assertEquals(Rollout.Status.RUNNING, stage.status());
    stage.end(stage.all().subList(29, 30), Status.FAILED);
    stage.evaluate();
    assertEquals(Rollout.Status.HALTED, stage.status());
  }

  @Test
  void judgesEachWaveByItselfWhereAsked() {
    Stage stage = new Stage("{" + THREE + ",'max_failure_rate':0.4,'scope':'wave'}", devices(20));
    stage.end(stage.wave(0), Status.FAILED);
    stage.evaluate();
    assertEquals(
        Optional.of(new Rollout.Halt(Rollout.Halt.Rule.FAILURE_RATE, 0, 2, 2, "0.4")),
        stage.state.rollout().progress().halt());
  }

  @Test
  void judgesNoShareBeforeEnoughAreDoneButAlwaysAtTheEndOfAWave() {
    Stage stage = new Stage("{" + THREE + ",'min_executed':5}", devices(40));
    stage.end(stage.wave(0).subList(0, 3), Status.FAILED);
    stage.evaluate();
    assertEquals(Rollout.Status.RUNNING, stage.status());
    stage.end(stage.wave(0).subList(3, 4), Status.HEALTHY);
    stage.evaluate();
    assertEquals(Rollout.Status.HALTED, stage.status());
    assertEquals(0, stage.wave());
  }

  @Test
  void judgesAnEarlierWaveThatFailsLateHoweverFewOfItAreDone() {
    List<DeviceFacts> fleet = devices(20);
    Stage stage =
        new Stage("{" + THREE + ",'scope':'wave','max_failure_rate':0.4,'min_executed':5}", fleet);
    DeviceName late = stage.wave(0).get(1);
    stage.end(stage.wave(0).subList(0, 1), Status.HEALTHY);
    stage.set(late, DeviceFacts.Condition.OFFLINE);
    stage.evaluate();
    assertEquals(1, stage.wave());
    stage.set(late, DeviceFacts.Condition.LIVE);
    stage.evaluate();
    stage.end(List.of(late), Status.FAILED);
    stage.evaluate();
    assertEquals(
        Optional.of(new Rollout.Halt(Rollout.Halt.Rule.FAILURE_RATE, 0, 1, 2, "0.4")),
        stage.state.rollout().progress().halt());
  }

  @Test
  void takesNothingBackThatADeviceHas() {
    Stage stage = new Stage("{}", devices(1));
    DeviceName name = stage.all().getFirst();
    Effect.Withdraw withdraw = new Effect.Withdraw(name, 1, Assignment.Cause.WENT_OFFLINE);
    assertEquals(
        State.WITHDRAWN,
        RolloutState.after(Optional.of(stage.of(name)), withdraw, stage.now).orElseThrow().state());
    stage.fetch(name);
    assertEquals(
        Optional.empty(), RolloutState.after(Optional.of(stage.of(name)), withdraw, stage.now));
  }

  @Test
  void resumesWithTheFailuresAcknowledged() {
    Stage stage = new Stage("{'max_failure_rate':0.1}", devices(20));
    stage.end(stage.all().subList(0, 3), Status.FAILED);
    stage.evaluate();
    assertEquals(Rollout.Status.HALTED, stage.status());
    // One that had it already fails while the rollout is halted; the operator has seen that too.
    stage.command(new Command.Resume());
    assertEquals(Rollout.Status.RUNNING, stage.status());
    assertEquals(17, stage.in(State.OFFERED).size());
    stage.end(stage.all().subList(3, 5), Status.FAILED);
    stage.evaluate();
    assertEquals(Rollout.Status.RUNNING, stage.status());
    stage.end(stage.all().subList(5, 6), Status.FAILED);
    stage.evaluate();
    assertEquals(Rollout.Status.HALTED, stage.status());
    assertEquals(3, stage.state.rollout().progress().halt().orElseThrow().count());
  }

  @Test
  void haltsWhereTooFewOfAWaveAreHealthyAndResumesOnce() {
    Stage stage =
        new Stage(
            "{"
                + THREE
                + ",'max_failure_rate':0.9,'success_threshold':0.75,"
                + "'wave_timeout_seconds':60}",
            devices(40));
    stage.end(stage.wave(0).subList(0, 2), Status.HEALTHY);
    stage.fetch(stage.wave(0).get(2));
    stage.pass(MINUTE);
    // The stalled ones hold nothing up, but they are no success.
    assertEquals(
        Optional.of(new Rollout.Halt(Rollout.Halt.Rule.SUCCESS_THRESHOLD, 0, 2, 4, "0.75")),
        stage.state.rollout().progress().halt());
    stage.command(new Command.Resume());
    assertEquals(1, stage.wave());
  }

  @Test
  void waitsForApprovalAndRefusesTheAuthorsOwn() {
    Stage stage =
        new Stage(
            "{'waves':[{'percent':10},{'percent':50,'approval':'manual'},{'percent':100}],"
                + "'four_eyes':true}",
            devices(10));
    stage.succeed();
    stage.evaluate();
    assertEquals(Rollout.Status.WAITING_FOR_APPROVAL, stage.status());
    assertEquals(Map.of(Hold.APPROVAL, 1), stage.last.holds());
    refused(
        RolloutProblem.ROLLOUT_FOUR_EYES,
        () -> stage.command(new Command.Approve(OptionalInt.empty()), Fleets.AUTHOR));
    refused(
        RolloutProblem.ROLLOUT_APPROVAL_STALE,
        () -> stage.command(new Command.Approve(OptionalInt.of(2))));
    stage.command(new Command.Approve(OptionalInt.of(1)));
    assertEquals(1, stage.wave());
    refused(
        RolloutProblem.ROLLOUT_NOT_IN_STATE,
        () -> stage.command(new Command.Approve(OptionalInt.of(1))));
    stage.succeed();
    stage.evaluate();
    assertEquals(2, stage.wave());
  }

  @Test
  void asksForTheApprovalOfAWaveThatHasNoDevices() {
    // Of two devices, the second wave has none: its approval is asked for before the third.
    Stage stage =
        new Stage(
            "{'waves':[{'percent':10},{'percent':50,'approval':'manual'},{'percent':100}]}",
            devices(2));
    stage.succeed();
    stage.evaluate();
    assertEquals(Rollout.Status.WAITING_FOR_APPROVAL, stage.status());
    assertEquals(2, stage.state.rollout().progress().next());
    stage.command(new Command.Approve(OptionalInt.empty()));
    assertEquals(2, stage.wave());
    Stage single =
        new Stage(
            "{'waves':[{'percent':10},{'percent':50,'approval':'manual'},{'percent':100}]}",
            devices(1));
    single.succeed();
    single.evaluate();
    assertEquals(Rollout.Status.COMPLETED, single.status());
  }

  @Test
  void watchesAWaveForItsSoakTimeAndHaltsInIt() {
    Stage stage = new Stage("{" + THREE + ",'soak_seconds':3600}", devices(20));
    stage.succeed();
    stage.evaluate();
    assertEquals(Map.of(Hold.SOAK, 1), stage.last.holds());
    assertEquals(Optional.of(stage.now.plusSeconds(3_600)), stage.last.next());
    stage.pass(Duration.ofSeconds(3_599));
    assertEquals(0, stage.wave());
    stage.pass(Duration.ofSeconds(1));
    assertEquals(1, stage.wave());
    stage.end(stage.wave(1).subList(0, 1), Status.FAILED);
    stage.evaluate();
    assertEquals(Rollout.Status.HALTED, stage.status());
  }

  @Test
  void keepsToItsRateAndSaysWhenItGoesOn() {
    Stage stage = new Stage("{'rate_per_minute':3}", devices(7));
    assertEquals(3, stage.in(State.OFFERED).size());
    assertEquals(4, stage.last.holds().get(Hold.RATE));
    assertEquals(Optional.of(stage.now.plus(MINUTE)), stage.last.next());
    stage.succeed();
    stage.pass(Duration.ofSeconds(59));
    assertEquals(0, stage.in(State.OFFERED).size());
    stage.pass(Duration.ofSeconds(1));
    assertEquals(3, stage.in(State.OFFERED).size());
  }

  @Test
  void keepsToWhatMayBeUpdatedAtOnce() {
    Stage stage = new Stage("{'max_concurrent':2}", devices(5));
    List<DeviceName> offered = stage.in(State.OFFERED);
    assertEquals(stage.all().subList(0, 2), offered);
    stage.end(offered.subList(0, 1), Status.HEALTHY);
    stage.evaluate();
    assertEquals(2, stage.in(State.OFFERED).size());
  }

  @Test
  void leavesASiteMostOfItsDevicesAndAlwaysUpdatesOne() {
    List<DeviceFacts> fleet = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      fleet.add(device("n" + i, "site", "north"));
    }
    fleet.add(device("s", "site", "south"));
    fleet.add(device("x1"));
    fleet.add(device("x2"));
    Stage stage =
        new Stage(
            "{'disruption_budget':{'group_by':'site','max_unavailable':2,'min_available':1}}",
            fleet);
    Map<String, Integer> offered = new java.util.TreeMap<>();
    stage
        .in(State.OFFERED)
        .forEach(name -> offered.merge(name.value().substring(0, 1), 1, Integer::sum));
    assertEquals(Map.of("n", 2, "s", 1, "x", 1), offered);
    assertEquals(3, stage.last.holds().get(Hold.BUDGET));
  }

  @Test
  void offersOnlyInTheDevicesMaintenanceWindowAndTakesBackWhatWasNotFetched() {
    Stage stage =
        new Stage(
            "{'windows':{'timezone':'UTC','device_timezone_tag':'tz','weekly':"
                + "[{'start':'11:00','duration_minutes':120}]}}",
            List.of(device("here"), device("there", "tz", "Asia/Tokyo")));
    assertEquals(List.of(new DeviceName("here")), stage.in(State.OFFERED));
    assertEquals(Map.of(Hold.IN_FLIGHT, 1, Hold.WINDOW, 1), stage.evaluate().holds());
    stage.pass(Duration.ofHours(1));
    assertEquals(State.WITHDRAWN, stage.of(new DeviceName("here")).state());
    assertEquals(Assignment.Cause.WINDOW_CLOSED, stage.of(new DeviceName("here")).cause());
    assertEquals(Optional.of(Instant.parse("2030-01-08T02:00:00Z")), stage.last.next());
    stage.pass(Duration.between(stage.now, Instant.parse("2030-01-08T02:00:00Z")));
    assertEquals(List.of(new DeviceName("there")), stage.in(State.OFFERED));
  }

  @Test
  void leavesADeviceAloneThatAnotherRolloutIsAt() {
    List<DeviceFacts> fleet = devices(1);
    Stage stage = new Stage("{'dynamic':true}", List.of(device("other")));
    stage.succeed();
    stage.put(fleet.getFirst());
    stage.busy(fleet.getFirst().name(), true);
    stage.evaluate();
    assertEquals(1, stage.last.holds().get(Hold.BUSY));
    stage.busy(fleet.getFirst().name(), false);
    stage.evaluate();
    assertEquals(State.OFFERED, stage.of(fleet.getFirst().name()).state());
  }

  @Test
  void stallsWhatTakesTooLongAndCountsItAgainWhenItAnswers() {
    Stage stage =
        new Stage(
            "{'waves':[{'percent':50},{'percent':100}],'max_failure_rate':0.3,"
                + "'wave_timeout_seconds':600,'max_concurrent':2}",
            devices(4));
    List<DeviceName> first = stage.wave(0);
    stage.end(first.subList(0, 1), Status.HEALTHY);
    stage.fetch(first.get(1));
    stage.pass(Duration.ofSeconds(599));
    assertEquals(0, stage.wave());
    stage.pass(Duration.ofSeconds(1));
    assertEquals(1, stage.state.counts().of(Counts.Place.STALLED));
    assertEquals(1, stage.wave());
    assertEquals(2, stage.in(State.OFFERED).size());
    stage.report(first.get(1), Status.FAILED);
    stage.evaluate();
    assertEquals(1, stage.state.counts().of(Counts.Place.FAILED));
    assertEquals(Rollout.Status.RUNNING, stage.status());
    stage.end(stage.wave(1).subList(0, 1), Status.FAILED);
    stage.evaluate();
    assertEquals(Rollout.Status.HALTED, stage.status());
  }

  @Test
  void waitsForLateDevicesAndThenSaysHowManyItDidNotReach() {
    List<DeviceFacts> fleet = devices(3);
    fleet.set(0, Fleets.in(fleet.get(0), DeviceFacts.Condition.OFFLINE));
    Stage stage = new Stage("{'late_seconds':600}", fleet);
    stage.succeed();
    stage.evaluate();
    assertEquals(Rollout.Status.RUNNING, stage.status());
    assertEquals(1, stage.last.holds().get(Hold.LATE));
    stage.pass(Duration.ofMinutes(10));
    assertEquals(Rollout.Status.COMPLETED, stage.status());
    assertEquals(1, stage.state.rollout().progress().unreached());

    Stage back = new Stage("{'late_seconds':600}", fleet);
    back.succeed();
    back.evaluate();
    back.set(fleet.get(0).name(), DeviceFacts.Condition.LIVE);
    back.evaluate();
    back.succeed();
    back.evaluate();
    assertEquals(Rollout.Status.COMPLETED, back.status());
    assertEquals(0, back.state.rollout().progress().unreached());
  }

  @Test
  void takesLaterDevicesIntoTheLastWaveUntilThatIsEnded() {
    Stage stage =
        new Stage("{'waves':[{'percent':50},{'percent':100}],'dynamic':true}", devices(2));
    stage.succeed();
    stage.evaluate();
    stage.put(device("later"));
    stage.evaluate();
    assertEquals(1, stage.of(new DeviceName("later")).wave());
    assertEquals(Assignment.Cause.OFFERED, stage.of(new DeviceName("later")).cause());
    stage.succeed();
    stage.evaluate();
    assertEquals(Rollout.Status.RUNNING, stage.status());
    assertEquals(Map.of(Hold.DYNAMIC, 1), stage.last.holds());
    stage.command(new Command.CloseTail());
    assertEquals(Rollout.Status.COMPLETED, stage.status());
    stage.put(device("too-late"));
    stage.evaluate();
    assertEquals(3, stage.state.assignments().size());
  }

  @Test
  void leavesOutWhatDoesNotFitAndWhatIsGoneWithTheReason() {
    List<DeviceFacts> fleet = new ArrayList<>(devices(3));
    fleet.add(device("old", "rev", "a"));
    Creation creation =
        Fleets.creation(
            Fleets.strategy("{'on_incompatible':'exclude','dynamic':true}"),
            Fleets.fits("tag.rev != a"),
            fleet);
    assertEquals(
        Map.of(
            "old",
            new Requirements.Unmet(
                Requirements.Reason.DOES_NOT_FIT, "does not hold: not (tag.rev == a)")),
        creation.excluded());
    Stage stage = new Stage(creation, fleet);
    DeviceName old = new DeviceName("old");
    assertEquals(State.INCOMPATIBLE, stage.of(old).state());
    assertEquals("does not hold: not (tag.rev == a)", stage.of(old).detail());
    DeviceName gone = stage.in(State.OFFERED).getFirst();
    stage.set(gone, DeviceFacts.Condition.DECOMMISSIONED);
    stage.evaluate();
    assertEquals(State.GONE, stage.of(gone).state());
    stage.succeed();
    stage.evaluate();
    assertEquals(2, stage.state.counts().of(Counts.Place.EXCLUDED));
    assertEquals(4, stage.state.counts().total());
    stage.command(new Command.CloseTail());
    assertEquals(Rollout.Status.COMPLETED, stage.status());
  }

  @Test
  void doesNotLetWhatItLeftOutHoldAWaveUpOrCount() {
    Stage stage =
        new Stage("{'waves':[{'count':2},{'percent':100}],'max_failure_rate':0.3}", devices(4));
    List<DeviceName> first = stage.wave(0);
    stage.fetch(first.get(0));
    stage.report(first.get(0), Status.INCOMPATIBLE);
    stage.end(first.subList(1, 2), Status.FAILED);
    stage.evaluate();
    // One of three is more than 0.3; of four it would not be.
    assertEquals(
        Optional.of(new Rollout.Halt(Rollout.Halt.Rule.FAILURE_RATE, 0, 1, 3, "0.3")),
        stage.state.rollout().progress().halt());
  }

  @Test
  void abortsAndLetsDevicesKeepWhatTheyHave() {
    Stage stage = new Stage("{'max_concurrent':3}", devices(6));
    List<DeviceName> offered = stage.in(State.OFFERED);
    stage.end(offered.subList(0, 1), Status.HEALTHY);
    stage.fetch(offered.get(1));
    stage.command(new Command.Abort(Command.Policy.KEEP));
    assertEquals(Rollout.Status.ABORTED, stage.status());
    assertEquals(State.WITHDRAWN, stage.of(offered.get(2)).state());
    stage.report(offered.get(1), Status.HEALTHY);
    stage.evaluate();
    assertEquals(2, stage.state.counts().of(Counts.Place.HEALTHY));
    refused(RolloutProblem.ROLLOUT_NOT_IN_STATE, () -> stage.command(new Command.Resume()));
    refused(
        RolloutProblem.ROLLOUT_NOT_IN_STATE,
        () -> stage.command(new Command.Abort(Command.Policy.REVERT)));
  }

  @Test
  void revertsWhatHasTheArtifactAndOfflineDevicesWhenTheyAreBack() {
    Stage stage = new Stage("{'max_failure_rate':0.9,'max_concurrent':6}", devices(6));
    List<DeviceName> all = stage.all();
    stage.end(all.subList(0, 2), Status.HEALTHY);
    stage.end(all.subList(2, 3), Status.FAILED);
    stage.end(all.subList(3, 4), Status.ROLLED_BACK);
    stage.fetch(all.get(4));
    stage.set(all.get(1), DeviceFacts.Condition.OFFLINE);
    stage.command(new Command.Abort(Command.Policy.REVERT));
    assertEquals(Rollout.Status.REVERTING, stage.status());
    // The healthy and the failed one; the one that is at it is waited for, the last never had it.
    assertEquals(List.of(all.get(0), all.get(2)), stage.in(State.OFFERED));
    assertEquals(Assignment.Action.REVERT, stage.of(all.get(0)).action());
    stage.end(List.of(all.get(0), all.get(2)), Status.ROLLED_BACK);
    stage.report(all.get(4), Status.HEALTHY);
    stage.evaluate();
    assertEquals(List.of(all.get(4)), stage.in(State.OFFERED));
    stage.end(List.of(all.get(4)), Status.FAILED);
    stage.evaluate();
    assertEquals(Rollout.Status.REVERTING, stage.status());
    assertEquals(Map.of(Hold.OFFLINE, 1), stage.last.holds());
    stage.set(all.get(1), DeviceFacts.Condition.LIVE);
    stage.evaluate();
    stage.succeed();
    stage.evaluate();
    assertEquals(Rollout.Status.REVERTED, stage.status());
    assertEquals(3, stage.state.counts().of(Counts.Place.REVERTED));
    assertEquals(1, stage.state.counts().of(Counts.Place.REVERT_FAILED));
    assertEquals(1, stage.state.counts().of(Counts.Place.ROLLED_BACK));
  }

  @Test
  void startsADraftWhenItIsReleasedAndNotBeforeItsTime() {
    List<DeviceFacts> fleet = devices(2);
    Rollout.Wish wish = Fleets.wish(Strategy.standard());
    Rollout.Wish later =
        new Rollout.Wish(
            "nightly",
            wish.artifact(),
            wish.group(),
            wish.probe(),
            wish.strategy(),
            wish.admission(),
            true,
            Optional.of(Fleets.START.plus(DAY)));
    Creation creation =
        Creation.of(
            new Creation.Moment(
                Fleets.creation(Strategy.standard(), fleet).state().rollout().id(),
                Fleets.AUTHOR,
                Fleets.START),
            later,
            Fleets.group(),
            Fleets.fits(""),
            fleet);
    Stage stage = new Stage(creation, fleet);
    assertEquals(Rollout.Status.DRAFT, stage.status());
    stage.pass(DAY);
    assertEquals(Rollout.Status.DRAFT, stage.status());
    stage.now = Fleets.START;
    stage.command(new Command.Release());
    assertEquals(Map.of(Hold.START, 1), stage.last.holds());
    assertEquals(Optional.of(Fleets.START.plus(DAY)), stage.last.next());
    stage.pass(DAY);
    assertEquals(Rollout.Status.RUNNING, stage.status());
  }

  @Test
  void beginsTheSoakTimeAnewAfterAClockThatRanAhead() {
    Stage stage = new Stage("{" + THREE + ",'soak_seconds':60}", devices(10));
    stage.now = stage.now.plus(Duration.ofDays(365));
    stage.succeed();
    stage.evaluate();
    stage.now = Fleets.START;
    stage.evaluate();
    assertEquals(Optional.of(Fleets.START.plusSeconds(60)), stage.last.next());
    stage.pass(MINUTE);
    assertEquals(1, stage.wave());
  }

  @Test
  void refusesToCreateWhatMustNotGoOut() {
    List<DeviceFacts> fleet = List.of(device("a"), device("b", "rev", "a"));
    refused(
        RolloutProblem.ROLLOUT_DOES_NOT_FIT,
        () -> Fleets.creation(Strategy.standard(), Fleets.fits("tag.rev != a"), fleet).check());
    refused(
        RolloutProblem.ROLLOUT_WITHOUT_DEVICES,
        () -> Fleets.creation(Strategy.standard(), List.of()).check());
    refused(
        RolloutProblem.ROLLOUT_WITHOUT_DEVICES,
        () ->
            Fleets.creation(
                    Fleets.strategy("{'on_incompatible':'exclude'}"),
                    Fleets.fits("name == c"),
                    fleet)
                .check());
    Fleets.creation(Fleets.strategy("{'dynamic':true}"), List.of()).check();
  }

  static void refused(
      RolloutProblem problem, org.junit.jupiter.api.function.Executable executable) {
    assertEquals(problem, assertThrows(ProblemException.class, executable).problem());
  }

  @Test
  void reachesTenThousandDevicesInFourWaves() {
    Stage stage =
        new Stage(
            "{'waves':[{'percent':1},{'percent':10},{'percent':50},{'percent':100}],"
                + "'max_failure_rate':0.05}",
            devices(10_000));
    for (int size : List.of(100, 900, 4_000, 5_000)) {
      List<DeviceName> offered = stage.in(State.OFFERED);
      assertEquals(size, offered.size());
      stage.end(offered, Status.HEALTHY);
      stage.evaluate();
    }
    assertEquals(Rollout.Status.COMPLETED, stage.status());
    assertEquals(10_000, stage.state.counts().of(Counts.Place.HEALTHY));
  }
}
