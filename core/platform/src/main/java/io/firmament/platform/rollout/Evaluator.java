package io.firmament.platform.rollout;

import static io.firmament.platform.rollout.Assignment.Action.APPLY;
import static io.firmament.platform.rollout.Assignment.Action.REVERT;

import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.rollout.Decision.Hold;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Decides what a rollout does next, from what is stored and what the fleet is like, at an instant.
///
/// The rules, in the order in which they are applied:
/// 1. A device that has left the fleet, or does not meet the artifact's requirements
///    ([Requirements]), is left out. One that takes longer than a wave waits is stalled: it holds
///    nothing up, and still counts when it answers.
/// 2. The rollout halts when more failed than is tolerated. What was acknowledged does not count.
/// 3. A wave is through when each of its devices that is live is done, and at least one of them is,
///    or the wave's time is up: a fleet that nobody hears is no success.
/// 4. The next wave that has devices opens after the soak time, and, where it or an empty one
///    before it asks for that, after an approval.
/// 5. What was offered and not fetched is taken back when the rollout stops, the device falls
///    silent, or its window closes.
/// 6. Devices of the open waves are offered the artifact in the order of the plan, where the rate,
///    the number at once, the budget and the windows allow it. Those that come back late are
///    offered it whatever the wave.
///
/// A rollout is completed when all waves are through and no device is open, or the late ones have
/// been waited for. One that takes in later devices goes on.
public final class Evaluator {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final FleetView view;
  private final Instant now;
  private final Strategy strategy;
  private final SequencedMap<DeviceName, Assignment> assignments;
  private final List<Effect> effects = new ArrayList<>();
  private final Map<Hold, Integer> holds = new EnumMap<>(Hold.class);
  private Rollout rollout;
  private Instant next = Instant.MAX;

  private Evaluator(RolloutState state, FleetView view, Instant now) {
    this.rollout = state.rollout();
    this.strategy = rollout.wish().strategy();
    this.assignments = new LinkedHashMap<>(state.assignments());
    this.view = view;
    this.now = now;
  }

  /// Evaluates a rollout. The same arguments give the same decision, and a decision whose effects
  /// are all written is followed by one without effects.
  public static Decision evaluate(RolloutState state, FleetView view, Instant now) {
    Evaluator evaluator = new Evaluator(state, view, now);
    evaluator.run();
    return new Decision(
        evaluator.effects,
        evaluator.next.equals(Instant.MAX) ? Optional.empty() : Optional.of(evaluator.next),
        evaluator.holds,
        new RolloutState(evaluator.rollout, evaluator.assignments));
  }

  private void run() {
    switch (status()) {
      case DRAFT -> {
        // Nothing happens before it is released.
      }
      case PENDING, RUNNING, WAITING_FOR_APPROVAL -> goOn();
      case HALTED -> {
        leaveOut();
        stall();
        withdrawAll(Assignment.Cause.ROLLOUT_HALTED);
        hold(Hold.HALTED);
      }
      case REVERTING -> revert();
      case COMPLETED, ABORTED, REVERTED -> withdrawAll(Assignment.Cause.ROLLOUT_ENDED);
    }
  }

  private void goOn() {
    takeIn();
    leaveOut();
    stall();
    Tally tally = Tally.of(assignments.values(), strategy.waves().size());
    while (transition(tally)) {
      // Each transition makes the next one possible.
    }
    if (status() == Rollout.Status.HALTED) {
      withdrawAll(Assignment.Cause.ROLLOUT_HALTED);
      hold(Hold.HALTED);
    } else if (status().isFinal()) {
      withdrawAll(Assignment.Cause.ROLLOUT_ENDED);
    } else if (status().serves()) {
      withdrawUnreachable();
      offer(APPLY);
    }
  }

  // ---- devices that come and go

  private void takeIn() {
    if (!progress().dynamic()) {
      return;
    }
    int last = strategy.waves().size() - 1;
    view.group().stream()
        .filter(device -> !assignments.containsKey(device) && view.member(device).isPresent())
        .sorted(Comparator.comparing(DeviceName::value))
        .forEach(device -> emit(new Effect.Join(device, last)));
  }

  private void leaveOut() {
    boolean reverting = status() == Rollout.Status.REVERTING;
    for (Assignment assignment : assignments.values()) {
      boolean open = !assignment.state().isFinal() || (reverting && assignment.owesRevert());
      if (open && view.member(assignment.device()).isEmpty()) {
        emit(
            new Effect.Exclude(
                assignment.device(),
                Assignment.State.GONE,
                Assignment.Cause.DECOMMISSIONED,
                "the device is no member of the fleet any more"));
      } else if (!reverting && assignment.state().compareTo(Assignment.State.OFFERED) < 0) {
        leaveOutUnlessItFits(assignment.device());
      }
    }
  }

