package io.firmament.agent.update;

import io.firmament.agent.update.Job.Phase;
import io.firmament.agent.update.RefusedException.Reason;
import io.firmament.base.VersionOrder;
import io.firmament.tuf.Json;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Carries out what the director orders, one order at a time.
///
/// Each step is written down before the next begins, and each step may be repeated: a device that
/// is stopped anywhere goes on where it was, and ends with the new version, which works, or with
/// what it had before. What stops the device three times while it is put in place, or while it is
/// asked whether it works, is rolled back.
///
/// Trouble on the way to the new version (the network, a repository that is stale) is no failure:
/// the order is kept and tried again. Of an order the director's own copy counts: one that has
/// expired before the device changed anything waits for a fresh signature.
///
/// All times of day are the later one of the clock's and the newest order's, so that a clock that
/// is set back makes nothing valid again. For one thread at a time, but for [#state].
public final class UpdateMachine {
  /// How far this device's clock may be behind the director's.
  private static final Duration CLOCK_ERROR = Duration.ofHours(1);

  /// An order that was not signed anew for so long is given up.
  private static final Duration FORGOTTEN = Duration.ofDays(7);

  private static final VersionOrder ORDER = VersionOrder.standard();
  private static final String ORDERED = "ordered";
  private static final int APPLY_STARTS = 3;
  private static final int PROBE_STARTS = 3;
  private static final int ROLL_BACK_STARTS = 5;

  private final Trust trust;
  private final UpdateHost host;
  private final StateStore store;
  private final Reports reports;
  private final UpdateListener listener;
  private final Clock clock;
  private final Deque<Order> waiting = new ArrayDeque<>();
  private final Set<Report> said = new HashSet<>();
  private volatile UpdateState state;

  public UpdateMachine(
      Trust trust,
      UpdateHost host,
      StateStore store,
      Reports reports,
      UpdateListener listener,
      Clock clock) {
    this.trust = trust;
    this.host = host;
    this.store = store;
    this.reports = reports;
    this.listener = listener;
    this.clock = clock;
    this.state = store.load();
  }

  /// What the platform says a device shall do.
  ///
  /// @param key as the platform calls it; what is signed must say the same
  public record Assignment(Order.Key key, byte[] signed) {}

  /// The last state that is written down; from any thread.
  public UpdateState state() {
    return state;
  }

  /// Takes in what a heartbeat brought. What was there before and is not there now is not taken
  /// back by that.
  ///
  /// @return false where the repository could not be asked, or must not be believed
  public boolean take(List<Assignment> assignments) {
    flush();
    tidy();
    waiting.clear();
    List<Assignment> open = new ArrayList<>();
    for (Assignment assignment : assignments) {
      Optional<Report> ended = state.ended(assignment.key());
      if (ended.isPresent()) {
        // The platform has not heard how it ended, or it has forgotten.
        save(state.saying(ended.get()));
      } else {
        open.add(assignment);
      }
    }
    flush();
    if (open.isEmpty()) {
      return true;
    }
    if (!refreshed(open)) {
      return false;
    }
    List<Order> orders = new ArrayList<>();
    for (Assignment assignment : open) {
      verified(assignment).ifPresent(orders::add);
    }
    orders.sort(Comparator.comparing(Order::issued));
    orders.forEach(this::consider);
    return true;
  }

  private boolean refreshed(List<Assignment> open) {
    try {
      trust.refresh();
      return true;
    } catch (RefusedException e) {
      open.forEach(a -> listener.refused(a.key(), e.reason(), String.valueOf(e.getMessage())));
      return false;
    } catch (TroubleException e) {
      listener.troubled("refresh", String.valueOf(e.getMessage()));
      return false;
    }
  }

