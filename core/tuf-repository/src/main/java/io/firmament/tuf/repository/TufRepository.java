package io.firmament.tuf.repository;

import io.firmament.tuf.Delegation;
import io.firmament.tuf.Delegations;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.RoleKeys;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.Root;
import io.firmament.tuf.TargetFile;
import io.firmament.tuf.Targets;
import io.firmament.tuf.repository.Draft.Decision;
import io.firmament.tuf.repository.Outcome.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// A repository with consistent snapshots (6.2), whose transactions can be stopped anywhere and run
/// against each other.
///
/// Metadata is written under its version and never again; the timestamp is exchanged last, against
/// the one that was read, and that is the commit. A transaction that finds another timestamp begins
/// anew from what the other wrote. A stop before the exchange leaves files that nothing refers to,
/// whose versions the next transaction steps over. So the repository never forks, and clients see
/// the old or the new and nothing between.
///
/// The bytes of a target are to be in place under their hash before it is published here.
public final class TufRepository {
  private static final int ATTEMPTS = 16;

  private final RepositoryFiles files;
  private final Schedule schedule;

  public TufRepository(MetadataStore store, Signers signers, Schedule schedule) {
    this.files = new RepositoryFiles(store, signers, schedule);
    this.schedule = schedule;
  }

  /// Begins a repository from root and targets that a ceremony has signed, targets with its
  /// delegation to the publisher ([Publisher#firstTargets]). After a stop, begin again with the
  /// same.
  public Outcome begin(Metadata<Root> root, Metadata<Targets> targets, Instant now) {
    Optional<Outcome> refusal = RootRules.refusal(root, targets, now);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    if (files.hasTimestamp()) {
      return new Outcome.Refused(Reason.ALREADY_BEGUN, "there is a timestamp");
    }
    if (!files.createOrSame(RoleName.fileName(1, RoleName.ROOT), root.toBytes())) {
      return new Outcome.Refused(Reason.ALREADY_BEGUN, "there is another root");
    }
    return files.begin(root, targets, now);
  }

  /// What is published, with all fleets; empty where the repository was not begun.
  public Optional<RepositoryState> state() {
    return files.load(RepositoryFiles.ALL);
  }

  /// What is published, without the fleets; empty where the repository was not begun.
  public Optional<RepositoryState> head() {
    return files.load(Set.of());
  }

  /// What is published, with one fleet where it is part of it; empty where the repository was not
  /// begun.
  public Optional<RepositoryState> state(Fleet fleet) {
    return files.load(Set.of(fleet.role()));
  }

  /// Adds a fleet with keys of its own: one transaction of the publisher.
  public Outcome addFleet(Fleet fleet, Root.Assignment keys, Instant now) {
    return transact(
        Set.of(),
        now,
        state -> {
          Targets publisher = state.publisher().orElseThrow();
          if (RepositoryState.trust(publisher, fleet.role()).isPresent()) {
            return new Decision.Refuse(Reason.FLEET_EXISTS, fleet.name());
          }
          return new Decision.Write(
              Draft.none()
                  .with(Publisher.ROLE, Publisher.delegateTo(publisher, fleet, keys))
                  .with(fleet.role(), Targets.create(schedule.delegated().expiry(now))));
        });
  }

  /// Takes a fleet's role out of trust: clients find none of its targets any more. The snapshot
  /// goes on listing its last version (5.5.5).
  public Outcome removeFleet(Fleet fleet, Instant now) {
    return transact(
        Set.of(),
        now,
        state -> {
          Targets publisher = state.publisher().orElseThrow();
          if (RepositoryState.trust(publisher, fleet.role()).isEmpty()) {
            return new Decision.Refuse(Reason.NO_SUCH_FLEET, fleet.name());
          }
          Delegations delegations = publisher.delegations().orElseThrow();
          return new Decision.Write(
              Draft.none().with(Publisher.ROLE, publisher.with(delegations.without(fleet.role()))));
        });
  }

