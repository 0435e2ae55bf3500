package io.firmament.agent.update;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// Everything that a device must remember of its updates.
///
/// @param installed by the artifact's name
/// @param job what is being carried out
/// @param untidied a job that has ended, of which things may be left that nobody needs
/// @param outbox final reports that the platform has not heard yet, oldest first
/// @param done how the last orders ended, oldest first, so that none is carried out twice
/// @param lastIssued when the newest order that was ever taken was signed
public record UpdateState(
    SortedMap<String, Installed> installed,
    Optional<Job> job,
    Optional<Job> untidied,
    List<Report> outbox,
    List<Report> done,
    Instant lastIssued) {
  public static final UpdateState EMPTY =
      new UpdateState(
          new TreeMap<>(), Optional.empty(), Optional.empty(), List.of(), List.of(), Instant.EPOCH);

  private static final int MAX_DONE = 32;
  private static final int MAX_OUTBOX = 64;
  private static final int MAX_HISTORY = 100;

  public UpdateState {
    installed = Collections.unmodifiableSortedMap(new TreeMap<>(installed));
    outbox = List.copyOf(outbox);
    done = List.copyOf(done);
  }

  /// One version of an artifact.
  public record Version(String name, String kind, String sha256, Delivery delivery) {}

  /// An artifact that the device has.
  ///
  /// @param before what it can return to
  /// @param history versions that it has had, this one last
  public record Installed(Version current, Optional<Before> before, List<String> history) {
    public Installed {
      history = List.copyOf(history);
    }
  }

  /// What an artifact can return to.
  ///
  /// @param backup what the host needs for it
  /// @param version empty where what was there had not come through updates
  public record Before(String backup, Optional<Version> version) {}

  /// What the device has, by the names that others can depend on.
  Map<String, Set<String>> provided() {
    Map<String, Set<String>> all = new TreeMap<>();
    installed.forEach(
        (artifact, each) -> {
          String version = each.current().name();
          for (String name : List.of(artifact, "installed." + artifact)) {
            all.computeIfAbsent(name, _ -> new TreeSet<>()).add(version);
          }
          each.current()
              .delivery()
              .provides()
              .forEach((name, value) -> all.computeIfAbsent(name, _ -> new TreeSet<>()).add(value));
        });
    return all;
  }

  UpdateState withJob(Job next) {
    return new UpdateState(installed, Optional.of(next), untidied, outbox, done, lastIssued);
  }

  /// A new job, which must not be followed by older orders.
  UpdateState taking(Job next) {
    Instant issued = next.order().issued();
    return new UpdateState(
        installed,
        Optional.of(next),
        untidied,
        outbox,
        done,
        issued.isAfter(lastIssued) ? issued : lastIssued);
  }

  /// The job is given up without a word.
  UpdateState withoutJob() {
    return new UpdateState(installed, Optional.empty(), job, outbox, done, lastIssued);
  }

  UpdateState tidied() {
    return new UpdateState(installed, job, Optional.empty(), outbox, done, lastIssued);
  }

  /// The job has ended.
  UpdateState finished(Report report) {
    Job ended = job.orElseThrow();
    TreeMap<String, Installed> now = new TreeMap<>(installed);
    switch (report.status()) {
      case HEALTHY -> now.put(ended.order().artifact().name(), applied(ended));
      case ROLLED_BACK -> {
        if (ended.order().action() == Order.Action.REVERT) {
          revert(ended, now);
        }
      }
      case FAILED -> {
        // Neither the new nor the old is known to be there where rolling back has failed.
        if (!ended.phase().untouched()) {
          now.remove(ended.order().artifact().name());
        }
      }
      case INCOMPATIBLE, DOWNLOADING, VERIFYING, APPLYING -> {}
    }
    return new UpdateState(now, Optional.empty(), job, outbox, done, ended.order().issued())
        .atLeast(lastIssued)
        .saying(report);
  }

  /// A final report that the platform is to hear (again).
  UpdateState saying(Report report) {
    List<Report> ended = new ArrayList<>(done);
    ended.removeIf(other -> other.key().equals(report.key()));
    ended.add(report);
    List<Report> unsent = new ArrayList<>(outbox);
    unsent.removeIf(other -> other.key().equals(report.key()));
    unsent.add(report);
    return new UpdateState(
        installed, job, untidied, newest(unsent, MAX_OUTBOX), newest(ended, MAX_DONE), lastIssued);
  }

  /// The platform has heard a report.
  UpdateState heard(Report report) {
    List<Report> unsent = new ArrayList<>(outbox);
    unsent.remove(report);
    return new UpdateState(installed, job, untidied, unsent, done, lastIssued);
  }

  /// How an order ended that was carried out before.
  Optional<Report> ended(Order.Key key) {
    return done.stream().filter(report -> report.key().equals(key)).findFirst();
  }

  private UpdateState atLeast(Instant issued) {
    return issued.isAfter(lastIssued)
        ? new UpdateState(installed, job, untidied, outbox, done, issued)
        : this;
  }

  private Installed applied(Job ended) {
    Order order = ended.order();
    Version current =
        new Version(
            order.artifact().version(),
            order.artifact().kind(),
            order.target().sha256(),
            ended.delivery());
    Installed old = installed.get(order.artifact().name());
    if (old == null) {
      return new Installed(
          current,
          ended.backup().map(kept -> new Before(kept, Optional.empty())),
          List.of(current.name()));
    }
    List<String> history = new ArrayList<>(old.history());
    history.remove(current.name());
    history.add(current.name());
    boolean same =
        old.current().name().equals(current.name())
            && old.current().sha256().equals(current.sha256());
    Optional<Before> before =
        same
            ? old.before()
            : ended.backup().map(kept -> new Before(kept, Optional.of(old.current())));
    return new Installed(current, before, newest(history, MAX_HISTORY));
  }

  /// Puts back what an artifact could return to, where the job has returned to it.
  private void revert(Job ended, TreeMap<String, Installed> now) {
    String name = ended.order().artifact().name();
    Installed old = now.get(name);
    if (old == null || old.before().isEmpty() || ended.backup().isEmpty()) {
      return;
    }
    Optional<Version> version = old.before().get().version();
    if (version.isPresent()) {
      now.put(name, new Installed(version.get(), Optional.empty(), old.history()));
    } else {
      now.remove(name);
    }
  }

  private static <T> List<T> newest(List<T> list, int count) {
    return list.subList(Math.max(0, list.size() - count), list.size());
  }
}
