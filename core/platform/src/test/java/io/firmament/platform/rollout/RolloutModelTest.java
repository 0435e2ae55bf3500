package io.firmament.platform.rollout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.ProblemException;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.rollout.Assignment.Action;
import io.firmament.platform.rollout.Assignment.State;
import io.firmament.platform.rollout.Assignment.Status;
import io.firmament.platform.rollout.Rollout.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Random fleets under random rollouts, against [ReferenceRollout] and against what must hold
/// whatever happens. A failure names its seed; `-Drollout.seed=N` runs that one alone.
class RolloutModelTest {
  private static final int SEEDS = 500;
  private static final int STEPS = 100;

  @Test
  void doesWhatTheReferenceDoesWhereverAnEvaluationStops() {
    forEachSeed(seed -> new World(seed, true).run());
  }

  @Test
  void keepsItsPromisesWhileDevicesAndPeopleActBetweenAnyTwoEffects() {
    forEachSeed(seed -> new World(seed, false).run());
  }

  private interface Run {
    void of(long seed);
  }

  private static void forEachSeed(Run run) {
    Long only = Long.getLong("rollout.seed");
    for (long seed = only == null ? 0 : only; seed < (only == null ? SEEDS : only + 1); seed++) {
      try {
        run.of(seed);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }

  /// A device's side of it: what it was given, and what it has said or will say.
  private static final class Agent {
    final DeviceName name;
    int attempt;
    List<Status> left = List.of();

    Agent(DeviceName name) {
      this.name = name;
    }
  }

  private record Message(DeviceName device, Assignment.Report report) {}

  private static final class World {
    private final Random random;
    private final boolean compared;
    private final Map<DeviceName, DeviceFacts> devices =
        new TreeMap<>(Comparator.comparing(DeviceName::value));
    private final Map<DeviceName, Agent> agents = new HashMap<>();
    private final Map<DeviceName, Integer> waves = new HashMap<>();
    private final List<Message> network = new ArrayList<>();
    private final ReferenceRollout reference;
    private final Strategy strategy;
    private final double failing;
    private final Map<DeviceName, Assignment> known = new HashMap<>();
    private RolloutState state;
    private Instant now = Fleets.START;
    private Rollout.Status status = Rollout.Status.PENDING;
    private int joined;

    World(long seed, boolean compared) {
      this.random = new Random(new SplittableRandom(seed).nextLong());
      this.compared = compared;
      this.failing = random.nextInt(3) * 0.2;
      int count = 1 + random.nextInt(random.nextInt(4) == 0 ? 24 : 8);
      for (int i = 0; i < count; i++) {
        put(randomDevice("d" + i));
      }
      this.strategy = Fleets.strategy(randomStrategy());
      Creation creation =
          Fleets.creation(
              strategy,
              Fleets.needs(
                  "not tag.rev == old", Map.of("bootloader", List.of("2", "3")), "1.1.0", "1.3.0"),
              devices.values());
      this.state = creation.state();
      this.reference = new ReferenceRollout(strategy);
      creation
          .plan()
          .waves()
          .forEach(
              wave ->
                  wave.forEach(
                      name -> reference.add(name.value(), creation.plan().waves().indexOf(wave))));
      remember();
    }

    // ---- what is drawn

    private DeviceFacts randomDevice(String name) {
      DeviceFacts device =
          Fleets.device(
              name,
              "site",
              "s" + random.nextInt(3),
              "rev",
              random.nextInt(12) == 0 ? "old" : "new",
              "tz",
              random.nextInt(4) == 0 ? "Asia/Tokyo" : "");
      device = equipped(device);
      return random.nextInt(5) == 0 ? Fleets.in(device, DeviceFacts.Condition.OFFLINE) : device;
    }

    /// What it has installed: mostly what is fine, and now and then what leaves it out.
    private DeviceFacts equipped(DeviceFacts device) {
      String version =
          switch (random.nextInt(24)) {
            case 0 -> "1.0.9";
            case 1 -> "1.10.0";
            case 2 -> "1.1.0-rc1";
            case 3, 4, 5, 6 -> "1.2.3-rc1";
            case 7, 8, 9, 10 -> "";
            default -> "1.1.0";
          };
      return random.nextInt(16) == 0
          ? Fleets.having(device, version, "1")
          : Fleets.having(device, version, "1", random.nextBoolean() ? "2" : "3");
    }

    private String randomStrategy() {
      List<String> fields = new ArrayList<>();
      StringBuilder waves = new StringBuilder();
      int last = 0;
      if (random.nextInt(3) == 0) {
        waves.append("{'count':").append(1 + random.nextInt(3)).append(manual()).append("},");
      }
      while (random.nextInt(3) > 0 && last < 90) {
        last += 1 + random.nextInt(45);
        if (last < 100) {
          waves.append("{'percent':").append(last).append(manual()).append("},");
        }
      }
      fields.add("'waves':[" + waves + "{'percent':100" + manual() + "}]");
      fields.add(
          "'max_failure_rate':"
              + List.of("0", "0.05", "0.2", "0.25", "0.5", "0.6").get(random.nextInt(6)));
      fields.add("'on_incompatible':'exclude'");
      maybe(fields, "'scope':'wave'");
      maybe(fields, "'min_executed':" + random.nextInt(5));
      maybe(fields, "'success_threshold':0." + (1 + random.nextInt(9)));
      maybe(fields, "'soak_seconds':" + random.nextInt(900));
      maybe(fields, "'rate_per_minute':" + (1 + random.nextInt(4)));
      maybe(fields, "'max_concurrent':" + (1 + random.nextInt(5)));
      maybe(fields, "'wave_timeout_seconds':" + (60 + random.nextInt(1_500)));
      maybe(fields, "'late_seconds':" + random.nextInt(3_000));
      maybe(
          fields,
          "'disruption_budget':{'group_by':'site','max_unavailable':"
              + (1 + random.nextInt(3))
              + "}");
      maybe(
          fields,
          "'windows':{'device_timezone_tag':'tz','weekly':[{'start':'"
              + List.of("11:50", "12:30", "21:00").get(random.nextInt(3))
              + "','duration_minutes':"
              + (10 + random.nextInt(300))
              + "}]}");
      maybe(fields, "'dynamic':true");
      maybe(fields, "'allow_downgrade':true");
      return "{" + String.join(",", fields) + "}";
    }

    private String manual() {
      return random.nextInt(4) == 0 ? ",'approval':'manual'" : "";
    }

    private void maybe(List<String> fields, String field) {
      if (random.nextInt(3) == 0) {
        fields.add(field);
      }
    }

    // ---- the run

    void run() {
      for (int step = 0; step < STEPS; step++) {
        act();
        check();
      }
      wind();
    }

    private void act() {
      switch (random.nextInt(20)) {
        case 0, 1, 2, 3, 4 -> heartbeat();
        case 5, 6, 7, 8 -> deliver();
        case 9 -> pass();
        case 10 -> comeOrGo();
        case 11 -> command();
        default -> evaluate();
      }
    }

    private void heartbeat() {
      DeviceFacts device = any();
      Assignment assignment = state.assignments().get(device.name());
      if (assignment == null || !device.live()) {
        return;
      }
      Agent agent = agents.computeIfAbsent(device.name(), Agent::new);
      Optional<Assignment> served = Serving.serve(state.rollout(), assignment, now);
      if (served.isPresent()) {
        Rollout.Status status = state.rollout().progress().status();
        boolean allowed =
            assignment.action() == Action.APPLY
                ? status == Rollout.Status.RUNNING || status == Rollout.Status.WAITING_FOR_APPROVAL
                : status == Rollout.Status.REVERTING;
        assertTrue(
            allowed || assignment.state().underway(),
            () -> device.name() + " was given the artifact while " + status);
        if (agent.attempt != assignment.attempt()) {
          agent.attempt = assignment.attempt();
          agent.left = course(assignment.action());
        }
        replace(served.get());
        if (compared) {
          reference.deliver(device.name().value());
        }
      }
      say(agent);
    }

    /// The next things a device says; each may be lost, come twice, or come late.
    private void say(Agent agent) {
      for (int i = random.nextInt(3); i > 0 && !agent.left.isEmpty(); i--) {
        Message message =
            new Message(
                agent.name, new Assignment.Report(agent.attempt, agent.left.getFirst(), ""));
        boolean end = agent.left.size() == 1;
        int copies = random.nextInt(4) == 0 ? random.nextInt(3) : 1;
        for (int copy = 0; copy < copies; copy++) {
          network.add(random.nextInt(network.size() + 1), message);
        }
        // What ends it is said until it was sent.
        if (!end || copies > 0) {
          agent.left = agent.left.subList(1, agent.left.size());
        }
      }
    }

    private List<Status> course(Action action) {
      List<Status> course = new ArrayList<>(List.of(Status.DOWNLOADING, Status.VERIFYING));
      if (random.nextInt(6) == 0) {
        course.add(Status.DOWNLOADING);
      }
      course.add(Status.APPLYING);
      double drawn = random.nextDouble();
      if (action == Action.REVERT) {
        course.add(drawn < 0.1 ? Status.FAILED : Status.ROLLED_BACK);
      } else if (drawn < failing) {
        course.add(random.nextBoolean() ? Status.FAILED : Status.ROLLED_BACK);
      } else {
        course.add(drawn > 0.97 ? Status.INCOMPATIBLE : Status.HEALTHY);
      }
      return course;
    }

    private void deliver() {
      for (int i = random.nextInt(4); i >= 0 && !network.isEmpty(); i--) {
        receive(network.remove(random.nextInt(network.size())));
      }
    }

    private void receive(Message message) {
      Assignment assignment = Objects.requireNonNull(state.assignments().get(message.device()));
      if (assignment.report(message.report(), now)
          instanceof Assignment.Outcome.Moved(Assignment moved)) {
        assertFalse(assignment.state().isFinal());
        assertTrue(moved.state().compareTo(assignment.state()) > 0);
        replace(moved);
      }
      if (compared) {
        reference.report(
            message.device().value(), message.report().attempt(), message.report().status().name());
      }
    }

    private void pass() {
      long seconds =
          switch (random.nextInt(12)) {
            case 0 -> -random.nextInt(7_200);
            case 1 -> 86_400 + random.nextInt(90_000);
            case 2, 3 -> random.nextInt(7_200);
            default -> random.nextInt(120);
          };
      now = now.plusSeconds(seconds);
    }

    private void comeOrGo() {
      DeviceFacts device = any();
      switch (random.nextInt(8)) {
        case 0 -> put(Fleets.in(device, DeviceFacts.Condition.DECOMMISSIONED));
        case 1 -> put(randomDevice("j" + joined++));
        case 2 -> put(device.in(device.condition(), !device.busy()));
        case 3 -> put(equipped(device));
        default -> {
          if (device.condition() != DeviceFacts.Condition.DECOMMISSIONED) {
            put(
                Fleets.in(
                    device,
                    device.live() ? DeviceFacts.Condition.OFFLINE : DeviceFacts.Condition.LIVE));
          }
        }
      }
    }

    private void command() {
      Command command =
          switch (random.nextInt(16)) {
            case 0 -> new Command.Abort(Command.Policy.KEEP);
            case 1 -> new Command.Abort(Command.Policy.REVERT);
            case 2 -> new Command.CloseTail();
            case 3, 4, 5, 6, 7, 8 -> new Command.Resume();
            default -> new Command.Approve(OptionalInt.empty());
          };
      tell(command);
    }

    private void tell(Command command) {
      Rollout.Status before = state.rollout().progress().status();
      try {
        state = new RolloutState(command.on(state, Fleets.APPROVER).rollout(), state.assignments());
        reference.command(command);
      } catch (ProblemException e) {
        assertEquals(RolloutProblem.ROLLOUT_NOT_IN_STATE, e.problem());
        assertEquals(before, state.rollout().progress().status());
      }
    }

    private void evaluate() {
      RolloutState before = state;
      FleetView view = Fleets.view(devices.values());
      Decision decision = Evaluator.evaluate(before, view, now);
      checkDecision(before, decision);
      int stop = random.nextInt(decision.effects().size() + 1);
      state = before.after(decision.effects().subList(0, stop), now);
      if (compared) {
        check();
        Decision rest = Evaluator.evaluate(state, view, now);
        state = state.after(rest.effects(), now);
        assertEquals(
            decision.state(), state, "stopped after " + stop + " of " + decision.effects());
        // What is written twice is written once.
        assertEquals(state.rollout(), state.after(rest.effects(), now).rollout());
        assertEquals(List.of(), Evaluator.evaluate(state, view, now).effects());
        reference.evaluate(view, now);
        reference.compare(state);
        return;
      }
      // Others act before the rest is written: it is written where it still applies, and the
      // rollout's own steps only on what they were decided on.
      for (int i = random.nextInt(3); i > 0; i--) {
        check();
        switch (random.nextInt(3)) {
          case 0 -> heartbeat();
          case 1 -> deliver();
          default -> command();
        }
      }
      Rollout base = before.after(decision.effects().subList(0, stop), now).rollout();
      for (Effect effect : decision.effects().subList(stop, decision.effects().size())) {
        // A step that meets something else than it was decided on ends the writing.
        boolean applies =
            switch (effect) {
              case Effect.OfRollout _ -> state.rollout().equals(base);
              case Effect.OfDevice step ->
                  RolloutState.after(
                          Optional.ofNullable(state.assignments().get(step.device())), step, now)
                      .isPresent();
            };
        if (!applies) {
          return;
        }
        state = state.after(List.of(effect), now);
        if (effect instanceof Effect.OfRollout) {
          base = state.rollout();
        }
      }
    }

    // ---- what must hold

    private void checkDecision(RolloutState before, Decision decision) {
      Progress progress = before.rollout().progress();
      for (Effect effect : decision.effects()) {
        if (effect instanceof Effect.Offer(DeviceName device, Action action, _)) {
          DeviceFacts facts = Objects.requireNonNull(devices.get(device));
          assertTrue(facts.live() && !facts.busy());
          assertTrue(action == Action.REVERT || meets(facts), "offered to one that it is not for");
          assertTrue(action == Action.REVERT || inWindow(facts), "offered outside of its window");
        }
        if (effect instanceof Effect.HaltRollout) {
          assertTrue(progress.status().serves());
        }
      }
    }

    private boolean meets(DeviceFacts facts) {
      return !ReferenceRollout.leavesOut(facts, strategy.cohort().downgrades());
    }

    private boolean inWindow(DeviceFacts device) {
      return strategy
          .pace()
          .windows()
          .map(windows -> windows.open(now, windows.zoneOf(device)))
          .orElse(true);
    }

    private void check() {
      int inFlight = 0;
      Map<String, Integer> bySite = new HashMap<>();
      for (Assignment assignment : state.assignments().values()) {
        assertEquals(
            waves.computeIfAbsent(assignment.device(), _ -> assignment.wave()),
            assignment.wave(),
            "a device is in two waves");
        if (assignment.occupies()) {
          inFlight++;
          bySite.merge(
              Objects.requireNonNull(devices.get(assignment.device())).tag("site"),
              1,
              Integer::sum);
        }
      }
      int most = strategy.pace().maxConcurrent().orElse(Integer.MAX_VALUE);
      assertTrue(inFlight <= most, "more in flight than may be: " + inFlight);
      strategy
          .pace()
          .budget()
          .ifPresent(
              budget ->
                  bySite.forEach(
                      (site, busy) ->
                          assertTrue(
                              busy <= budget.maxUnavailable().orElseThrow(),
                              () -> busy + " of " + site + " at once")));
      assertEquals(state.assignments().size(), state.counts().total());
      remember();
    }

    /// What is final stays as it is, and nothing else moves back but an offer that is taken back.
    private void remember() {
      Rollout.Status newStatus = state.rollout().progress().status();
      if (status.isFinal()) {
        assertEquals(status, newStatus, "a final state was left");
      }
      status = newStatus;
      for (Assignment assignment : state.assignments().values()) {
        Assignment was = known.put(assignment.device(), assignment);
        if (was == null || was.equals(assignment)) {
          continue;
        }
        boolean anew =
            assignment.attempt() > was.attempt()
                && (assignment.action() == Action.REVERT || !was.state().inFlight());
        boolean forward =
            assignment.attempt() == was.attempt()
                && assignment.state().compareTo(was.state()) >= 0
                && !was.state().isFinal();
        boolean back = was.state() == State.OFFERED && assignment.state() == State.WITHDRAWN;
        boolean left = status == Rollout.Status.REVERTING && assignment.state() == State.GONE;
        boolean leftAndReverted =
            status == Rollout.Status.REVERTED && assignment.state() == State.GONE;
        assertTrue(
            anew || forward || back || left || leftAndReverted,
            () -> was + " became " + assignment);
      }
    }

    /// When all are live, people do their part and nothing is lost, every rollout comes to its end.
    private void wind() {
      devices.replaceAll(
          (_, device) ->
              device.in(
                  device.condition() == DeviceFacts.Condition.OFFLINE
                      ? DeviceFacts.Condition.LIVE
                      : device.condition(),
                  false));
      for (int round = 0; round < 8_000; round++) {
        FleetView view = Fleets.view(devices.values());
        state = Evaluator.evaluate(state, view, now).state();
        check();
        Rollout.Status status = state.rollout().progress().status();
        if (status.isFinal()) {
          return;
        }
        if (status == Rollout.Status.HALTED) {
          tell(new Command.Resume());
        } else if (status == Rollout.Status.WAITING_FOR_APPROVAL) {
          tell(new Command.Approve(OptionalInt.empty()));
        } else if (state.rollout().progress().dynamic()) {
          tell(new Command.CloseTail());
        }
        for (DeviceFacts device : List.copyOf(devices.values())) {
          Assignment assignment = state.assignments().get(device.name());
          if (assignment != null && device.live()) {
            Assignment served = Serving.serve(state.rollout(), assignment, now).orElse(assignment);
            replace(served);
            if (served.state().underway()
                && served.report(new Assignment.Report(served.attempt(), Status.HEALTHY, ""), now)
                    instanceof Assignment.Outcome.Moved(Assignment moved)) {
              replace(moved);
            }
          }
        }
        now = now.plus(Duration.ofMinutes(7));
      }
      throw new AssertionError(
          "it does not end: " + state.rollout().progress() + " " + state.counts());
    }

    private void replace(Assignment assignment) {
      LinkedHashMap<DeviceName, Assignment> all = new LinkedHashMap<>(state.assignments());
      all.put(assignment.device(), assignment);
      state = new RolloutState(state.rollout(), all);
    }

    private DeviceFacts any() {
      List<DeviceFacts> all = List.copyOf(devices.values());
      return all.get(random.nextInt(all.size()));
    }

    private void put(DeviceFacts device) {
      devices.put(device.name(), device);
    }
  }
}