  /// Gives a fleet other keys; its targets stay and are signed anew with them. The publisher's
  /// delegation and the fleet's role are published together, so clients see either the old of both
  /// or the new.
  public Outcome changeFleetKeys(Fleet fleet, Root.Assignment keys, Instant now) {
    return transact(
        Set.of(fleet.role()),
        now,
        state -> {
          Targets publisher = state.publisher().orElseThrow();
          if (state.role(fleet.role()).isEmpty()) {
            return new Decision.Refuse(Reason.NO_SUCH_FLEET, fleet.name());
          }
          RoleKeys present =
              RepositoryState.trust(publisher, fleet.role()).orElseThrow().roleKeys();
          if (present.equals(keys.roleKeys())) {
            return new Decision.Nothing();
          }
          return new Decision.Write(
              Draft.none().with(Publisher.ROLE, Publisher.delegateTo(publisher, fleet, keys)));
        });
  }

  /// Publishes targets to a fleet and takes others back.
  ///
  /// A path that is published keeps its content: the same again is no change, another is refused. A
  /// path may be taken back though, and what is taken back and not there is no change either.
  public Outcome publish(
      Fleet fleet, Map<String, TargetFile> added, Set<String> removed, Instant now) {
    return transact(Set.of(fleet.role()), now, state -> decide(state, fleet, added, removed));
  }

  private static Decision decide(
      RepositoryState state, Fleet fleet, Map<String, TargetFile> added, Set<String> removed) {
    Optional<Targets> current = state.role(fleet.role());
    if (current.isEmpty()) {
      return new Decision.Refuse(Reason.NO_SUCH_FLEET, fleet.name());
    }
    Map<String, TargetFile> present = current.get().targets();
    Map<String, TargetFile> news = new LinkedHashMap<>();
    for (Map.Entry<String, TargetFile> entry : added.entrySet()) {
      if (!fleet.owns(entry.getKey())) {
        return new Decision.Refuse(Reason.OUT_OF_NAMESPACE, entry.getKey());
      }
      TargetFile before = present.get(entry.getKey());
      if (before == null) {
        news.put(entry.getKey(), entry.getValue());
      } else if (!before.equals(entry.getValue())) {
        return new Decision.Refuse(Reason.CONTENT_DIFFERS, entry.getKey());
      }
    }
    Set<String> gone = new LinkedHashSet<>(removed);
    gone.retainAll(present.keySet());
    gone.removeAll(added.keySet());
    if (news.isEmpty() && gone.isEmpty()) {
      return new Decision.Nothing();
    }
    return new Decision.Write(Draft.none().with(fleet.role(), current.get().with(news, gone)));
  }

  /// Signs anew whatever is due and has its keys here; also what the current root no longer stands
  /// for. Run it often: it does nothing when nothing is due.
  ///
  /// A delegated role whose keys do not sign now keeps no other from being renewed: it is still
  /// [Schedule#due] in the state that comes of this. Without those of snapshot and timestamp
  /// nothing is.
  public Outcome renew(Instant now) {
    return transact(RepositoryFiles.ALL, now, state -> decideRenewal(state, now));
  }

  private Decision decideRenewal(RepositoryState state, Instant now) {
    Set<String> due = new LinkedHashSet<>();
    for (Schedule.Due role : schedule.due(state, now)) {
      if (role.custody() == Schedule.Custody.ONLINE && files.canSign(state, role.role())) {
        due.add(role.role());
      }
    }
    Root root = state.root().signed();
    boolean timestampHolds =
        RepositoryState.trust(root, RoleName.TIMESTAMP).accepts(state.timestamp());
    boolean snapshotHolds =
        RepositoryState.trust(root, RoleName.SNAPSHOT).accepts(state.snapshot());
    if (due.isEmpty() && timestampHolds && snapshotHolds) {
      return new Decision.Nothing();
    }
    Draft draft = Draft.none();
    for (String role : due) {
      Optional<Targets> targets = state.role(role);
      if (targets.isPresent()) {
        draft = draft.with(role, targets.get());
      }
    }
    if (due.contains(RoleName.SNAPSHOT) || !snapshotHolds) {
      draft = draft.withSnapshot();
    }
    return new Decision.Write(draft);
  }

