package io.firmament.platform.fleet;

import java.time.Duration;

/// How often devices report, and how rarely that is written down.
///
/// @param interval what a small fleet is told
/// @param maxPerSecond heartbeats that one watcher takes; beyond, the interval is widened
/// @param writeEvery a device that stays online is written once per this many intervals
/// @param lease how long a watcher counts as at work after it last said so
/// @param renewWithin devices are asked to renew a certificate that expires within this time
public record HeartbeatPolicy(
    Duration interval, int maxPerSecond, int writeEvery, Duration lease, Duration renewWithin) {
  public HeartbeatPolicy {
    if (interval.isNegative() || interval.isZero() || maxPerSecond < 1 || writeEvery < 1) {
      throw new IllegalArgumentException("intervals and rates are positive");
    }
  }

  /// A minute between heartbeats, 500 a second, one write in 100 intervals.
  public static HeartbeatPolicy standard() {
    return new HeartbeatPolicy(
        Duration.ofSeconds(60), 500, 100, Duration.ofMinutes(6), Duration.ofDays(30));
  }

  public HeartbeatPolicy withInterval(Duration newInterval) {
    return new HeartbeatPolicy(newInterval, maxPerSecond, writeEvery, lease, renewWithin);
  }

  /// The interval for a number of devices: wide enough to stay below [#maxPerSecond].
  public Duration intervalFor(int devices) {
    Duration needed = Duration.ofMillis(Math.ceilDiv(devices * 1000L, maxPerSecond));
    return needed.compareTo(interval) > 0 ? needed : interval;
  }
}
