package io.firmament.platform.rollout;

import io.firmament.platform.fleet.DeviceName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/// A dry run: who gets what and when, if every live device takes the same time and succeeds, nobody
/// comes or goes, and each approval is given at once.
///
/// It is the evaluator itself that is run, against a clock that jumps from one event to the next.
/// It looks a year ahead, and for a large rollout not further than some hundred events.
///
/// @param waves every wave that has devices, in order
/// @param offers when each device is offered the artifact; devices that are offline, or beyond the
///     horizon, are absent
/// @param completesAt when all is through; empty where it is not within the horizon
public record Forecast(
    List<WaveForecast> waves, Map<DeviceName, Instant> offers, Optional<Instant> completesAt) {
  private static final int MAX_STEPS = 2_000;
  private static final int MIN_STEPS = 100;
  private static final int MAX_WORK = 2_000_000;
  private static final Duration HORIZON = Duration.ofDays(365);

  public Forecast {
    waves = List.copyOf(waves);
    offers = Collections.unmodifiableMap(new HashMap<>(offers));
  }

  /// What becomes of a wave.
  ///
  /// @param devices how many it has
  /// @param approval whether somebody has to approve before it opens
  /// @param opensAt empty beyond the horizon
  /// @param settlesAt empty beyond the horizon
  public record WaveForecast(
      int wave,
      int devices,
      boolean approval,
      Optional<Instant> opensAt,
      Optional<Instant> settlesAt) {}

  /// @param perDevice how long a device takes from the offer to being healthy
  public static Forecast of(RolloutState state, FleetView view, Instant from, Duration perDevice) {
    return new Run(state, view, from, perDevice).run();
  }

  private static final class Run {
    private final FleetView view;
    private final Instant end;
    private final Duration perDevice;
    private final Map<DeviceName, Instant> offers = new HashMap<>();
    private final Map<Integer, Instant> opened = new HashMap<>();
    private final Map<Integer, Instant> settled = new HashMap<>();
    private final Set<Integer> approvals = new HashSet<>();
    private final PriorityQueue<Done> running = new PriorityQueue<>();
    private RolloutState state;
    private Instant now;

    private record Done(Instant at, DeviceName device) implements Comparable<Done> {
      @Override
      public int compareTo(Done other) {
        return at.compareTo(other.at);
      }
    }

    Run(RolloutState state, FleetView view, Instant from, Duration perDevice) {
      Rollout rollout = state.rollout();
      this.state =
          rollout.progress().status() == Rollout.Status.DRAFT
              ? new RolloutState(
                  rollout.with(rollout.progress().with(Rollout.Status.PENDING)),
                  state.assignments())
              : state;
      this.view = view;
      this.now = from;
      this.end = from.plus(HORIZON);
      this.perDevice = perDevice;
      this.state
          .assignments()
          .values()
          .forEach(
              assignment -> {
                if (assignment.state().inFlight()) {
                  running.add(new Done(from.plus(perDevice), assignment.device()));
                }
              });
    }

    Forecast run() {
      Optional<Instant> completed = Optional.empty();
      int devices = Math.max(1, state.assignments().size());
      int steps = Math.clamp(MAX_WORK / devices, MIN_STEPS, MAX_STEPS);
      for (int step = 0; step < steps; step++) {
        Decision decision = Evaluator.evaluate(state, view, now);
        decision.effects().forEach(this::note);
        state = decision.state();
        Rollout.Status status = state.rollout().progress().status();
        if (status == Rollout.Status.COMPLETED) {
          completed = Optional.of(now);
          break;
        }
        if (status == Rollout.Status.WAITING_FOR_APPROVAL) {
          Rollout.Progress progress = state.rollout().progress();
          approvals.add(progress.next());
          state =
              new RolloutState(state.rollout().with(progress.approvedNext()), state.assignments());
          continue;
        }
        Optional<Instant> next = nextEvent(decision);
        if (next.isEmpty() || next.get().isAfter(end)) {
          break;
        }
        now = next.get();
        finishDevices();
      }
      return new Forecast(waves(), offers, completed);
    }

    private void note(Effect effect) {
      switch (effect) {
        case Effect.Offer(DeviceName device, _, _) -> {
          offers.putIfAbsent(device, now);
          running.add(new Done(now.plus(perDevice), device));
        }
        case Effect.OpenWave(int wave) -> opened.put(wave, now);
        case Effect.Settle(int wave) -> settled.put(wave, now);
        default -> {
          // The other steps show in the state.
        }
      }
    }

    private Optional<Instant> nextEvent(Decision decision) {
      Optional<Instant> done = Optional.ofNullable(running.peek()).map(Done::at);
      if (done.isEmpty() || decision.next().isEmpty()) {
        return done.or(decision::next);
      }
      return done.get().isBefore(decision.next().get()) ? done : decision.next();
    }

    private void finishDevices() {
      LinkedHashMap<DeviceName, Assignment> all = new LinkedHashMap<>(state.assignments());
      for (Done done = running.peek();
          done != null && !done.at().isAfter(now);
          done = running.peek()) {
        running.poll();
        Assignment assignment = all.get(done.device());
        if (assignment != null
            && assignment.report(
                    new Assignment.Report(assignment.attempt(), Assignment.Status.HEALTHY, ""), now)
                instanceof Assignment.Outcome.Moved(Assignment moved)) {
          all.put(done.device(), moved);
        }
      }
      state = new RolloutState(state.rollout(), all);
    }

    private List<WaveForecast> waves() {
      Map<Integer, Integer> sizes = new HashMap<>();
      state.assignments().values().forEach(each -> sizes.merge(each.wave(), 1, Integer::sum));
      List<WaveForecast> waves = new ArrayList<>();
      int count = state.rollout().wish().strategy().waves().size();
      for (int wave = 0; wave < count; wave++) {
        if (sizes.containsKey(wave)) {
          waves.add(
              new WaveForecast(
                  wave,
                  sizes.getOrDefault(wave, 0),
                  approvals.contains(wave),
                  Optional.ofNullable(opened.get(wave)),
                  Optional.ofNullable(settled.get(wave))));
        }
      }
      return waves;
    }
  }
}