  /// Publishes the next top-level targets, which a ceremony has signed. Roles it delegates to with
  /// other keys than before are signed anew with those.
  public Outcome publishTargets(Metadata<Targets> targets, Instant now) {
    return transact(
        RepositoryFiles.ALL,
        now,
        state -> {
          Root root = state.root().signed();
          if (targets.signed().version() <= state.topLevelTargets().version()) {
            return isPublished(state, targets)
                ? new Decision.Nothing()
                : new Decision.Refuse(Reason.STALE, "targets went on meanwhile");
          }
          if (targets.signed().isExpired(now)) {
            return new Decision.Refuse(Reason.EXPIRED, "targets has expired");
          }
          if (!RepositoryState.trust(root, RoleName.TARGETS).accepts(targets)) {
            return new Decision.Refuse(Reason.NOT_SIGNED, "targets needs more signatures");
          }
          if (RepositoryState.trust(targets.signed(), Publisher.ROLE).isEmpty()) {
            return new Decision.Refuse(
                Reason.BREAKS_CONTINUITY, "targets would no longer trust the publisher");
          }
          return new Decision.Write(Draft.none().with(targets));
        });
  }

  private static boolean isPublished(RepositoryState state, Metadata<Targets> targets) {
    return targets.signed().json().equals(state.topLevelTargets().json());
  }

  /// Publishes the next root, which a ceremony has signed (6.1).
  ///
  /// Where it gives timestamp or snapshot other keys, both are first signed with the old and the
  /// new ones, so that clients find valid metadata before and after the new root, and wherever this
  /// stops. Top-level targets must have been published with signatures that hold under both.
  ///
  /// A root whose own keys of timestamp and snapshot are not here is refused. After a stop, publish
  /// the same again.
  ///
  /// @param continuity [Continuity#BREAK] where old keys are lost or not to be used any more:
  ///     clients then fail to update for the moment between the new root and the new timestamp
  public Outcome publishRoot(Metadata<Root> next, Continuity continuity, Instant now) {
    Optional<RepositoryState> loaded = files.load(RepositoryFiles.ALL);
    if (loaded.isEmpty()) {
      return new Outcome.Refused(Reason.NO_REPOSITORY, "the repository was not begun");
    }
    RepositoryState state = loaded.get();
    Root root = state.root().signed();
    if (next.signed().json().equals(root.json())) {
      return holdsUnder(root, state) ? new Outcome.Unchanged(state) : renew(now);
    }
    Optional<Outcome> refusal = RootRules.refusal(state, next, continuity, now);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    if (continuity == Continuity.KEEP) {
      Optional<Outcome> failure = signFor(next, now);
      if (failure.isPresent()) {
        return failure.get();
      }
    } else if (!files.canSignFreshness(next.signed(), state)) {
      return withoutKeysOfNext();
    }
    String name = RoleName.fileName(next.signed().version(), RoleName.ROOT);
    if (!files.createOrSame(name, next.toBytes())) {
      return new Outcome.Refused(Reason.STALE, "there is another root of that version");
    }
    Outcome renewed = renew(now);
    return renewed instanceof Outcome.Unchanged(RepositoryState current)
        ? new Outcome.Published(current)
        : renewed;
  }

