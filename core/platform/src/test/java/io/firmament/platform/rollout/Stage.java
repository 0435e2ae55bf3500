package io.firmament.platform.rollout;

import io.firmament.platform.fleet.DeviceName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Assertions;

/// A rollout on the test's stage: devices that do what the test says, and a clock that it moves.
final class Stage {
  final Map<DeviceName, DeviceFacts> devices = new LinkedHashMap<>();
  RolloutState state;
  Instant now = Fleets.START;
  Decision last;

  Stage(String strategy, Collection<DeviceFacts> devices) {
    this(Fleets.creation(Fleets.strategy(strategy), devices), devices);
  }

  Stage(Creation creation, Collection<DeviceFacts> devices) {
    creation.check();
    devices.forEach(device -> this.devices.put(device.name(), device));
    this.state = creation.state();
    this.last = evaluate();
  }

  /// Evaluates, and writes all effects. A second evaluation then has nothing to do.
  Decision evaluate() {
    FleetView view = Fleets.view(devices.values());
    last = Evaluator.evaluate(state, view, now);
    Assertions.assertEquals(last.state(), state.after(last.effects(), now));
    state = last.state();
    Assertions.assertEquals(List.of(), Evaluator.evaluate(state, view, now).effects());
    return last;
  }

  Decision pass(Duration time) {
    now = now.plus(time);
    return evaluate();
  }

  void put(DeviceFacts device) {
    devices.put(device.name(), device);
  }

  void set(DeviceName name, DeviceFacts.Condition condition) {
    put(Fleets.in(facts(name), condition));
  }

  void busy(DeviceName name, boolean busy) {
    DeviceFacts facts = facts(name);
    put(facts.in(facts.condition(), busy));
  }

  private DeviceFacts facts(DeviceName name) {
    return Objects.requireNonNull(devices.get(name));
  }

  Assignment of(DeviceName name) {
    return Objects.requireNonNull(state.assignments().get(name));
  }

  /// The devices in a state, in the order of the plan.
  List<DeviceName> in(Assignment.State wanted) {
    return state.assignments().values().stream()
        .filter(assignment -> assignment.state() == wanted)
        .map(Assignment::device)
        .toList();
  }

  List<DeviceName> wave(int wave) {
    return state.assignments().values().stream()
        .filter(assignment -> assignment.wave() == wave)
        .map(Assignment::device)
        .toList();
  }

  void fetch(DeviceName name) {
    Assignment assignment = of(name);
    Assertions.assertEquals(Assignment.State.OFFERED, assignment.state(), name::value);
    change(assignment.delivered(now));
  }

  void report(DeviceName name, Assignment.Status status) {
    change(reported(of(name), status));
  }

  private Assignment reported(Assignment assignment, Assignment.Status status) {
    Assignment.Report report = new Assignment.Report(assignment.attempt(), status, "");
    return Assertions.assertInstanceOf(
            Assignment.Outcome.Moved.class, assignment.report(report, now))
        .assignment();
  }

  /// Each of these fetches what it is offered, and says how it ended.
  void end(Collection<DeviceName> names, Assignment.Status status) {
    LinkedHashMap<DeviceName, Assignment> all = new LinkedHashMap<>(state.assignments());
    for (DeviceName name : names) {
      Assignment offered = of(name);
      Assertions.assertEquals(Assignment.State.OFFERED, offered.state(), name::value);
      all.put(name, reported(offered.delivered(now), status));
    }
    state = new RolloutState(state.rollout(), all);
  }

  void succeed() {
    end(in(Assignment.State.OFFERED), Assignment.Status.HEALTHY);
  }

  void command(Command command) {
    command(command, Fleets.APPROVER);
  }

  void command(Command command, io.firmament.base.UserId by) {
    state = new RolloutState(command.on(state, by).rollout(), state.assignments());
    evaluate();
  }

  Rollout.Status status() {
    return state.rollout().progress().status();
  }

  int wave() {
    return state.rollout().progress().wave();
  }

  List<DeviceName> all() {
    return new ArrayList<>(state.assignments().keySet());
  }

  private void change(Assignment assignment) {
    LinkedHashMap<DeviceName, Assignment> all = new LinkedHashMap<>(state.assignments());
    all.put(assignment.device(), assignment);
    state = new RolloutState(state.rollout(), all);
  }
}