  private void leaveOutUnlessItFits(DeviceName name) {
    rollout
        .unmet(view.member(name).orElseThrow())
        .ifPresent(
            unmet ->
                emit(
                    new Effect.Exclude(
                        name,
                        Assignment.State.INCOMPATIBLE,
                        unmet.reason().cause(),
                        unmet.detail())));
  }

  private void stall() {
    Duration timeout = strategy.pace().waveTimeout();
    for (Assignment assignment : assignments.values()) {
      if (assignment.occupies() && assignment.offeredAt().isPresent()) {
        Instant due = assignment.offeredAt().get().plus(timeout);
        if (now.isBefore(due)) {
          at(due);
        } else {
          emit(new Effect.Stall(assignment.device(), assignment.attempt()));
        }
      }
    }
  }

  private void withdrawAll(Assignment.Cause cause) {
    for (Assignment assignment : assignments.values()) {
      if (assignment.action() == APPLY && assignment.state() == Assignment.State.OFFERED) {
        emit(new Effect.Withdraw(assignment.device(), assignment.attempt(), cause));
      }
    }
  }

  private void withdrawUnreachable() {
    for (Assignment assignment : assignments.values()) {
      if (assignment.state() == Assignment.State.OFFERED) {
        DeviceFacts device = view.member(assignment.device()).orElseThrow();
        Optional<Assignment.Cause> cause =
            !device.live()
                ? Optional.of(Assignment.Cause.WENT_OFFLINE)
                : assignment.action() == APPLY && !windowOpen(device)
                    ? Optional.of(Assignment.Cause.WINDOW_CLOSED)
                    : Optional.empty();
        cause.ifPresent(
            why -> emit(new Effect.Withdraw(assignment.device(), assignment.attempt(), why)));
      }
    }
  }

  // ---- the rollout's own steps

  private boolean transition(Tally tally) {
    return switch (status()) {
      case PENDING -> start();
      case RUNNING, WAITING_FOR_APPROVAL -> progress().wave() < 0 ? enter() : judge(tally);
      default -> false;
    };
  }

  private boolean start() {
    Optional<Instant> startAt = rollout.wish().startAt();
    if (startAt.isPresent() && now.isBefore(startAt.get())) {
      at(startAt.get());
      hold(Hold.START);
      return false;
    }
    return enter();
  }

  private boolean judge(Tally tally) {
    int wave = progress().wave();
    boolean settled = progress().settledAt().isPresent();
    boolean through = settled || through(wave, tally);
    Optional<Rollout.Halt> halt = failures(tally, through);
    if (halt.isEmpty() && through && !settled) {
      halt = successes(tally, wave);
    }
    if (halt.isPresent()) {
      emit(new Effect.HaltRollout(halt.get()));
      return true;
    }
    if (!through) {
      hold(Hold.IN_FLIGHT, tally.underway());
      return false;
    }
    // A mark that lies ahead was made by a clock that was wrong.
    if (!settled || progress().settledAt().get().isAfter(now)) {
      emit(new Effect.Settle(wave));
      return true;
    }
    Instant ripe = progress().settledAt().get().plus(strategy.soak(wave));
    boolean last = nextWave(wave) < 0;
    if (!last && now.isBefore(ripe)) {
      at(ripe);
      hold(Hold.SOAK);
      return false;
    }
    return last ? finish() : enter();
  }

  /// Opens the next wave, or asks for its approval.
  private boolean enter() {
    int wave = progress().wave();
    int to = nextWave(wave);
    boolean manual = false;
    for (int i = wave + 1; i <= to; i++) {
      manual |= strategy.waves().get(i).approval() == Wave.Approval.MANUAL;
    }
    if (!manual || progress().approved() >= to) {
      emit(new Effect.OpenWave(to));
      return true;
    }
    if (status() == Rollout.Status.WAITING_FOR_APPROVAL && progress().next() == to) {
      hold(Hold.APPROVAL);
      return false;
    }
    emit(new Effect.Park(to));
    return true;
  }

  private boolean finish() {
    int open = 0;
    int live = 0;
    int unreached = 0;
    for (Assignment assignment : assignments.values()) {
      if (!assignment.state().isFinal()) {
        unreached++;
        if (!assignment.stalled()) {
          open++;
          live += view.member(assignment.device()).filter(DeviceFacts::live).isPresent() ? 1 : 0;
        }
      }
    }
    if (progress().dynamic()) {
      hold(Hold.DYNAMIC);
      return false;
    }
    Instant end = progress().settledAt().orElse(now).plus(strategy.pace().late());
    if (open == 0 || (live == 0 && !now.isBefore(end))) {
      emit(new Effect.Complete(unreached));
      return true;
    }
    at(end);
    hold(Hold.LATE, open);
    return false;
  }

