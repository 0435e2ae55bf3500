package io.firmament.tuf.repository;

import io.firmament.tuf.Delegation;
import io.firmament.tuf.MetaFile;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.Role;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.Root;
import io.firmament.tuf.Snapshot;
import io.firmament.tuf.Snapshot.VersionedFile;
import io.firmament.tuf.Targets;
import io.firmament.tuf.Timestamp;
import io.firmament.tuf.TufException;
import io.firmament.tuf.repository.Outcome.Reason;
import io.firmament.tuf.repository.RepositoryState.Trust;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.LongFunction;

/// Reads a repository's files and writes drafts to them, in the order of 6.3: targets roles,
/// snapshot, timestamp.
final class RepositoryFiles {
  /// In the place of roles: all fleets'.
  static final Set<String> ALL = Set.of("*");

  private static final String TIMESTAMP_FILE = RoleName.fileName(RoleName.TIMESTAMP);

  /// Not a file that clients ask for.
  private static final String UPCOMING_ROOT_FILE = "upcoming.root.json";

  private static final int VERSIONS_TRIED = 256;

  private final MetadataStore store;
  private final Signers signers;
  private final Schedule schedule;
  private volatile long knownRoot = 1;

  RepositoryFiles(MetadataStore store, Signers signers, Schedule schedule) {
    this.store = store;
    this.signers = signers;
    this.schedule = schedule;
  }

  boolean hasTimestamp() {
    return exists(TIMESTAMP_FILE);
  }

  boolean exists(String name) {
    return store.read(name).isPresent();
  }

  /// Creates a file, or finds it there with the same bytes.
  boolean createOrSame(String name, byte[] file) {
    return store.create(name, file)
        || store.read(name).filter(stored -> Arrays.equals(stored.file(), file)).isPresent();
  }

  /// What is published, with top-level targets, publisher, and those fleets' roles that are listed.
  Optional<RepositoryState> load(Set<String> fleetRoles) {
    Optional<MetadataStore.Stored> stored = store.read(TIMESTAMP_FILE);
    Optional<Metadata<Root>> root = latestRoot();
    if (stored.isEmpty() || root.isEmpty()) {
      return Optional.empty();
    }
    try {
      Metadata<Timestamp> timestamp = Metadata.timestamp(stored.get().file());
      Metadata<Snapshot> snapshot =
          Metadata.snapshot(required(RoleName.SNAPSHOT, timestamp.signed().snapshot().version()));
      SequencedMap<String, Metadata<Targets>> targets = new LinkedHashMap<>();
      for (String role : List.of(RoleName.TARGETS, Publisher.ROLE)) {
        targets.put(role, targets(snapshot.signed(), role).orElseThrow());
      }
      for (String role : wanted(fleetRoles, targets)) {
        Optional<Metadata<Targets>> fleet = targets(snapshot.signed(), role);
        fleet.ifPresent(metadata -> targets.put(role, metadata));
      }
      return Optional.of(
          new RepositoryState(
              root.get(),
              upcomingRoot(root.get().signed()),
              timestamp,
              stored.get().tag(),
              snapshot,
              targets));
    } catch (TufException e) {
      throw new IllegalStateException("the repository holds what it never wrote", e);
    }
  }

  /// The fleets' roles that the publisher trusts and the caller wants.
  private static Set<String> wanted(Set<String> roles, Map<String, Metadata<Targets>> targets) {
    Set<String> trusted = new LinkedHashSet<>();
    Metadata<Targets> publisher = targets.get(Publisher.ROLE);
    if (publisher != null) {
      publisher
          .signed()
          .delegations()
          .ifPresent(all -> all.roles().stream().map(Delegation::name).forEach(trusted::add));
    }
    if (!roles.equals(ALL)) {
      trusted.retainAll(roles);
    }
    return trusted;
  }

