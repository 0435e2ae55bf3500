package io.firmament.platform.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.BaseProblem;
import io.firmament.base.ProblemException;
import io.firmament.base.TenantId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CallBudgetTest {
  private static final TenantId TENANT = new TenantId(new UUID(0, 1));
  private static final DeviceName ONE = new DeviceName("one");
  private static final DeviceName TWO = new DeviceName("two");

  private final Hands clock = new Hands();
  private final CallBudget budget = new CallBudget(new CallBudget.Rate(6), clock, 3);

  /// A clock that is turned by hand.
  private static final class Hands extends Clock {
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    void turn(Duration by) {
      now = now.plus(by);
    }

    @Override
    public Instant instant() {
      return now;
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

  @Test
  void letsAMinutesCallsThroughAtOnceAndThenOneATime() {
    spend(ONE, 6);
    assertEquals("10", refused(ONE));
    clock.turn(Duration.ofMillis(9_001));
    assertEquals("1", refused(ONE));
    clock.turn(Duration.ofMillis(999));
    spend(ONE, 1);
    assertEquals("10", refused(ONE));
  }

  @Test
  void doesNotChargeForRefusedCalls() {
    spend(ONE, 6);
    for (int i = 0; i < 1000; i++) {
      refused(ONE);
    }
    clock.turn(Duration.ofSeconds(10));
    spend(ONE, 1);
  }

  @Test
  void neverHoldsMoreThanAMinutesCalls() {
    spend(ONE, 1);
    clock.turn(Duration.ofHours(5));
    spend(ONE, 6);
    refused(ONE);
  }

  @Test
  void countsEachDeviceOfEachTenantForItself() {
    spend(ONE, 6);
    refused(ONE);
    spend(TWO, 6);
    budget.spend(new TenantId(new UUID(0, 2)), ONE);
  }

  @Test
  void keepsTheBucketsOfThoseThatCalledLast() {
    spend(ONE, 6);
    for (int i = 0; i < 100; i++) {
      budget.spend(TENANT, new DeviceName("other-" + i));
      refused(ONE);
      assertTrue(budget.buckets() <= 3);
    }
    for (int i = 0; i < 3; i++) {
      budget.spend(TENANT, new DeviceName("more-" + i));
    }
    spend(ONE, 6);
  }

  @Test
  void doesNotLockADeviceOutWhenTheClockIsSetBack() {
    spend(ONE, 6);
    clock.turn(Duration.ofDays(-1));
    refused(ONE);
    clock.turn(Duration.ofSeconds(60));
    spend(ONE, 6);
  }

  @Test
  void refusesARateThatLetsNothingThrough() {
    assertThrows(IllegalArgumentException.class, () -> new CallBudget.Rate(0));
  }

  private void spend(DeviceName device, int times) {
    for (int i = 0; i < times; i++) {
      budget.spend(TENANT, device);
    }
  }

  /// The seconds that the refusal names.
  private String refused(DeviceName device) {
    ProblemException refusal =
        assertThrows(ProblemException.class, () -> budget.spend(TENANT, device));
    assertEquals(BaseProblem.THROTTLED, refusal.problem());
    return refusal.facts().getOrDefault("seconds", "");
  }
}
