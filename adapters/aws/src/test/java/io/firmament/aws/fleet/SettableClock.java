package io.firmament.aws.fleet;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/// A clock that stands until it is moved, or set.
final class SettableClock extends Clock {
  private final AtomicLong millis =
      new AtomicLong(FleetStoreContract.NOW.plusSeconds(60).toEpochMilli());

  private final AtomicLong nanos = new AtomicLong();

  void advance(Duration duration) {
    millis.addAndGet(duration.toMillis());
    nanos.addAndGet(duration.toNanos());
  }

  /// Sets the time of day, while no time goes by.
  void jump(Duration duration) {
    millis.addAndGet(duration.toMillis());
  }

  /// What nobody sets.
  long nanos() {
    return nanos.get();
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis.get());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
