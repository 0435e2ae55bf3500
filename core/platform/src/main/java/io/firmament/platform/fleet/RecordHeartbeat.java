package io.firmament.platform.fleet;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/// Takes a heartbeat and says when the next is due.
public final class RecordHeartbeat {
  private static final double JITTER = 0.1;

  private final LivenessWatch watch;
  private final RegisterDevice registration;
  private final HeartbeatPolicy policy;
  private final Clock clock;
  private final RandomGenerator random;

  public RecordHeartbeat(
      LivenessWatch watch,
      RegisterDevice registration,
      HeartbeatPolicy policy,
      Clock clock,
      RandomGenerator random) {
    this.watch = watch;
    this.registration = registration;
    this.policy = policy;
    this.clock = clock;
    this.random = random;
  }

  /// What a device is told.
  ///
  /// @param next how long to wait, already jittered
  public record Answer(Duration next, Instant serverTime, CertificateAdvice advice) {}

  /// Whether the certificate is due.
  public enum CertificateAdvice {
    KEEP,
    RENEW
  }

  /// A heartbeat of an authenticated device.
  public Answer heartbeat(Device device, String agentVersion) {
    Device current = registration.agentVersion(device, agentVersion);
    Instant now = clock.instant();
    Duration interval = policy.intervalFor(watch.size());
    watch.seen(current, interval);
    boolean renewalDue =
        current.renewed().isEmpty()
            && current.current().notAfter().minus(policy.renewWithin()).isBefore(now);
    return new Answer(
        jittered(interval), now, renewalDue ? CertificateAdvice.RENEW : CertificateAdvice.KEEP);
  }

  /// When a device that has just registered shall send its first heartbeat: somewhere in the first
  /// tenth of the interval, so that a fleet that reconnects spreads out.
  public Duration first() {
    long millis = policy.intervalFor(watch.size()).toMillis();
    return Duration.ofMillis((long) (random.nextDouble() * JITTER * millis));
  }

  private Duration jittered(Duration interval) {
    double factor = 1 + JITTER * (2 * random.nextDouble() - 1);
    return Duration.ofMillis((long) (interval.toMillis() * factor));
  }
}
