package io.firmament.agent.update;

/// An assignment is not to be believed. It is not followed, whoever says so.
public final class RefusedException extends Exception {
  private final Reason reason;

  public RefusedException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public RefusedException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  /// Why an assignment is refused.
  public enum Reason {
    /// It is no such document.
    MALFORMED,
    /// The director has not signed it.
    NOT_SIGNED,
    /// It is for another device.
    NOT_OURS,
    /// It is past its time.
    EXPIRED,
    /// It was issued before one that was taken already.
    REPLAYED,
    /// It is issued later than this device's clock can be wrong.
    FROM_THE_FUTURE,
    /// The signed metadata has no such target, or says otherwise of it.
    NOT_PUBLISHED,
    /// The metadata itself cannot be trusted, or is stale.
    METADATA
  }
}
