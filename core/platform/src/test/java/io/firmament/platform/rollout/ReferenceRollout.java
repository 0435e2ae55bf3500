package io.firmament.platform.rollout;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.firmament.platform.fleet.DeviceName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The rules of a rollout once more, written down as plainly as possible: mutable, without effects,
/// and with every figure counted anew whenever it is needed.
final class ReferenceRollout {
  private static final List<String> ORDER =
      List.of(
          "QUEUED",
          "WITHDRAWN",
          "OFFERED",
          "DELIVERED",
          "DOWNLOADING",
          "VERIFYING",
          "APPLYING",
          "HEALTHY",
          "ROLLED_BACK",
          "FAILED",
          "INCOMPATIBLE",
          "GONE");

  private final Strategy strategy;
  private final List<Unit> units = new ArrayList<>();
  private final int[] acknowledged;
  private final int last;
  private String status = "PENDING";
  private int wave = -1;
  private int waiting = -1;
  private int approved = -1;
  private int waived = -1;
  private boolean haltedBySuccess;
  private boolean dynamic;
  private @Nullable Instant opened;
  private @Nullable Instant settled;

  private static final class Unit {
    final String name;
    final int wave;
    String state = "QUEUED";
    boolean revert;
    boolean stalled;
    int attempt;
    @Nullable Instant offered;

    Unit(String name, int wave) {
      this.name = name;
      this.wave = wave;
    }

    boolean between(String from, String to) {
      int at = ORDER.indexOf(state);
      return at >= ORDER.indexOf(from) && at <= ORDER.indexOf(to);
    }

    boolean done() {
      return between("HEALTHY", "GONE");
    }

    boolean leftOut() {
      return between("INCOMPATIBLE", "GONE");
    }

    boolean flying() {
      return between("OFFERED", "APPLYING") && !stalled;
    }

    boolean bad() {
      return !revert && between("ROLLED_BACK", "FAILED");
    }

    boolean mustRevert() {
      return revert
          ? between("WITHDRAWN", "OFFERED")
          : state.equals("HEALTHY")
              || state.equals("FAILED")
              || (stalled && between("DELIVERED", "APPLYING"));
    }

    void offer(boolean back, Instant now) {
      state = "OFFERED";
      revert = back;
      stalled = false;
      attempt++;
      offered = now;
    }
  }

  ReferenceRollout(Strategy strategy) {
    this.strategy = strategy;
    this.last = strategy.waves().size() - 1;
    this.acknowledged = new int[last + 1];
    this.dynamic = strategy.cohort().dynamic();
  }

  void add(String name, int inWave) {
    units.add(new Unit(name, inWave));
  }

  // ---- what devices and people do

  void deliver(String name) {
    Unit unit = find(name);
    if (unit.state.equals("OFFERED")) {
      unit.state = "DELIVERED";
    }
  }

  void report(String name, int attempt, String said) {
    Unit unit = find(name);
    boolean listening = unit.between("OFFERED", "APPLYING");
    if (attempt == unit.attempt && listening && ORDER.indexOf(said) > ORDER.indexOf(unit.state)) {
      unit.state = said;
    }
  }

  void command(Command command) {
    switch (command) {
      case Command.Approve _ -> {
        approved = waiting;
        waiting = -1;
        status = "RUNNING";
      }
      case Command.Resume _ -> {
        for (int i = 0; i <= last; i++) {
          int each = i;
          acknowledged[i] = count(unit -> unit.wave == each && unit.bad());
        }
        waived = haltedBySuccess ? wave : waived;
        waiting = -1;
        status = "RUNNING";
      }
      case Command.Abort(Command.Policy policy) ->
          status = policy == Command.Policy.KEEP ? "ABORTED" : "REVERTING";
      case Command.CloseTail _ -> dynamic = false;
      case Command.Release _ -> status = "PENDING";
    }
  }

  // ---- what the platform does