  /// Roots are found by trying, as clients do (5.3.3); they are few and none ever goes.
  private Optional<Metadata<Root>> latestRoot() {
    Optional<byte[]> latest = Optional.empty();
    for (long version = knownRoot; ; version++) {
      Optional<byte[]> file =
          store.read(RoleName.fileName(version, RoleName.ROOT)).map(MetadataStore.Stored::file);
      if (file.isEmpty()) {
        break;
      }
      knownRoot = version;
      latest = file;
    }
    try {
      return latest.isPresent() ? Optional.of(Metadata.root(latest.get())) : Optional.empty();
    } catch (TufException e) {
      throw new IllegalStateException("the repository holds a root it never wrote", e);
    }
  }

  /// The root that was announced to come after this one.
  private Optional<Root> upcomingRoot(Root root) throws TufException {
    Optional<MetadataStore.Stored> stored = store.read(UPCOMING_ROOT_FILE);
    if (stored.isEmpty()) {
      return Optional.empty();
    }
    Root upcoming = Metadata.root(stored.get().file()).signed();
    return upcoming.version() == root.version() + 1 ? Optional.of(upcoming) : Optional.empty();
  }

  /// Lets every transaction from now on sign for a root that is to come, as far as its keys are
  /// here.
  ///
  /// @return false where somebody else announced one at the same time
  boolean announce(Metadata<Root> next) {
    Optional<MetadataStore.Stored> stored = store.read(UPCOMING_ROOT_FILE);
    byte[] file = next.toBytes();
    return stored.filter(before -> Arrays.equals(before.file(), file)).isPresent()
        || store
            .replace(UPCOMING_ROOT_FILE, stored.map(MetadataStore.Stored::tag), file)
            .isPresent();
  }

  private Optional<Metadata<Targets>> targets(Snapshot snapshot, String role) throws TufException {
    Optional<Long> version = snapshot.file(role).map(MetaFile::version);
    return version.isPresent()
        ? Optional.of(Metadata.targets(required(role, version.get())))
        : Optional.empty();
  }

  private byte[] required(String role, long version) {
    return store
        .read(RoleName.fileName(version, role))
        .map(MetadataStore.Stored::file)
        .orElseThrow(
            () -> new IllegalStateException(role + " " + version + " is listed and not there"));
  }

  /// Writes the first files: targets as it is, then publisher, snapshot and timestamp.
  Outcome begin(Metadata<Root> root, Metadata<Targets> targets, Instant now) {
    byte[] targetsFile = targets.toBytes();
    if (!createOrSame(RoleName.fileName(1, RoleName.TARGETS), targetsFile)) {
      return new Outcome.Refused(Reason.ALREADY_BEGUN, "there are other targets");
    }
    try {
      Trust trust = RepositoryState.trust(targets.signed(), Publisher.ROLE).orElseThrow();
      Targets first = Targets.create(schedule.of(Publisher.ROLE).expiry(now));
      Metadata<Targets> publisher =
          create(
              Publisher.ROLE,
              first.version(),
              version ->
                  version == 1
                      ? first
                      : first.next(schedule.of(Publisher.ROLE).expiry(now), version),
              trust,
              Optional.empty());
      SequencedMap<String, VersionedFile> meta = new LinkedHashMap<>();
      meta.put(RoleName.TARGETS, new VersionedFile(1, targetsFile));
      meta.put(Publisher.ROLE, versioned(publisher));
      Instant expires = schedule.snapshot().expiry(now);
      Snapshot firstSnapshot = Snapshot.create(expires, meta);
      Metadata<Snapshot> snapshot =
          create(
              RoleName.SNAPSHOT,
              1,
              version ->
                  version == 1 ? firstSnapshot : firstSnapshot.next(expires, version, Map.of()),
              RepositoryState.trust(root.signed(), RoleName.SNAPSHOT),
              Optional.empty());
      Timestamp firstTimestamp =
          Timestamp.create(
              schedule.timestamp().expiry(now), snapshot.signed().version(), snapshot.toBytes());
      Metadata<Timestamp> timestamp =
          signed(
              RoleName.TIMESTAMP,
              firstTimestamp,
              RepositoryState.trust(root.signed(), RoleName.TIMESTAMP),
              Optional.empty());
      if (store.replace(TIMESTAMP_FILE, Optional.empty(), timestamp.toBytes()).isEmpty()) {
        return new Outcome.Refused(Reason.ALREADY_BEGUN, "there is a timestamp");
      }
    } catch (RefusedException e) {
      return e.outcome;
    }
    return new Outcome.Published(load(ALL).orElseThrow());
  }

