package io.firmament.platform.rollout;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/// How the devices of each wave fared.
final class Tally {
  private final int[] members;
  private final int[] targeted;
  private final int[] executed;
  private final int[] failures;
  private final int[] healthy;
  private int underway;

  private Tally(int waves) {
    this.members = new int[waves];
    this.targeted = new int[waves];
    this.executed = new int[waves];
    this.failures = new int[waves];
    this.healthy = new int[waves];
  }

  static Tally of(Collection<Assignment> assignments, int waves) {
    Tally tally = new Tally(waves);
    assignments.forEach(tally::add);
    return tally;
  }

  private void add(Assignment assignment) {
    if (!assignment.state().counts()) {
      return;
    }
    int wave = assignment.wave();
    boolean done = assignment.state().isFinal();
    members[wave]++;
    targeted[wave] += done || !assignment.stalled() ? 1 : 0;
    executed[wave] += done ? 1 : 0;
    failures[wave] += assignment.failed() ? 1 : 0;
    healthy[wave] += assignment.state() == Assignment.State.HEALTHY ? 1 : 0;
    underway += assignment.occupies() ? 1 : 0;
  }

  /// The devices that were not left out.
  int members(int wave) {
    return members[wave];
  }

  /// Those of them that are not stalled: of whom failures are a share.
  int targeted(int wave) {
    return targeted[wave];
  }

  int targeted() {
    return Arrays.stream(targeted).sum();
  }

  /// Those that are done, however it ended.
  int executed(int wave) {
    return executed[wave];
  }

  int executed() {
    return Arrays.stream(executed).sum();
  }

  int healthy(int wave) {
    return healthy[wave];
  }

  int underway() {
    return underway;
  }

  /// The failures of a wave that nobody has acknowledged.
  int failures(int wave, List<Integer> acknowledged) {
    return Math.max(0, failures[wave] - acknowledged.get(wave));
  }

  int failures(List<Integer> acknowledged) {
    int all = 0;
    for (int wave = 0; wave < failures.length; wave++) {
      all += failures(wave, acknowledged);
    }
    return all;
  }
}