  void evaluate(FleetView view, Instant now) {
    boolean going = List.of("PENDING", "RUNNING", "WAITING_FOR_APPROVAL").contains(status);
    if (going && dynamic) {
      new TreeMap<>(names(view))
          .forEach(
              (name, facts) -> {
                if (view.group().contains(facts.name())
                    && facts.condition() != DeviceFacts.Condition.DECOMMISSIONED
                    && units.stream().noneMatch(unit -> unit.name.equals(name))) {
                  units.add(new Unit(name, last));
                }
              });
    }
    if (going || status.equals("HALTED") || status.equals("REVERTING")) {
      for (Unit unit : units) {
        DeviceFacts facts = facts(view, unit);
        if (facts.condition() == DeviceFacts.Condition.DECOMMISSIONED) {
          if (!unit.done() || (status.equals("REVERTING") && unit.mustRevert())) {
            unit.state = "GONE";
          }
        } else if (!status.equals("REVERTING")
            && unit.between("QUEUED", "WITHDRAWN")
            && leavesOut(facts, strategy.cohort().downgrades())) {
          unit.state = "INCOMPATIBLE";
        }
        if (unit.flying()
            && unit.offered != null
            && !unit.offered.plus(strategy.pace().waveTimeout()).isAfter(now)) {
          unit.stalled = true;
          unit.state = unit.state.equals("OFFERED") ? "WITHDRAWN" : unit.state;
        }
      }
    }
    if (going) {
      boolean more = true;
      while (more) {
        String before = status + wave + waiting + settled;
        advance(view, now);
        more = !before.equals(status + wave + waiting + settled);
      }
    }
    boolean serving = status.equals("RUNNING") || status.equals("WAITING_FOR_APPROVAL");
    for (Unit unit : units) {
      if (unit.state.equals("OFFERED")) {
        DeviceFacts facts = facts(view, unit);
        boolean keep =
            unit.revert
                ? facts.live() || !status.equals("REVERTING")
                : serving && facts.live() && window(facts, now);
        unit.state = keep ? unit.state : "WITHDRAWN";
      }
    }
    for (Unit unit : units) {
      boolean apply =
          serving && unit.wave <= wave && unit.between("QUEUED", "WITHDRAWN") && !unit.stalled;
      boolean back =
          status.equals("REVERTING") && unit.mustRevert() && !unit.state.equals("OFFERED");
      if ((apply || back) && room(view, unit, back, now)) {
        unit.offer(back, now);
      }
    }
    if (status.equals("REVERTING") && count(unit -> unit.flying() || unit.mustRevert()) == 0) {
      status = "REVERTED";
    }
  }

  /// Whether the test's artifact, 1.2.3, is not for a device: of the old revision, without the
  /// second or third boot loader, below 1.1.0, or above it where none may go down.
  static boolean leavesOut(DeviceFacts facts, boolean downgrades) {
    List<String> below = List.of("1.0.9", "1.1.0-rc1");
    String version = facts.installed("router-os");
    return facts.tag("rev").equals("old")
        || facts.provided().getOrDefault("bootloader", Set.of()).stream().allMatch("1"::equals)
        || below.contains(version)
        || (version.equals("1.10.0") && !downgrades);
  }

  private void advance(FleetView view, Instant now) {
    if (status.equals("HALTED") || status.equals("COMPLETED")) {
      return;
    }
    if (wave < 0) {
      open(now);
      return;
    }
    boolean everyLiveOneDone =
        count(
                unit ->
                    unit.wave == wave && !unit.done() && !unit.stalled && facts(view, unit).live())
            == 0;
    boolean heard =
        count(unit -> unit.wave == wave && unit.done() && !unit.leftOut()) > 0
            || count(unit -> unit.wave == wave && !unit.leftOut()) == 0;
    boolean overdue = opened != null && !now.isBefore(opened.plus(strategy.pace().waveTimeout()));
    boolean through = settled != null || (everyLiveOneDone && (heard || overdue));
    if (tooManyFailed(through)) {
      status = "HALTED";
      haltedBySuccess = false;
      return;
    }
    if (through && settled == null && waived < wave && tooFewHealthy()) {
      status = "HALTED";
      haltedBySuccess = true;
      return;
    }
    if (!through) {
      return;
    }
    if (settled == null || settled.isAfter(now)) {
      settled = now;
    }
    if (following() >= 0) {
      if (!now.isBefore(settled.plus(strategy.soak(wave)))) {
        open(now);
      }
      return;
    }
    int open = count(unit -> !unit.done() && !unit.stalled);
    int live = count(unit -> !unit.done() && !unit.stalled && facts(view, unit).live());
    boolean waited = !now.isBefore(settled.plus(strategy.pace().late()));
    if (!dynamic && (open == 0 || (live == 0 && waited))) {
      status = "COMPLETED";
      waiting = -1;
    }
  }

  private void open(Instant now) {
    int to = following();
    boolean manual = false;
    for (int i = wave + 1; i <= to; i++) {
      manual |= strategy.waves().get(i).approval() == Wave.Approval.MANUAL;
    }
    if (manual && approved < to) {
      status = "WAITING_FOR_APPROVAL";
      waiting = to;
    } else {
      status = "RUNNING";
      wave = to;
      waiting = -1;
      opened = now;
      settled = null;
    }
  }

  private int following() {
    for (int i = wave + 1; i <= last; i++) {
      int each = i;
      if (count(unit -> unit.wave == each) > 0) {
        return i;
      }
    }
    return wave < last && (dynamic || wave < 0) ? last : -1;
  }