  /// Writes a draft.
  ///
  /// @return empty where another transaction came between and this one must begin anew
  Optional<Outcome> write(RepositoryState state, Draft draft, Instant now) {
    try {
      SequencedMap<String, Metadata<Targets>> written = new LinkedHashMap<>();
      if (draft.offline().isPresent()) {
        Metadata<Targets> targets = draft.offline().get();
        String name = RoleName.fileName(targets.signed().version(), RoleName.TARGETS);
        if (!createOrSame(name, targets.toBytes())) {
          return refused(Reason.STALE, "there are other targets of that version");
        }
        written.put(RoleName.TARGETS, targets);
      }
      for (Map.Entry<String, Targets> entry : draft.online().entrySet()) {
        written.put(entry.getKey(), writeRole(state, draft, entry.getKey(), now));
      }
      Metadata<Snapshot> snapshot =
          draft.changesSnapshot() ? writeSnapshot(state, written, now) : state.snapshot();
      return commit(state, draft, snapshot, written, now);
    } catch (RefusedException e) {
      return Optional.of(e.outcome);
    }
  }

  private Metadata<Targets> writeRole(RepositoryState state, Draft draft, String role, Instant now)
      throws RefusedException {
    Targets next = Objects.requireNonNull(draft.online().get(role));
    Targets delegator = delegator(state, draft, role);
    Trust trust = RepositoryState.trust(delegator, role).orElseThrow();
    Instant expires = schedule.of(role).expiry(now);
    long published = state.snapshot().signed().file(role).map(MetaFile::version).orElse(0L);
    return create(
        role,
        published == 0 ? next.version() : Math.max(published, next.version()) + 1,
        version -> version == 1 ? next : next.next(expires, version),
        trust,
        Optional.empty());
  }

  /// Who delegates to the role once the draft is published.
  private static Targets delegator(RepositoryState state, Draft draft, String role) {
    if (role.equals(Publisher.ROLE)) {
      return draft.offline().map(Metadata::signed).orElseGet(state::topLevelTargets);
    }
    Targets publisher = draft.online().get(Publisher.ROLE);
    return publisher == null ? state.publisher().orElseThrow() : publisher;
  }

  /// Whether enough keys of a delegated role sign here. Of snapshot and timestamp, without which
  /// nothing can be written, that is not asked.
  boolean canSign(RepositoryState state, String role) {
    Optional<Targets> current = state.role(role);
    if (current.isEmpty()) {
      return true;
    }
    try {
      Trust trust = RepositoryState.trust(delegator(state, Draft.none(), role), role).orElseThrow();
      return trust.accepts(signers.sign(role, current.get(), trust.roleKeys().keyIds()));
    } catch (RuntimeException e) {
      // A store of keys that does not answer for one must not keep the others from being renewed.
      return false;
    }
  }

  /// Whether enough keys of snapshot and timestamp under a root sign here. What a store of keys
  /// throws where it does not answer is thrown: it says nothing about its keys.
  boolean canSignFreshness(Root root, RepositoryState state) {
    return canSign(root, RoleName.SNAPSHOT, state.snapshot().signed())
        && canSign(root, RoleName.TIMESTAMP, state.timestamp().signed());
  }

  private boolean canSign(Root root, String name, Role role) {
    Trust trust = RepositoryState.trust(root, name);
    return trust.accepts(signers.sign(name, role, trust.roleKeys().keyIds()));
  }

