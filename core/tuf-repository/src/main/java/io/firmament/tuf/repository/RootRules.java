package io.firmament.tuf.repository;

import io.firmament.tuf.Metadata;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.Root;
import io.firmament.tuf.Targets;
import io.firmament.tuf.repository.Outcome.Reason;
import io.firmament.tuf.repository.TufRepository.Continuity;
import java.time.Instant;
import java.util.Optional;

/// What root metadata must be before it is published: what clients would refuse is never written.
final class RootRules {
  private RootRules() {}

  /// Why a repository cannot begin so.
  static Optional<Outcome> refusal(Metadata<Root> root, Metadata<Targets> targets, Instant now) {
    if (root.signed().version() != 1 || targets.signed().version() != 1) {
      return refused(Reason.STALE, "a repository begins with version 1");
    }
    if (!root.signed().consistentSnapshot()) {
      return refused(Reason.NOT_SIGNED, "root does not say that snapshots are consistent");
    }
    if (root.signed().isExpired(now) || targets.signed().isExpired(now)) {
      return refused(Reason.EXPIRED, "root or targets has expired");
    }
    if (!RepositoryState.trust(root.signed(), RoleName.ROOT).accepts(root)) {
      return refused(Reason.NOT_SIGNED, "root needs more signatures");
    }
    if (!RepositoryState.trust(root.signed(), RoleName.TARGETS).accepts(targets)) {
      return refused(Reason.NOT_SIGNED, "targets needs more signatures");
    }
    if (RepositoryState.trust(targets.signed(), Publisher.ROLE).isEmpty()) {
      return refused(Reason.NOT_SIGNED, "targets does not trust a publisher");
    }
    return Optional.empty();
  }

  /// Why a root cannot be the next.
  static Optional<Outcome> refusal(
      RepositoryState state, Metadata<Root> next, Continuity continuity, Instant now) {
    Root root = state.root().signed();
    if (next.signed().version() != root.version() + 1) {
      return refused(Reason.STALE, "root is now of version " + root.version());
    }
    if (!next.signed().consistentSnapshot()) {
      return refused(Reason.BREAKS_CONTINUITY, "snapshots would no longer be consistent");
    }
    if (next.signed().isExpired(now)) {
      return refused(Reason.EXPIRED, "root has expired");
    }
    boolean signed =
        RepositoryState.trust(root, RoleName.ROOT).accepts(next)
            && RepositoryState.trust(next.signed(), RoleName.ROOT).accepts(next);
    if (!signed) {
      return refused(Reason.NOT_SIGNED, "root needs more signatures of the old or the new keys");
    }
    Metadata<Targets> targets = state.targets().get(RoleName.TARGETS);
    boolean targetsHold =
        targets != null && RepositoryState.trust(next.signed(), RoleName.TARGETS).accepts(targets);
    if (!targetsHold && continuity == Continuity.KEEP) {
      return refused(
          Reason.BREAKS_CONTINUITY,
          "publish targets first that are signed by their old and their new keys");
    }
    return Optional.empty();
  }

  private static Optional<Outcome> refused(Reason reason, String detail) {
    return Optional.of(new Outcome.Refused(reason, detail));
  }
}
