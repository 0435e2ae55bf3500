package io.firmament.agent;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait after failures in a row: up to a cap that doubles, and random below it, so that
/// a fleet that lost its server does not come back all at once.
final class Backoff {
  private final Duration first;
  private final Duration max;
  private final RandomGenerator random;
  private int failures;

  Backoff(Duration first, Duration max, RandomGenerator random) {
    this.first = first;
    this.max = max;
    this.random = random;
  }

  void succeeded() {
    failures = 0;
  }

  /// Counts a failure.
  Duration next() {
    long cap = Math.min(max.toMillis(), first.toMillis() << Math.min(failures, 20));
    failures++;
    return Duration.ofMillis(cap / 2 + (long) (random.nextDouble() * (cap / 2 + 1)));
  }
}
