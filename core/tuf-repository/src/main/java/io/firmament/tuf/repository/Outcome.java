package io.firmament.tuf.repository;

/// What became of a transaction.
public sealed interface Outcome {
  /// It is published: clients see it from now on.
  record Published(RepositoryState state) implements Outcome {}

  /// Nothing had to be done: the repository says it already.
  record Unchanged(RepositoryState state) implements Outcome {}

  /// It was refused, and the repository is as it was.
  record Refused(Reason reason, String detail) implements Outcome {}

  /// Others wrote all the time; the repository is as they left it. Try again later.
  record Contended() implements Outcome {}

  /// Why a transaction is refused.
  enum Reason {
    /// The repository was not begun.
    NO_REPOSITORY,
    /// The repository was begun before.
    ALREADY_BEGUN,
    /// No such fleet.
    NO_SUCH_FLEET,
    /// There is such a fleet.
    FLEET_EXISTS,
    /// The path is not one of the fleet's.
    OUT_OF_NAMESPACE,
    /// The path has another content already; what was published never changes.
    CONTENT_DIFFERS,
    /// The keys that are here do not reach the threshold.
    SIGNERS_MISSING,
    /// The metadata is not signed as clients demand.
    NOT_SIGNED,
    /// The metadata is not the next version of what is published.
    STALE,
    /// The metadata has expired, or will before it is of use.
    EXPIRED,
    /// What is published would no longer be valid under the new root.
    BREAKS_CONTINUITY
  }
}
