package io.firmament.platform.trust;

import io.firmament.base.ProblemException;
import io.firmament.tuf.repository.Outcome;

/// Tells a caller of a transaction that a repository refused.
public final class RefusedOutcome {
  private RefusedOutcome() {}

  /// The problem that a refusal is, to be thrown.
  public static ProblemException problem(Outcome.Refused refused) {
    return switch (refused.reason()) {
      case NO_REPOSITORY -> RepositoryProblem.REPOSITORY_NOT_BEGUN.with();
      case ALREADY_BEGUN ->
          RepositoryProblem.REPOSITORY_ALREADY_BEGUN.with("detail", refused.detail());
      case SIGNERS_MISSING ->
          RepositoryProblem.REPOSITORY_KEYS_MISSING.with("detail", refused.detail());
      case NO_SUCH_FLEET,
          FLEET_EXISTS,
          OUT_OF_NAMESPACE,
          CONTENT_DIFFERS,
          NOT_SIGNED,
          STALE,
          EXPIRED,
          BREAKS_CONTINUITY ->
          RepositoryProblem.REPOSITORY_REFUSED.with("detail", refused.detail());
    };
  }
}
