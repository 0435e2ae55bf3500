package io.firmament.platform.fleet;

import io.firmament.base.Log;
import io.firmament.base.ProblemException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/// Takes a heartbeat and says when the next is due.
public final class RecordHeartbeat {
  private static final double JITTER = 0.1;

  private static final Log LOG = Log.of(RecordHeartbeat.class);

  private final LivenessWatch watch;
  private final RegisterDevice registration;
  private final RecordInventory inventory;
  private final HeartbeatPolicy policy;
  private final Clock clock;
  private final RandomGenerator random;

  public RecordHeartbeat(
      LivenessWatch watch,
      RegisterDevice registration,
      RecordInventory inventory,
      HeartbeatPolicy policy,
      Clock clock,
      RandomGenerator random) {
    this.watch = watch;
    this.registration = registration;
    this.inventory = inventory;
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

  /// A heartbeat of an authenticated device. That it lives counts even where what it says cannot be
  /// written down just now: the next heartbeat says it again.
  ///
  /// @throws ProblemException `invalid_field` for a version of the agent that can be none
  public Answer heartbeat(Device device, String agentVersion, Inventory installed) {
    Device current = record(device, agentVersion, installed);
    Instant now = clock.instant();
    Duration interval = policy.intervalFor(watch.size());
    watch.seen(current, interval);
    boolean renewalDue =
        current.renewed().isEmpty()
            && current.current().notAfter().minus(policy.renewWithin()).isBefore(now);
    return new Answer(
        jittered(interval), now, renewalDue ? CertificateAdvice.RENEW : CertificateAdvice.KEEP);
  }

  private Device record(Device device, String agentVersion, Inventory installed) {
    RegisterDevice.checkVersion(agentVersion);
    try {
      return inventory.record(registration.agentVersion(device, agentVersion), installed);
    } catch (ProblemException refusal) {
      if (refusal.problem() != FleetProblem.DEVICE_CHANGED) {
        throw refusal;
      }
    } catch (RuntimeException outage) {
      LOG.error(
          "heartbeat_not_recorded", outage, "tenant", device.tenant(), "device", device.name());
    }
    return device;
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
