package io.firmament.platform.fleet;

import io.firmament.base.BaseProblem;
import io.firmament.base.TenantId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// How often a device may call: a bucket of tokens for each device that fills at a steady rate, and
/// a token for each call.
///
/// A bucket is one time: the one at which it would be full again. A full bucket is as good as none,
/// so those of the devices that called last are kept, up to a limit, and a device pushed out by
/// others starts with a full one. Buckets belong to a process: with two of them a device may call
/// twice as often.
public final class CallBudget {
  /// Of how many devices the buckets are kept: about 10 MB.
  static final int MAX_BUCKETS = 50_000;

  private final Rate rate;
  private final Clock clock;
  private final LinkedHashMap<Key, Instant> fullAt;

  /// How many calls a minute are let through, and as many at once after a silent minute.
  public record Rate(int perMinute) {
    private static final int STANDARD = 120;

    public Rate {
      if (perMinute < 1) {
        throw new IllegalArgumentException("no rate of calls: " + perMinute);
      }
    }

    /// Two calls a second, where a heartbeat a minute is the rule.
    public static Rate standard() {
      return new Rate(STANDARD);
    }

    private Duration token() {
      return Duration.ofMinutes(1).dividedBy(perMinute);
    }
  }

  private record Key(TenantId tenant, DeviceName name) {}

  public CallBudget(Rate rate, Clock clock) {
    this(rate, clock, MAX_BUCKETS);
  }

  CallBudget(Rate rate, Clock clock, int maxBuckets) {
    this.rate = rate;
    this.clock = clock;
    this.fullAt =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<Key, Instant> eldest) {
            return size() > maxBuckets;
          }
        };
  }

  /// Takes a token for a call of a device that is known to be who it is.
  ///
  /// @throws io.firmament.base.ProblemException `throttled`, with the `seconds` until there is a
  ///     token, where the bucket is empty; this costs the device nothing
  public void spend(TenantId tenant, DeviceName name) {
    Instant now = clock.instant();
    Instant next;
    synchronized (fullAt) {
      Key key = new Key(tenant, name);
      next = later(fullAt.getOrDefault(key, now), now).plus(rate.token());
      Instant limit = now.plus(Duration.ofMinutes(1));
      if (!next.isAfter(limit)) {
        fullAt.put(key, next);
        return;
      }
      // A clock that was set back must not lock a device out for longer than a bucket lasts.
      fullAt.put(key, earlier(next.minus(rate.token()), limit));
    }
    Duration wait = Duration.between(now.plus(Duration.ofMinutes(1)), next);
    throw BaseProblem.THROTTLED.with(
        "device", name, "seconds", Math.clamp(wait.plusMillis(999).toSeconds(), 1, 60));
  }

  /// Of how many devices there are buckets.
  int buckets() {
    synchronized (fullAt) {
      return fullAt.size();
    }
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