  /// The next wave with devices; -1 for none.
  private int nextWave(int wave) {
    int last = strategy.waves().size() - 1;
    boolean[] occupied = new boolean[last + 1];
    assignments.values().forEach(assignment -> occupied[assignment.wave()] = true);
    for (int i = wave + 1; i <= last; i++) {
      if (occupied[i]) {
        return i;
      }
    }
    return wave < last && (wave < 0 || progress().dynamic()) ? last : -1;
  }

  private boolean through(int wave, Tally tally) {
    for (Assignment assignment : assignments.values()) {
      if (assignment.wave() == wave
          && !assignment.settled()
          && view.member(assignment.device()).filter(DeviceFacts::live).isPresent()) {
        return false;
      }
    }
    if (tally.executed(wave) > 0 || tally.members(wave) == 0) {
      return true;
    }
    Instant end = progress().openedAt().orElse(now).plus(strategy.pace().waveTimeout());
    if (now.isBefore(end)) {
      at(end);
      return false;
    }
    return true;
  }

  private Optional<Rollout.Halt> failures(Tally tally, boolean through) {
    Strategy.Tolerance tolerance = strategy.tolerance();
    int wave = progress().wave();
    return switch (tolerance.scope()) {
      case ROLLOUT ->
          tally.executed() >= tolerance.minExecuted() || through
              ? failures(wave, tally.failures(progress().acknowledged()), tally.targeted())
              : Optional.empty();
      case WAVE -> {
        for (int i = 0; i <= wave; i++) {
          if (tally.executed(i) >= tolerance.minExecuted() || i < wave || through) {
            Optional<Rollout.Halt> halt =
                failures(i, tally.failures(i, progress().acknowledged()), tally.targeted(i));
            if (halt.isPresent()) {
              yield halt;
            }
          }
        }
        yield Optional.empty();
      }
    };
  }

  private Optional<Rollout.Halt> failures(int wave, int failures, int targeted) {
    BigDecimal limit = strategy.tolerance().maxFailureRate();
    boolean tolerated =
        failures == 0
            || BigDecimal.valueOf(failures).compareTo(limit.multiply(BigDecimal.valueOf(targeted)))
                <= 0;
    return tolerated
        ? Optional.empty()
        : Optional.of(
            new Rollout.Halt(
                Rollout.Halt.Rule.FAILURE_RATE, wave, failures, targeted, limit.toPlainString()));
  }

  private Optional<Rollout.Halt> successes(Tally tally, int wave) {
    Optional<BigDecimal> threshold = strategy.tolerance().successThreshold();
    int members = tally.members(wave);
    if (threshold.isEmpty() || members == 0 || progress().waived() >= wave) {
      return Optional.empty();
    }
    int healthy = tally.healthy(wave);
    BigDecimal needed = threshold.get().multiply(BigDecimal.valueOf(members));
    return BigDecimal.valueOf(healthy).compareTo(needed) >= 0
        ? Optional.empty()
        : Optional.of(
            new Rollout.Halt(
                Rollout.Halt.Rule.SUCCESS_THRESHOLD,
                wave,
                healthy,
                members,
                threshold.get().toPlainString()));
  }

  // ---- offers

  private void revert() {
    leaveOut();
    stall();
    withdrawAll(Assignment.Cause.ROLLOUT_ENDED);
    withdrawUnreachable();
    offer(REVERT);
    boolean open =
        assignments.values().stream()
            .anyMatch(assignment -> assignment.occupies() || assignment.owesRevert());
    if (!open) {
      emit(new Effect.FinishRevert());
    }
  }

  private void offer(Assignment.Action action) {
    Room room = new Room();
    for (Assignment assignment : assignments.values()) {
      boolean waits =
          switch (action) {
            case APPLY ->
                assignment.wave() <= progress().wave()
                    && !assignment.settled()
                    && !assignment.state().inFlight();
            case REVERT ->
                assignment.owesRevert() && assignment.state() != Assignment.State.OFFERED;
          };
      if (waits) {
        DeviceFacts device = view.member(assignment.device()).orElseThrow();
        offer(assignment, action, device, room);
      }
    }
  }

