package io.firmament.platform.trust;

import io.firmament.base.Log;
import io.firmament.base.TenantId;
import io.firmament.tuf.repository.Outcome;
import io.firmament.tuf.repository.RepositoryState;
import io.firmament.tuf.repository.Schedule;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Signs anew what is due in the repositories of all tenants, one after the other. However many of
/// these run, a repository stays one: whoever comes late finds nothing due.
public final class RepositoryRenewal {
  private static final Log LOG = Log.of(RepositoryRenewal.class);
  private static final int PAGE = 50;

  /// An offline role near its end is told of at least so often.
  private static final Duration LONGEST = Duration.ofHours(6);

  private static final Duration SHORTEST = Duration.ofMinutes(1);
  private static final Duration AFTER_FAILURE = Duration.ofMinutes(10);

  private final TrustStore store;
  private final TenantRepositories repositories;
  private final Clock clock;

  public RepositoryRenewal(TrustStore store, TenantRepositories repositories, Clock clock) {
    this.store = store;
    this.repositories = repositories;
    this.clock = clock;
  }

  /// What came of it.
  ///
  /// @param renewed repositories of which something was signed anew
  /// @param unchanged repositories of which nothing was due
  /// @param failed repositories to be tried again in a while
  /// @param offlineOverdue offline roles that a ceremony should have signed long ago
  /// @param unsigned online roles that are due and whose keys do not sign; what else there is in
  ///     their repositories is renewed
  public record Report(int renewed, int unchanged, int failed, int offlineOverdue, int unsigned) {
    static final Report NOTHING = new Report(0, 0, 0, 0, 0);

    Report plus(Report other) {
      return new Report(
          renewed + other.renewed,
          unchanged + other.unchanged,
          failed + other.failed,
          offlineOverdue + other.offlineOverdue,
          unsigned + other.unsigned);
    }

    /// How many repositories were looked at.
    public int total() {
      return renewed + unchanged + failed;
    }
  }

  /// Looks at the repositories that are due.
  ///
  /// @param until when to begin no further one
  public Report runDue(Instant until) {
    Report report = Report.NOTHING;
    while (clock.instant().isBefore(until)) {
      List<TenantId> due = store.due(clock.instant(), PAGE);
      if (due.isEmpty()) {
        return report;
      }
      for (TenantId tenant : due) {
        if (!clock.instant().isBefore(until)) {
          return report;
        }
        report = report.plus(renew(tenant));
      }
    }
    return report;
  }

  /// Renews a repository and says when it is to be looked at next.
  private Report renew(TenantId tenant) {
    Instant now = clock.instant();
    Report report;
    Instant next;
    try {
      Outcome outcome = repositories.of(tenant).renew(now);
      report = report(tenant, outcome, now);
      next =
          switch (outcome) {
            case Outcome.Published(RepositoryState state) -> next(state, report, now);
            case Outcome.Unchanged(RepositoryState state) -> next(state, report, now);
            case Outcome.Refused refused -> now.plus(AFTER_FAILURE);
            case Outcome.Contended contended -> now.plus(AFTER_FAILURE);
          };
    } catch (RuntimeException e) {
      // One tenant's trouble must not keep the others from being renewed.
      LOG.error("repository_not_renewed", e, "tenant", tenant);
      report = new Report(0, 0, 1, 0, 0);
      next = now.plus(AFTER_FAILURE);
    }
    store.renewed(tenant, now, next);
    return report;
  }

  private Report report(TenantId tenant, Outcome outcome, Instant now) {
    return switch (outcome) {
      case Outcome.Published(RepositoryState state) ->
          new Report(1, 0, 0, overdue(tenant, state, now), unsigned(tenant, state, now));
      case Outcome.Unchanged(RepositoryState state) ->
          new Report(0, 1, 0, overdue(tenant, state, now), unsigned(tenant, state, now));
      // A platform that stopped between the last signature and the publication.
      case Outcome.Refused(Outcome.Reason reason, String detail)
          when reason == Outcome.Reason.NO_REPOSITORY ->
          new Report(0, 1, 0, 0, 0);
      case Outcome.Refused(Outcome.Reason reason, String detail) -> {
        LOG.warn("repository_not_renewed", "tenant", tenant, "reason", reason, "detail", detail);
        yield new Report(0, 0, 1, 0, 0);
      }
      case Outcome.Contended contended -> {
        LOG.warn("repository_not_renewed", "tenant", tenant, "reason", "CONTENDED");
        yield new Report(0, 0, 1, 0, 0);
      }
    };
  }

  private int overdue(TenantId tenant, RepositoryState state, Instant now) {
    int overdue = 0;
    for (Schedule.Due due : repositories.schedule().due(state, now)) {
      if (due.custody() == Schedule.Custody.OFFLINE && due.overdue()) {
        LOG.warn(
            "offline_role_near_expiry",
            "tenant",
            tenant,
            "role",
            due.role(),
            "expires",
            due.expires());
        overdue++;
      }
    }
    return overdue;
  }

  /// What is due still after a renewal: its keys are gone, disabled, or not to be reached.
  private int unsigned(TenantId tenant, RepositoryState state, Instant now) {
    int unsigned = 0;
    for (Schedule.Due due : repositories.schedule().due(state, now)) {
      if (due.custody() == Schedule.Custody.ONLINE) {
        LOG.warn(
            "online_role_not_signed",
            "tenant",
            tenant,
            "role",
            due.role(),
            "expires",
            due.expires());
        unsigned++;
      }
    }
    return unsigned;
  }

  private Instant next(RepositoryState state, Report report, Instant now) {
    if (report.unsigned() > 0) {
      return now.plus(AFTER_FAILURE);
    }
    Instant next = repositories.schedule().nextRenewal(state);
    if (next.isBefore(now.plus(SHORTEST))) {
      return now.plus(SHORTEST);
    }
    return next.isAfter(now.plus(LONGEST)) ? now.plus(LONGEST) : next;
  }
}
