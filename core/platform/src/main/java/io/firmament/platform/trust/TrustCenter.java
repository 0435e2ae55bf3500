package io.firmament.platform.trust;

import io.firmament.base.BaseProblem;
import io.firmament.base.TenantId;
import io.firmament.tuf.Delegation;
import io.firmament.tuf.Delegations;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.Role;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.Root;
import io.firmament.tuf.Targets;
import io.firmament.tuf.TufKey;
import io.firmament.tuf.repository.Director;
import io.firmament.tuf.repository.Publisher;
import io.firmament.tuf.repository.RepositoryState;
import io.firmament.tuf.repository.RepositoryState.Trust;
import io.firmament.tuf.repository.Schedule;
import io.firmament.tuf.repository.Schedule.Custody;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// What there is to know about the keys and the metadata of a tenant's repository: read from what
/// is published, not from what should be.
public final class TrustCenter {
  /// How many fleets are told of.
  public static final int MAX_FLEETS = 200;

  private final TenantRepositories repositories;
  private final Clock clock;

  public TrustCenter(TenantRepositories repositories, Clock clock) {
    this.repositories = repositories;
    this.clock = clock;
  }

  /// A role as it is trusted and published now.
  ///
  /// @param keys the keys that it is trusted by, as the role above it names them
  /// @param metadata empty for a role that has none of its own
  public record RoleReport(
      String role, Custody custody, int threshold, List<TufKey> keys, Optional<Life> metadata) {
    public RoleReport {
      keys = List.copyOf(keys);
    }
  }

  /// How far a role's metadata has lived.
  ///
  /// @param issuedAt when it was signed; of an offline role, when it was prepared to be
  /// @param due whether it is time to sign it anew
  /// @param overdue whether that is late
  public record Life(
      long version,
      Instant issuedAt,
      Instant expires,
      long daysLeft,
      boolean due,
      boolean overdue) {}

  /// All of it.
  ///
  /// @param roles the top-level roles, publisher, director, and the first fleets by name
  /// @param fleets how many fleets there are
  public record Report(boolean begun, List<RoleReport> roles, int fleets) {
    public Report {
      roles = List.copyOf(roles);
    }
  }

  /// What there is to know now; that it has not begun, where it has not.
  public Report report(TenantId tenant) {
    Optional<RepositoryState> loaded = repositories.of(tenant).state();
    if (loaded.isEmpty()) {
      return new Report(false, List.of(), 0);
    }
    Instant now = clock.instant();
    RepositoryState state = loaded.get();
    Map<String, Schedule.Due> due =
        repositories.schedule().due(state, now).stream()
            .collect(Collectors.toMap(Schedule.Due::role, each -> each));
    Root root = state.root().signed();
    Targets targets = state.role(RoleName.TARGETS).orElseThrow();
    Targets publisher = state.role(Publisher.ROLE).orElseThrow();
    List<RoleReport> roles = new ArrayList<>();
    roles.add(report(RoleName.ROOT, RepositoryState.trust(root, RoleName.ROOT), root, due, now));
    roles.add(
        report(RoleName.TARGETS, RepositoryState.trust(root, RoleName.TARGETS), targets, due, now));
    roles.add(
        report(
            RoleName.SNAPSHOT,
            RepositoryState.trust(root, RoleName.SNAPSHOT),
            state.snapshot().signed(),
            due,
            now));
    roles.add(
        report(
            RoleName.TIMESTAMP,
            RepositoryState.trust(root, RoleName.TIMESTAMP),
            state.timestamp().signed(),
            due,
            now));
    RepositoryState.trust(targets, Publisher.ROLE)
        .ifPresent(trust -> roles.add(report(Publisher.ROLE, trust, publisher, due, now)));
    RepositoryState.trust(targets, Director.ROLE)
        .ifPresent(
            trust ->
                roles.add(
                    new RoleReport(
                        Director.ROLE,
                        Custody.ONLINE,
                        trust.roleKeys().threshold(),
                        keys(trust),
                        Optional.empty())));
    List<String> fleets =
        publisher.delegations().map(Delegations::roles).orElse(List.of()).stream()
            .map(Delegation::name)
            .sorted()
            .toList();
    for (String fleet : fleets.stream().limit(MAX_FLEETS).toList()) {
      Optional<Trust> trust = RepositoryState.trust(publisher, fleet);
      Metadata<Targets> metadata = state.targets().get(fleet);
      if (trust.isPresent() && metadata != null) {
        roles.add(report(fleet, trust.get(), metadata.signed(), due, now));
      }
    }
    return new Report(true, roles, fleets.size());
  }

  private RoleReport report(
      String name, Trust trust, Role role, Map<String, Schedule.Due> due, Instant now) {
    Optional<Schedule.Due> waiting = Optional.ofNullable(due.get(name));
    Life life =
        new Life(
            role.version(),
            role.expires().minus(repositories.schedule().of(name).lifetime()),
            role.expires(),
            Math.max(0, Duration.between(now, role.expires()).toDays()),
            waiting.isPresent(),
            waiting.filter(Schedule.Due::overdue).isPresent());
    return new RoleReport(
        name, Schedule.custody(name), trust.roleKeys().threshold(), keys(trust), Optional.of(life));
  }

  private static List<TufKey> keys(Trust trust) {
    return trust.roleKeys().keyIds().stream()
        .flatMap(id -> Optional.ofNullable(trust.keys().get(id)).stream())
        .toList();
  }

  /// A root as clients are given it: the bytes that were signed.
  ///
  /// @param version empty for the newest
  /// @throws io.firmament.base.ProblemException where there is none
  public byte[] root(TenantId tenant, Optional<Long> version) {
    Optional<Long> wanted =
        version.or(
            () -> repositories.of(tenant).head().map(state -> state.root().signed().version()));
    return wanted
        .flatMap(number -> repositories.file(tenant, RoleName.fileName(number, RoleName.ROOT)))
        .filter(file -> repositories.of(tenant).head().isPresent())
        .orElseThrow(() -> BaseProblem.NOT_FOUND.with("what", "root"));
  }
}
