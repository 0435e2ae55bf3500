package io.firmament.tuf.repository;

import io.firmament.tuf.Metadata;
import io.firmament.tuf.Role;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.Targets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// How long metadata lives and when it is signed anew, by kind of role.
///
/// A device that sees expired metadata refuses to update, so metadata is renewed long before, and
/// there is an alarm while there is still time to act by hand.
public record Schedule(Life root, Life targets, Life delegated, Life snapshot, Life timestamp) {
  /// Root and targets a year, renewed in the last quarter; the online roles shorter, timestamp
  /// every six hours of a day.
  public static final Schedule DEFAULT =
      new Schedule(
          new Life(Duration.ofDays(365), Duration.ofDays(90), Duration.ofDays(30)),
          new Life(Duration.ofDays(365), Duration.ofDays(90), Duration.ofDays(30)),
          new Life(Duration.ofDays(90), Duration.ofDays(45), Duration.ofDays(15)),
          new Life(Duration.ofDays(7), Duration.ofDays(4), Duration.ofDays(2)),
          new Life(Duration.ofHours(24), Duration.ofHours(18), Duration.ofHours(12)));

  /// How long a role's metadata lives.
  public Life of(String role) {
    return switch (role) {
      case RoleName.ROOT -> root;
      case RoleName.TARGETS -> targets;
      case RoleName.SNAPSHOT -> snapshot;
      case RoleName.TIMESTAMP -> timestamp;
      default -> delegated;
    };
  }

  /// What is to be signed anew at an instant, most urgent first.
  public List<Due> due(RepositoryState state, Instant now) {
    List<Due> due = new ArrayList<>();
    check(RoleName.ROOT, state.root().signed(), now, due);
    check(RoleName.TIMESTAMP, state.timestamp().signed(), now, due);
    check(RoleName.SNAPSHOT, state.snapshot().signed(), now, due);
    state.targets().forEach((name, targets) -> check(name, targets.signed(), now, due));
    due.sort(Comparator.comparing(Due::expires).thenComparing(Due::role));
    return due;
  }

  /// When the first of the roles that this program signs is to be signed anew.
  public Instant nextRenewal(RepositoryState state) {
    Instant next = renewal(RoleName.TIMESTAMP, state.timestamp().signed());
    next = earlier(next, renewal(RoleName.SNAPSHOT, state.snapshot().signed()));
    for (Map.Entry<String, Metadata<Targets>> entry : state.targets().entrySet()) {
      if (custody(entry.getKey()) == Custody.ONLINE) {
        next = earlier(next, renewal(entry.getKey(), entry.getValue().signed()));
      }
    }
    return next;
  }

  private Instant renewal(String name, Role role) {
    return role.expires().minus(of(name).renewBefore());
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  /// Where the keys of a role are.
  public static Custody custody(String role) {
    return role.equals(RoleName.ROOT) || role.equals(RoleName.TARGETS)
        ? Custody.OFFLINE
        : Custody.ONLINE;
  }

  private void check(String name, Role role, Instant now, List<Due> due) {
    Life life = of(name);
    Duration left = Duration.between(now, role.expires());
    if (left.compareTo(life.renewBefore()) <= 0) {
      boolean overdue = left.compareTo(life.alarmBefore()) <= 0;
      due.add(new Due(name, custody(name), role.expires(), overdue));
    }
  }

  /// How long one kind of metadata lives.
  ///
  /// @param lifetime from signing to expiry
  /// @param renewBefore it is signed anew when no more than this is left
  /// @param alarmBefore when no more than this is left, renewing has failed
  public record Life(Duration lifetime, Duration renewBefore, Duration alarmBefore) {
    public Life {
      if (lifetime.compareTo(renewBefore) <= 0
          || renewBefore.compareTo(alarmBefore) <= 0
          || alarmBefore.isNegative()) {
        throw new IllegalArgumentException("renew before the alarm, and not from the start");
      }
    }

    /// When what is signed at an instant expires.
    public Instant expiry(Instant signed) {
      return signed.plus(lifetime);
    }
  }

  /// Where a role's keys are.
  public enum Custody {
    /// Signed by people, in a ceremony.
    OFFLINE,
    /// Signed by this program.
    ONLINE
  }

  /// A role to sign anew.
  ///
  /// @param overdue whether it should have been signed long ago: raise an alarm
  public record Due(String role, Custody custody, Instant expires, boolean overdue) {}
}