  /// Announces a root and has snapshot and timestamp signed for it. A transaction that did not see
  /// the announcement cannot commit after this one, and whoever begins later sees it.
  private Optional<Outcome> signFor(Metadata<Root> next, Instant now) {
    if (!files.announce(next)) {
      return Optional.of(new Outcome.Contended());
    }
    Outcome prepared =
        transact(
            Set.of(),
            now,
            state ->
                holdsUnder(next.signed(), state)
                    ? new Decision.Nothing()
                    : new Decision.Write(Draft.none().withSnapshot()));
    return switch (prepared) {
      case Outcome.Published(RepositoryState state) when !holdsUnder(next.signed(), state) ->
          Optional.of(withoutKeysOfNext());
      case Outcome.Published published -> Optional.empty();
      case Outcome.Unchanged unchanged -> Optional.empty();
      case Outcome.Refused refused -> Optional.of(refused);
      case Outcome.Contended contended -> Optional.of(contended);
    };
  }

  private static Outcome withoutKeysOfNext() {
    return new Outcome.Refused(Reason.SIGNERS_MISSING, "the keys of the next root are not here");
  }

  /// Which continuity a change of root can have: [Continuity#BREAK] only where snapshot and
  /// timestamp would have to be signed with the old keys once more, and these are gone while the
  /// next are here. What a store of keys throws that does not answer is thrown.
  public Continuity continuityTo(Root next) {
    RepositoryState state = files.load(Set.of()).orElseThrow();
    boolean breaks =
        !holdsUnder(next, state)
            && !files.canSignFreshness(state.root().signed(), state)
            && files.canSignFreshness(next, state);
    return breaks ? Continuity.BREAK : Continuity.KEEP;
  }

  private static boolean holdsUnder(Root root, RepositoryState state) {
    return RepositoryState.trust(root, RoleName.TIMESTAMP).accepts(state.timestamp())
        && RepositoryState.trust(root, RoleName.SNAPSHOT).accepts(state.snapshot());
  }

  /// Whether clients must be able to update at every moment of a change of root.
  public enum Continuity {
    KEEP,
    BREAK
  }

  /// The version to give the next top-level targets: one that no file has yet.
  public long nextTargetsVersion() {
    long version =
        files.load(Set.of()).map(state -> state.topLevelTargets().version()).orElse(0L) + 1;
    while (files.exists(RoleName.fileName(version, RoleName.TARGETS))) {
      version++;
    }
    return version;
  }

  /// Reads, decides and writes until nobody came between.
  ///
  /// @param roles fleets' roles that the decision looks at
  private Outcome transact(
      Set<String> roles, Instant now, Function<RepositoryState, Decision> decide) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<RepositoryState> loaded = files.load(roles);
      if (loaded.isEmpty()) {
        return new Outcome.Refused(Reason.NO_REPOSITORY, "the repository was not begun");
      }
      RepositoryState state = loaded.get();
      switch (decide.apply(state)) {
        case Decision.Refuse(Reason reason, String detail) -> {
          return new Outcome.Refused(reason, detail);
        }
        case Decision.Nothing() -> {
          return new Outcome.Unchanged(state);
        }
        case Decision.Write(Draft draft) -> {
          Draft whole = withNewlyTrusted(state, draft);
          Optional<Outcome> outcome = files.write(state, whole, now);
          if (outcome.isPresent()) {
            return outcome.get();
          }
        }
      }
    }
    return new Outcome.Contended();
  }

  /// Adds the roles that a changed delegation trusts by other keys than those that have signed
  /// them.
  private Draft withNewlyTrusted(RepositoryState state, Draft draft) {
    Draft result = draft;
    List<Targets> delegators = new ArrayList<>();
    draft.offline().ifPresent(targets -> delegators.add(targets.signed()));
    Optional.ofNullable(draft.online().get(Publisher.ROLE)).ifPresent(delegators::add);
    for (Targets delegator : delegators) {
      for (Delegation delegation :
          delegator.delegations().map(all -> all.roles()).orElse(List.of())) {
        String role = delegation.name();
        Metadata<Targets> current = state.targets().get(role);
        boolean holds =
            current == null
                || RepositoryState.trust(delegator, role).orElseThrow().accepts(current);
        if (!holds && !result.online().containsKey(role)) {
          result = result.with(role, Objects.requireNonNull(current).signed());
        }
      }
    }
    return result;
  }
}
