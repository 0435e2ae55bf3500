package io.firmament.platform.logs;

import io.firmament.base.LogRequestId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.DeviceName;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// A request for a device's logs, and what came of it.
///
/// @param source which log, by the name that the agent's allowlist gives it
/// @param since nothing older; all there is unless given
/// @param maxBytes most bytes to send, compressed
/// @param requestedBy `user:<id>`
/// @param validUntil when the device may answer no longer
public record LogRequest(
    TenantId tenant,
    DeviceName device,
    LogRequestId id,
    String source,
    Optional<Instant> since,
    long maxBytes,
    String requestedBy,
    Instant requestedAt,
    Instant validUntil,
    Answer answer) {
  /// How long a device has to fetch a request and to answer it.
  public static final Duration OPEN = Duration.ofHours(24);

  /// How long a request and what came of it are kept, from its end.
  public static final Duration KEPT = Duration.ofDays(7);

  /// What a device has answered.
  public sealed interface Answer {
    /// Nothing so far.
    record None() implements Answer {}

    /// @param key where the content lies
    /// @param size in bytes, compressed
    record Sent(Instant at, String key, long size, Sha256 sha256) implements Answer {}

    /// @param detail in the device's words
    record Refused(Instant at, Reason reason, String detail) implements Answer {}
  }

  /// Why a device sends no logs.
  public enum Reason {
    /// Its allowlist has no such source.
    NOT_ALLOWED,
    /// It could not be read.
    UNAVAILABLE
  }

  /// How far a request is.
  public enum State {
    /// The device's next heartbeat fetches it.
    REQUESTED,
    SENT,
    NOT_ALLOWED,
    UNAVAILABLE,
    /// The device did not answer in time.
    EXPIRED
  }

  public State state(Instant now) {
    return switch (answer) {
      case Answer.None _ -> now.isBefore(validUntil) ? State.REQUESTED : State.EXPIRED;
      case Answer.Sent _ -> State.SENT;
      case Answer.Refused(_, Reason reason, _) ->
          switch (reason) {
            case NOT_ALLOWED -> State.NOT_ALLOWED;
            case UNAVAILABLE -> State.UNAVAILABLE;
          };
    };
  }

  public boolean open(Instant now) {
    return state(now) == State.REQUESTED;
  }

  /// When it is forgotten, with what came of it.
  public Instant keptUntil() {
    return switch (answer) {
      case Answer.None _ -> validUntil.plus(KEPT);
      case Answer.Sent sent -> sent.at().plus(KEPT);
      case Answer.Refused refused -> refused.at().plus(KEPT);
    };
  }

  LogRequest answered(Answer newAnswer) {
    return new LogRequest(
        tenant,
        device,
        id,
        source,
        since,
        maxBytes,
        requestedBy,
        requestedAt,
        validUntil,
        newAnswer);
  }
}
