package io.firmament.tuf;

/// Why metadata or a target cannot be trusted, or could not be had.
///
/// Everything that comes from outside ends in a result or in this exception; what was trusted
/// before stays trusted.
public final class TufException extends Exception {
  private final Reason reason;
  private final String clause;

  /// @param clause the clause of the specification that asks for the check, for example `5.3.4`
  public TufException(Reason reason, String clause, String message) {
    super(message + " [TUF " + clause + "]");
    this.reason = reason;
    this.clause = clause;
  }

  public TufException(Reason reason, String clause, String message, Throwable cause) {
    super(message + " [TUF " + clause + "]", cause);
    this.reason = reason;
    this.clause = clause;
  }

  public Reason reason() {
    return reason;
  }

  /// The clause of the specification that asks for the check.
  public String clause() {
    return clause;
  }

  /// What kind of trouble it is.
  public enum Reason {
    /// The bytes are no such document.
    MALFORMED,
    /// The document is of another role than the one it stands for.
    WRONG_ROLE,
    /// It is written for another major version of the specification.
    SPEC_VERSION,
    /// Fewer distinct keys than the threshold have signed it: an arbitrary software attack.
    NOT_SIGNED,
    /// It is older than what is trusted, or leaves out what was there: a rollback attack.
    ROLLBACK,
    /// It is past its time: a freeze attack.
    EXPIRED,
    /// Its version is not the one that the metadata above it names: a mix-and-match attack.
    VERSION_MISMATCH,
    /// Its hash or its length is not the one that the metadata above it names.
    CONTENT_MISMATCH,
    /// It is larger than it may be: an endless data attack.
    TOO_LARGE,
    /// The repository does not have it or does not answer.
    UNAVAILABLE,
    /// No role that may speak for the path lists it.
    NO_SUCH_TARGET,
    /// The trusted metadata on this machine cannot be read or written.
    STORE
  }
}