  private Metadata<Snapshot> writeSnapshot(
      RepositoryState state, Map<String, Metadata<Targets>> written, Instant now)
      throws RefusedException {
    Map<String, VersionedFile> meta = new LinkedHashMap<>();
    written.forEach((role, metadata) -> meta.put(role, versioned(metadata)));
    Snapshot current = state.snapshot().signed();
    Instant expires = schedule.snapshot().expiry(now);
    return create(
        RoleName.SNAPSHOT,
        current.version() + 1,
        version -> current.next(expires, version, meta),
        RepositoryState.trust(state.root().signed(), RoleName.SNAPSHOT),
        state.upcoming().map(next -> RepositoryState.trust(next, RoleName.SNAPSHOT)));
  }

  /// Exchanges the timestamp: the commit.
  private Optional<Outcome> commit(
      RepositoryState state,
      Draft draft,
      Metadata<Snapshot> snapshot,
      Map<String, Metadata<Targets>> written,
      Instant now)
      throws RefusedException {
    byte[] snapshotFile =
        draft.changesSnapshot()
            ? snapshot.toBytes()
            : required(RoleName.SNAPSHOT, snapshot.signed().version());
    Timestamp next =
        state
            .timestamp()
            .signed()
            .next(schedule.timestamp().expiry(now), snapshot.signed().version(), snapshotFile);
    Metadata<Timestamp> timestamp =
        signed(
            RoleName.TIMESTAMP,
            next,
            RepositoryState.trust(state.root().signed(), RoleName.TIMESTAMP),
            state.upcoming().map(root -> RepositoryState.trust(root, RoleName.TIMESTAMP)));
    Optional<String> tag =
        store.replace(TIMESTAMP_FILE, Optional.of(state.timestampTag()), timestamp.toBytes());
    if (tag.isEmpty()) {
      return Optional.empty();
    }
    SequencedMap<String, Metadata<Targets>> targets = new LinkedHashMap<>(state.targets());
    targets.putAll(written);
    return Optional.of(
        new Outcome.Published(
            new RepositoryState(
                state.root(), state.upcoming(), timestamp, tag.get(), snapshot, targets)));
  }

  /// Signs a role's next version and writes it under the first version that no file has: a
  /// transaction that was stopped or overtaken may have left some.
  private <R extends Role> Metadata<R> create(
      String role, long from, LongFunction<R> content, Trust trust, Optional<Trust> upcoming)
      throws RefusedException {
    for (long version = from; version < from + VERSIONS_TRIED; version++) {
      String name = RoleName.fileName(version, role);
      if (exists(name)) {
        continue;
      }
      Metadata<R> metadata = signed(role, content.apply(version), trust, upcoming);
      if (store.create(name, metadata.toBytes())) {
        return metadata;
      }
    }
    throw new RefusedException(new Outcome.Contended());
  }

  /// Signs with all keys that are here; those of an upcoming root need not suffice yet.
  private <R extends Role> Metadata<R> signed(
      String name, R role, Trust trust, Optional<Trust> upcoming) throws RefusedException {
    Set<String> keyIds = new LinkedHashSet<>(trust.roleKeys().keyIds());
    upcoming.ifPresent(next -> keyIds.addAll(next.roleKeys().keyIds()));
    Metadata<R> metadata = signers.sign(name, role, keyIds);
    if (!trust.accepts(metadata)) {
      throw new RefusedException(
          new Outcome.Refused(
              Reason.SIGNERS_MISSING,
              name + " needs " + trust.roleKeys().threshold() + " of its keys here"));
    }
    return metadata;
  }

  private static VersionedFile versioned(Metadata<Targets> metadata) {
    return new VersionedFile(metadata.signed().version(), metadata.toBytes());
  }

  private static Optional<Outcome> refused(Reason reason, String detail) {
    return Optional.of(new Outcome.Refused(reason, detail));
  }

  /// Ends a write that cannot be; nothing that clients see has changed.
  private static final class RefusedException extends Exception {
    private final transient Outcome outcome;

    RefusedException(Outcome outcome) {
      super(outcome.toString(), null, false, false);
      this.outcome = outcome;
    }
  }
}
