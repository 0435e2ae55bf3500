package io.firmament.platform.rollout;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// How many of a rollout's devices are where. Every device is in one place.
public record Counts(Map<Place, Integer> devices) {
  public Counts {
    EnumMap<Place, Integer> copy = new EnumMap<>(Place.class);
    copy.putAll(devices);
    devices = Collections.unmodifiableMap(copy);
  }

  /// Where a device is.
  public enum Place {
    QUEUED,
    OFFERED,
    IN_PROGRESS,
    HEALTHY,
    ROLLED_BACK,
    FAILED,
    /// Not heard of for longer than a wave waits.
    STALLED,
    /// The artifact does not fit, or the device left the fleet.
    EXCLUDED,
    /// Told to return to what it had before, or about to be told.
    REVERTING,
    REVERTED,
    REVERT_FAILED
  }

  /// Before the first evaluation.
  public static Counts none() {
    return new Counts(Map.of());
  }

  static Counts of(Collection<Assignment> assignments) {
    EnumMap<Place, Integer> devices = new EnumMap<>(Place.class);
    assignments.forEach(assignment -> devices.merge(place(assignment), 1, Integer::sum));
    return new Counts(devices);
  }

  public int of(Place place) {
    return devices.getOrDefault(place, 0);
  }

  public int total() {
    return devices.values().stream().mapToInt(Integer::intValue).sum();
  }

  /// Where the device of an assignment is.
  public static Place place(Assignment assignment) {
    boolean apply = assignment.action() == Assignment.Action.APPLY;
    return switch (assignment.state()) {
      case INCOMPATIBLE, GONE -> Place.EXCLUDED;
      case HEALTHY -> apply ? Place.HEALTHY : Place.REVERTED;
      case ROLLED_BACK -> apply ? Place.ROLLED_BACK : Place.REVERTED;
      case FAILED -> apply ? Place.FAILED : Place.REVERT_FAILED;
      case QUEUED, WITHDRAWN, OFFERED, DELIVERED, DOWNLOADING, VERIFYING, APPLYING -> {
        if (assignment.stalled()) {
          yield Place.STALLED;
        }
        if (!apply) {
          yield Place.REVERTING;
        }
        yield switch (assignment.state()) {
          case QUEUED, WITHDRAWN -> Place.QUEUED;
          case OFFERED -> Place.OFFERED;
          default -> Place.IN_PROGRESS;
        };
      }
    };
  }
}