  private boolean tooManyFailed(boolean through) {
    boolean whole = strategy.tolerance().scope() == Strategy.Scope.ROLLOUT;
    for (int i = 0; i <= (whole ? 0 : wave); i++) {
      int each = i;
      Predicate<Unit> counted = unit -> (whole || unit.wave == each) && !unit.leftOut();
      int executed = count(counted.and(Unit::done));
      int targeted = count(counted.and(unit -> unit.done() || !unit.stalled));
      int failures = 0;
      for (int j = 0; j <= last; j++) {
        int one = j;
        if (whole || one == each) {
          int bad = count(unit -> unit.wave == one && unit.bad());
          failures += Math.max(0, bad - acknowledged[one]);
        }
      }
      boolean judged =
          executed >= strategy.tolerance().minExecuted() || (whole ? through : i < wave || through);
      long millionths = strategy.tolerance().maxFailureRate().movePointRight(6).longValueExact();
      if (judged && failures > 0 && failures * 1_000_000L > millionths * targeted) {
        return true;
      }
    }
    return false;
  }

  private boolean tooFewHealthy() {
    int members = count(unit -> unit.wave == wave && !unit.leftOut());
    int healthy = count(unit -> unit.wave == wave && unit.state.equals("HEALTHY"));
    return members > 0
        && strategy
            .tolerance()
            .successThreshold()
            .filter(
                share -> healthy * 1_000_000L < share.movePointRight(6).longValueExact() * members)
            .isPresent();
  }

  private boolean room(FleetView view, Unit unit, boolean back, Instant now) {
    DeviceFacts facts = facts(view, unit);
    if (!facts.live() || facts.busy() || (!back && !window(facts, now))) {
      return false;
    }
    Strategy.Pace pace = strategy.pace();
    long recent =
        count(
            each ->
                each.offered != null
                    && Math.abs(each.offered.toEpochMilli() - now.toEpochMilli()) < 60_000);
    boolean free =
        count(Unit::flying) < pace.maxConcurrent().orElse(1_000)
            && recent < pace.ratePerMinute().orElse(1_000);
    return free
        && pace.budget()
            .map(
                budget -> {
                  String site = facts.tag("site");
                  Predicate<Unit> same = each -> facts(view, each).tag("site").equals(site);
                  return count(same.and(Unit::flying)) < budget.maxUnavailable().orElseThrow();
                })
            .orElse(true);
  }

  /// The test's windows begin every day; its zones have no summer time.
  private boolean window(DeviceFacts facts, Instant now) {
    return strategy
        .pace()
        .windows()
        .map(
            windows -> {
              MaintenanceWindows.Weekly daily = windows.weekly().getFirst();
              long ahead = facts.tag("tz").isEmpty() ? 0 : 9 * 3_600;
              long second = now.getEpochSecond() + ahead - daily.start().toSecondOfDay();
              return Math.floorMod(second, 86_400L) < daily.length().toSeconds();
            })
        .orElse(true);
  }

  // ---- the comparison

  void compare(RolloutState state) {
    Rollout.Progress progress = state.rollout().progress();
    assertEquals(
        List.of(status, wave, waiting),
        List.of(progress.status().name(), progress.wave(), progress.next()));
    Map<String, String> expected = new TreeMap<>();
    units.forEach(
        unit ->
            expected.put(
                unit.name,
                unit.wave
                    + " "
                    + unit.state
                    + " "
                    + unit.attempt
                    + " "
                    + unit.revert
                    + " "
                    + unit.stalled));
    Map<String, String> actual = new TreeMap<>();
    state
        .assignments()
        .values()
        .forEach(
            each ->
                actual.put(
                    each.device().value(),
                    each.wave()
                        + " "
                        + each.state()
                        + " "
                        + each.attempt()
                        + " "
                        + (each.action() == Assignment.Action.REVERT)
                        + " "
                        + each.stalled()));
    assertEquals(expected, actual);
  }

  private int count(Predicate<Unit> which) {
    return Math.toIntExact(units.stream().filter(which).count());
  }

  private Unit find(String name) {
    return units.stream().filter(unit -> unit.name.equals(name)).findFirst().orElseThrow();
  }

  private static DeviceFacts facts(FleetView view, Unit unit) {
    return Objects.requireNonNull(view.devices().get(new DeviceName(unit.name)));
  }

  private static Map<String, DeviceFacts> names(FleetView view) {
    Map<String, DeviceFacts> names = new TreeMap<>();
    view.devices().values().forEach(facts -> names.put(facts.name().value(), facts));
    return names;
  }
}
