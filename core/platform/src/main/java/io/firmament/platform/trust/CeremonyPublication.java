package io.firmament.platform.trust;

import io.firmament.tuf.Metadata;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.Root;
import io.firmament.tuf.Targets;
import io.firmament.tuf.repository.Outcome;
import io.firmament.tuf.repository.Outcome.Reason;
import io.firmament.tuf.repository.RepositoryState;
import io.firmament.tuf.repository.TufRepository;
import io.firmament.tuf.repository.TufRepository.Continuity;
import java.time.Instant;
import java.util.Optional;

/// Publishes what is complete of a ceremony. Every step may be repeated.
final class CeremonyPublication {
  private final TufRepository repository;
  private final Ceremony open;
  private final Instant now;

  CeremonyPublication(TufRepository repository, Ceremony open, Instant now) {
    this.repository = repository;
    this.open = open;
    this.now = now;
  }

  /// Begins the repository.
  ///
  /// @return whether all is published
  boolean begin() {
    Optional<RepositoryState> nothing = Optional.empty();
    Optional<Metadata<Root>> root =
        open.root().flatMap(document -> Ceremonies.rootRequest(nothing, document).assembled());
    Optional<Metadata<Targets>> targets =
        open.targets()
            .flatMap(
                document -> Ceremonies.targetsRequest(nothing, open.root(), document).assembled());
    if (root.isEmpty() || targets.isEmpty()) {
      return false;
    }
    Outcome outcome = repository.begin(root.get(), targets.get(), now);
    if (isRefused(outcome, Reason.ALREADY_BEGUN)
        && Ceremonies.isPublished(repository.head(), root.get().signed())) {
      return true;
    }
    Ceremonies.demand(outcome);
    return true;
  }

  /// Whether root is complete and can only be published without the keys of snapshot and timestamp
  /// that it takes the place of, for they are gone. It waits for targets that it would no longer
  /// accept otherwise.
  boolean breaksContinuity() {
    Optional<RepositoryState> state = repository.head();
    Optional<Metadata<Root>> root = completeRoot(state);
    return root.isPresent()
        && (completeTargets(state).isPresent() || acceptsTargets(state, root.get().signed()))
        && repository.continuityTo(root.get().signed()) == Continuity.BREAK;
  }

  private static boolean acceptsTargets(Optional<RepositoryState> state, Root root) {
    return state
        .map(published -> published.targets().get(RoleName.TARGETS))
        .filter(targets -> RepositoryState.trust(root, RoleName.TARGETS).accepts(targets))
        .isPresent();
  }

  /// Publishes targets before a root that would no longer trust the old ones, and after one without
  /// which nothing can be signed.
  ///
  /// @param breaks what [#breaksContinuity] says
  /// @return whether all is published
  boolean goOn(boolean breaks) {
    if (breaks) {
      Metadata<Root> root = completeRoot(repository.head()).orElseThrow();
      Ceremonies.demand(repository.publishRoot(root, Continuity.BREAK, now));
      return publishTargets();
    }
    boolean targetsDone = publishTargets();
    return publishRoot(targetsDone) && targetsDone;
  }

  private boolean publishTargets() {
    Optional<RepositoryState> state = repository.head();
    if (open.targets().filter(document -> !isPublished(state, document)).isEmpty()) {
      return true;
    }
    Optional<Metadata<Targets>> complete = completeTargets(state);
    if (complete.isEmpty()) {
      return false;
    }
    Outcome outcome = repository.publishTargets(complete.get(), now);
    // Snapshot and timestamp are signed again when root, which is not complete, names their keys.
    boolean waits =
        isRefused(outcome, Reason.SIGNERS_MISSING)
            && open.root().filter(document -> !isPublished(state, document)).isPresent();
    if (!waits) {
      Ceremonies.demand(outcome);
    }
    return !waits;
  }

  /// One that is published already is published again, for it may have stopped right after root.
  private boolean publishRoot(boolean targetsDone) {
    if (open.root().isEmpty()) {
      return true;
    }
    Optional<RepositoryState> state = repository.head();
    Optional<Metadata<Root>> complete =
        open.root().filter(document -> isPublished(state, document)).or(() -> completeRoot(state));
    if (complete.isEmpty()) {
      return false;
    }
    Outcome outcome = repository.publishRoot(complete.get(), Continuity.KEEP, now);
    boolean waits = isRefused(outcome, Reason.BREAKS_CONTINUITY) && !targetsDone;
    if (!waits) {
      Ceremonies.demand(outcome);
    }
    return !waits;
  }

  private Optional<Metadata<Root>> completeRoot(Optional<RepositoryState> state) {
    return open.root()
        .filter(document -> !isPublished(state, document))
        .flatMap(document -> Ceremonies.rootRequest(state, document).assembled());
  }

  private Optional<Metadata<Targets>> completeTargets(Optional<RepositoryState> state) {
    return open.targets()
        .filter(document -> !isPublished(state, document))
        .flatMap(document -> Ceremonies.targetsRequest(state, open.root(), document).assembled());
  }

  private static boolean isPublished(Optional<RepositoryState> state, Metadata<?> document) {
    return Ceremonies.isPublished(state, document.signed());
  }

  private static boolean isRefused(Outcome outcome, Reason reason) {
    return outcome instanceof Outcome.Refused refused && refused.reason() == reason;
  }
}