  private void offer(
      Assignment assignment, Assignment.Action action, DeviceFacts device, Room room) {
    Optional<Hold> hold = room.refuses(device, action);
    if (hold.isPresent()) {
      hold(hold.get());
      return;
    }
    room.take(device);
    emit(new Effect.Offer(device.name(), action, assignment.attempt() + 1));
  }

  private boolean windowOpen(DeviceFacts device) {
    return strategy
        .pace()
        .windows()
        .map(windows -> windows.open(now, windows.zoneOf(device)))
        .orElse(true);
  }

  /// What is left of the rate, of the number at once and of the budgets.
  private final class Room {
    private final Map<String, Integer> busyByTag = new HashMap<>();
    private final Map<String, Integer> sizeByTag = new HashMap<>();
    private int inFlight;
    private int recent;
    private @Nullable Instant recovers;

    Room() {
      for (Assignment assignment : assignments.values()) {
        if (assignment.occupies()) {
          inFlight++;
        }
        if (assignment.offeredAt().filter(this::isRecent).isPresent()) {
          recent++;
        }
        Optional<DisruptionBudget> budget = strategy.pace().budget();
        Optional<DeviceFacts> device = view.member(assignment.device());
        if (budget.isPresent() && device.isPresent()) {
          String tag = device.get().tag(budget.get().groupBy());
          sizeByTag.merge(tag, 1, Integer::sum);
          if (assignment.occupies()) {
            busyByTag.merge(tag, 1, Integer::sum);
          }
        }
      }
    }

    private boolean isRecent(Instant offered) {
      return Duration.between(offered, now).abs().compareTo(MINUTE) < 0;
    }

    Optional<Hold> refuses(DeviceFacts device, Assignment.Action action) {
      if (!device.live()) {
        return Optional.of(Hold.OFFLINE);
      }
      if (device.busy()) {
        return Optional.of(Hold.BUSY);
      }
      if (action == APPLY && !windowOpen(device)) {
        strategy
            .pace()
            .windows()
            .ifPresent(windows -> at(windows.next(now, windows.zoneOf(device))));
        return Optional.of(Hold.WINDOW);
      }
      Strategy.Pace pace = strategy.pace();
      if (inFlight >= pace.maxConcurrent().orElse(Integer.MAX_VALUE)) {
        return Optional.of(Hold.CONCURRENCY);
      }
      if (recent >= pace.ratePerMinute().orElse(Integer.MAX_VALUE)) {
        at(rateRecovers());
        return Optional.of(Hold.RATE);
      }
      return pace.budget().filter(budget -> exhausted(budget, device)).map(_ -> Hold.BUDGET);
    }

    private boolean exhausted(DisruptionBudget budget, DeviceFacts device) {
      String tag = device.tag(budget.groupBy());
      return busyByTag.getOrDefault(tag, 0) >= budget.allowed(sizeByTag.getOrDefault(tag, 1));
    }

    void take(DeviceFacts device) {
      inFlight++;
      recent++;
      strategy
          .pace()
          .budget()
          .ifPresent(budget -> busyByTag.merge(device.tag(budget.groupBy()), 1, Integer::sum));
    }

    private Instant rateRecovers() {
      if (recovers == null) {
        recovers =
            assignments.values().stream()
                .flatMap(assignment -> assignment.offeredAt().stream())
                .filter(this::isRecent)
                .min(Comparator.naturalOrder())
                .orElse(now)
                .plus(MINUTE);
      }
      return recovers;
    }
  }

  // ---- what all of it stands on

  private Rollout.Status status() {
    return rollout.progress().status();
  }

  private Rollout.Progress progress() {
    return rollout.progress();
  }

  /// Takes a step. All but [Effect.Join] may be taken while the assignments are gone through: they
  /// replace one, and add none.
  private void emit(Effect effect) {
    boolean applies =
        switch (effect) {
          case Effect.OfRollout step -> {
            Optional<Rollout> changed = RolloutState.after(rollout, step, now);
            rollout = changed.orElse(rollout);
            yield changed.isPresent();
          }
          case Effect.OfDevice step -> {
            Optional<Assignment> changed =
                RolloutState.after(Optional.ofNullable(assignments.get(step.device())), step, now);
            changed.ifPresent(assignment -> assignments.put(step.device(), assignment));
            yield changed.isPresent();
          }
        };
    if (!applies) {
      throw new IllegalStateException("decided on a step that does not apply: " + effect);
    }
    effects.add(effect);
  }

  private void hold(Hold why) {
    hold(why, 1);
  }

  private void hold(Hold why, int devices) {
    if (devices > 0) {
      holds.merge(why, devices, Integer::sum);
    }
  }

  private void at(Instant when) {
    if (when.isAfter(now) && when.isBefore(next)) {
      next = when;
    }
  }
}