  private Optional<Order> verified(Assignment assignment) {
    try {
      Order order = trust.verify(assignment.signed());
      if (!order.key().equals(assignment.key())) {
        throw new RefusedException(Reason.NOT_OURS, "what is signed is of another rollout");
      }
      requireTimely(order);
      return Optional.of(order);
    } catch (RefusedException e) {
      listener.refused(assignment.key(), e.reason(), String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private void requireTimely(Order order) throws RefusedException {
    if (order.issued().isBefore(state.lastIssued())) {
      throw new RefusedException(
          Reason.REPLAYED, "issued at " + order.issued() + ", before one of " + state.lastIssued());
    }
    if (order.issued().isAfter(clock.instant().plus(CLOCK_ERROR))) {
      throw new RefusedException(
          Reason.FROM_THE_FUTURE, "issued at " + order.issued() + ", which is to come");
    }
    if (!now().isBefore(order.expires())) {
      throw new RefusedException(Reason.EXPIRED, "expired at " + order.expires());
    }
  }

  /// Puts an order in the queue, in the place of the job where that is the same or is overtaken.
  private void consider(Order order) {
    Optional<Job> job = state.job();
    if (job.isEmpty()) {
      waiting.add(order);
      return;
    }
    Order current = job.get().order();
    if (current.key().equals(order.key())) {
      if (sameWork(current, order)) {
        save(state.taking(job.get().renewed(order.issued(), order.expires())));
      }
      return;
    }
    boolean overtakes =
        current.key().rollout().equals(order.key().rollout())
            ? order.key().attempt() > current.key().attempt()
            : current.artifact().name().equals(order.artifact().name())
                && order.issued().isAfter(current.issued());
    if (overtakes && job.get().phase().untouched()) {
      giveUp();
    }
    waiting.add(order);
  }

  private static boolean sameWork(Order one, Order other) {
    return one.action() == other.action()
        && one.artifact().equals(other.artifact())
        && one.target().equals(other.target());
  }

  /// Does what can be done now.
  ///
  /// @return false where there is something left that is to be tried again later
  public boolean work() throws InterruptedException {
    flush();
    while (true) {
      Optional<Job> job = state.job();
      if (job.isPresent()) {
        if (!stepUnlessStopped(job.get())) {
          return false;
        }
      } else if (waiting.isEmpty()) {
        return state.outbox().isEmpty();
      } else {
        begin(waiting.removeFirst());
      }
    }
  }

  private void begin(Order order) {
    try {
      requireTimely(order);
      switch (order.action()) {
        case APPLY -> beginApply(Job.begin(order, trust.resolve(order)));
        case REVERT -> beginRevert(revert(order));
      }
    } catch (RefusedException e) {
      listener.refused(order.key(), e.reason(), String.valueOf(e.getMessage()));
    } catch (TroubleException e) {
      listener.troubled("resolve", String.valueOf(e.getMessage()));
    } catch (UnfitException e) {
      Job job = Job.begin(order, Delivery.read(Json.Obj.EMPTY));
      save(state.taking(job));
      listener.taken(order);
      finish(job, Status.INCOMPATIBLE, String.valueOf(e.getMessage()));
    }
  }

  private void beginApply(Job job) {
    Optional<String> unfit = unfit(job);
    save(state.taking(job));
    listener.taken(job.order());
    unfit.ifPresent(why -> finish(job, Status.INCOMPATIBLE, why));
  }

  /// Why a job does not fit the device; empty where it does.
  private Optional<String> unfit(Job job) {
    try {
      UpdateState.Installed old = state.installed().get(job.order().artifact().name());
      if (old != null) {
        for (String version : job.delivery().mustPassThrough()) {
          if (!passed(old, version, job.order().artifact().version())) {
            return Optional.of("the device must have had version " + version + " before");
          }
        }
      }
      Probe.read(job.order().probe());
      host.require(job, state);
      return Optional.empty();
    } catch (UnfitException | IllegalArgumentException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /// Whether the device has had a version, has a newer one, or need not have it before the next:
  /// the platform's own rule, and what the device remembers besides.
  private static boolean passed(UpdateState.Installed old, String version, String next) {
    String has = old.current().name();
    boolean onTheWay =
        !(ORDER.reads(next) && ORDER.reads(version) && ORDER.compare(version, next) > 0);
    return !onTheWay
        || old.history().contains(version)
        || (ORDER.reads(has) && ORDER.compare(has, version) >= 0);
  }

  /// A revert begins at its end: with what the installed version can return to.
  private Job revert(Order order) {
    UpdateState.Installed installed = state.installed().get(order.artifact().name());
    if (installed == null) {
      return Job.begin(order, Delivery.read(Json.Obj.EMPTY)).rollingBack(ORDERED);
    }
    Job job = Job.begin(order, installed.current().delivery()).rollingBack(ORDERED);
    return installed.current().name().equals(order.artifact().version())
            && installed.before().isPresent()
        ? job.withBackup(installed.before().get().backup())
        : job;
  }

  private void beginRevert(Job job) {
    save(state.taking(job));
    listener.taken(job.order());
    if (job.backup().isPresent()) {
      return;
    }
    UpdateState.Installed installed = state.installed().get(job.order().artifact().name());
    boolean ours =
        installed != null && installed.current().name().equals(job.order().artifact().version());
    if (ours) {
      // Not touched: what is installed stays known.
      save(state.withJob(job.in(Phase.PREPARING)));
      finish(
          state.job().orElseThrow(), Status.FAILED, "there is nothing to return to on the device");
    } else {
      finish(job, Status.ROLLED_BACK, "the version is not installed");
    }
  }

  /// A stop that was asked for is not the update's doing, and does not count as a start.
  private boolean stepUnlessStopped(Job job) throws InterruptedException {
    try {
      return step(job);
    } catch (InterruptedException e) {
      if (state.job().map(Job::phase).equals(Optional.of(job.phase()))) {
        save(state.withJob(job));
      }
      throw e;
    }
  }

  /// One phase of the job.
  ///
  /// @return false where it is to be tried again later
  private boolean step(Job job) throws InterruptedException {
    try {
      switch (job.phase()) {
        case DOWNLOADING -> {
          say(job, Status.DOWNLOADING);
          host.download(job);
          save(state.withJob(job.in(Phase.VERIFYING)));
        }
        case VERIFYING -> {
          say(job, Status.VERIFYING);
          verify(job);
        }
        case PREPARING -> prepare(job);
        case APPLYING -> apply(job);
        case PROBING -> probe(job);
        case ROLLING_BACK -> rollBack(job);
      }
      return true;
    } catch (TroubleException e) {
      listener.troubled(job.phase().name(), String.valueOf(e.getMessage()));
      return false;
    }
  }

  private void verify(Job job) throws TroubleException, InterruptedException {
    try {
      host.verify(job);
    } catch (TroubleException e) {
      save(state.withJob(job.in(Phase.DOWNLOADING)));
      throw e;
    }
    if (!stillOrdered(job)) {
      return;
    }
    save(state.withJob(job.in(Phase.PREPARING)));
  }

  /// A download may take days: before anything changes, the repository must still have the target.
  private boolean stillOrdered(Job job) throws TroubleException {
    if (!now().isBefore(job.order().expires().plus(FORGOTTEN))) {
      giveUp();
      return false;
    }
    if (!now().isBefore(job.order().expires())) {
      throw new TroubleException(
          "the order expired at " + job.order().expires() + " and is not signed anew yet");
    }
    try {
      trust.refresh();
      Delivery delivery = trust.resolve(job.order());
      if (delivery.json().equals(job.delivery().json())) {
        return true;
      }
      throw new RefusedException(Reason.NOT_PUBLISHED, "the metadata says otherwise meanwhile");
    } catch (UnfitException e) {
      finish(job, Status.INCOMPATIBLE, String.valueOf(e.getMessage()));
      return false;
    } catch (RefusedException e) {
      listener.refused(job.order().key(), e.reason(), String.valueOf(e.getMessage()));
      if (e.reason() == Reason.NOT_PUBLISHED) {
        giveUp();
        return false;
      }
      throw new TroubleException("the metadata cannot be believed", e);
    }
  }

  private void prepare(Job job) throws InterruptedException {
    Optional<String> unfit = unfit(job);
    if (unfit.isPresent()) {
      finish(job, Status.INCOMPATIBLE, unfit.get());
      return;
    }
    say(job, Status.APPLYING);
    try {
      String backup = host.prepare(job);
      save(state.withJob(job.in(Phase.APPLYING).withBackup(backup)));
    } catch (InstallException e) {
      finish(job, Status.FAILED, String.valueOf(e.getMessage()));
    }
  }

  private void apply(Job job) throws InterruptedException {
    if (job.starts() >= APPLY_STARTS) {
      save(state.withJob(job.rollingBack("the device stopped each time it was put in place")));
      return;
    }
    Job started = job.started();
    save(state.withJob(started));
    try {
      host.apply(started);
      save(state.withJob(started.in(Phase.PROBING)));
    } catch (InstallException e) {
      save(state.withJob(started.rollingBack(String.valueOf(e.getMessage()))));
    }
  }

  private void probe(Job job) throws InterruptedException {
    if (job.starts() >= PROBE_STARTS) {
      save(state.withJob(job.rollingBack("the device stopped each time it was probed")));
      return;
    }
    Job started = job.started();
    save(state.withJob(started));
    Optional<String> why = host.probe(started);
    if (why.isPresent()) {
      save(state.withJob(started.rollingBack("the probe failed: " + why.get())));
    } else {
      finish(started, Status.HEALTHY, "");
    }
  }

  private void rollBack(Job job) throws InterruptedException {
    Job started = job.started();
    save(state.withJob(started));
    try {
      host.rollBack(started);
      finish(started, Status.ROLLED_BACK, started.detail());
    } catch (InstallException e) {
      if (started.starts() >= ROLL_BACK_STARTS) {
        finish(
            started, Status.FAILED, started.detail() + "; and not rolled back: " + e.getMessage());
      } else {
        listener.troubled(Phase.ROLLING_BACK.name(), String.valueOf(e.getMessage()));
      }
    }
  }

  private void finish(Job job, Status status, String detail) {
    Report report = new Report(job.order().key(), status, detail);
    save(state.withJob(job).finished(report));
    listener.ended(report);
    flush();
    tidy();
  }

  private void giveUp() {
    save(state.withoutJob());
    tidy();
  }

  private void tidy() {
    if (state.untidied().isPresent()) {
      host.tidy(state, state.untidied().get());
      save(state.tidied());
    }
  }

  /// Says once how far a job is; no matter if it is not heard, the end says it all.
  private void say(Job job, Status status) {
    Report report = new Report(job.order().key(), status, "");
    if (!state.outbox().isEmpty() || !said.add(report)) {
      return;
    }
    try {
      reports.send(report);
      listener.reported(report);
    } catch (TroubleException e) {
      said.remove(report);
      listener.troubled("report", String.valueOf(e.getMessage()));
    }
  }

  /// Sends the final reports that are not heard yet.
  private void flush() {
    for (Report report : state.outbox()) {
      try {
        reports.send(report);
      } catch (TroubleException e) {
        listener.troubled("report", String.valueOf(e.getMessage()));
        return;
      }
      said.removeIf(other -> other.key().equals(report.key()));
      listener.reported(report);
      save(state.heard(report));
    }
  }

  private void save(UpdateState next) {
    if (!next.equals(state)) {
      store.save(next);
      state = next;
    }
  }

  private Instant now() {
    Instant now = clock.instant();
    return now.isBefore(state.lastIssued()) ? state.lastIssued() : now;
  }
}
