package io.firmament.base;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// A request for a device's logs. Its text sorts by the time of the request: it is a UUID of
/// version 7 (RFC 9562).
public record LogRequestId(UUID value) {
  /// Of a request made now.
  ///
  /// @param random where all but the time comes from
  public static LogRequestId at(Instant now, UUID random) {
    long high = (now.toEpochMilli() << 16) | 0x7000L | (random.getMostSignificantBits() & 0xfffL);
    return new LogRequestId(new UUID(high, random.getLeastSignificantBits()));
  }

  public static LogRequestId of(String text) {
    return new LogRequestId(UUID.fromString(text));
  }

  /// Parses the canonical form; empty for anything else, so that a bad id is a missing thing.
  public static Optional<LogRequestId> parse(String text) {
    return Ids.parse(text).map(LogRequestId::new);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
