package io.firmament.rest.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.TenantId;
import io.firmament.engines.GrantGuard;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.trust.OnlineKeys;
import io.firmament.platform.trust.OnlineRole;
import io.firmament.platform.trust.RepositoryRenewal.Report;
import io.firmament.rest.TimerFunction;
import io.firmament.rest.trust.TrustUnderTest.OfflineKeys;
import io.firmament.schema.TimerRole;
import io.firmament.trust.Signer;
import io.firmament.tuf.repository.RepositoryState;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Repositories are renewed by the clock, each for itself.
class RenewalTest {
  private static final Duration ENOUGH = Duration.ofMinutes(5);

  private final TrustUnderTest trust = new TrustUnderTest();
  private final OfflineKeys keys = OfflineKeys.of(1, 1);

  @AfterEach
  void end() {
    trust.close();
  }

  private Caller begun() {
    Caller caller = TrustUnderTest.caller();
    trust.begin(caller, keys, keys);
    trust
        .platform
        .repositories()
        .ensureFleet(caller.tenant(), FleetName.DEFAULT, trust.clock.instant());
    return caller;
  }

  private Report renew() {
    return GrantGuard.as(
        GrantGuard.Role.of(TimerRole.RENEW_REPOSITORIES),
        () -> trust.platform.repositoryRenewal().runDue(trust.clock.instant().plus(ENOUGH)));
  }

  private RepositoryState state(Caller caller) {
    return trust.platform.repositories().of(caller.tenant()).state().orElseThrow();
  }

  @Test
  void aRepositoryThatIsLeftAloneStaysValidForAYear() {
    Caller caller = begun();
    Instant begin = trust.clock.instant();
    int renewals = 0;
    for (int hour = 0; hour < 24 * 20; hour++) {
      trust.later(Duration.ofHours(1));
      renewals += renew().renewed();
      Instant now = trust.clock.instant();
      RepositoryState state = state(caller);
      assertTrue(state.timestamp().signed().expires().isAfter(now.plus(Duration.ofHours(12))));
      assertTrue(state.snapshot().signed().expires().isAfter(now.plus(Duration.ofDays(2))));
    }
    // A timestamp lasts a day and is signed anew when 18 hours are left.
    assertTrue(renewals >= 24 * 20 / 7 && renewals <= 24 * 20 / 6, "renewals: " + renewals);
    trust.at(begin.plus(Duration.ofDays(46)));
    assertEquals(1, renew().renewed());
    state(caller)
        .targets()
        .forEach(
            (role, targets) ->
                assertTrue(
                    role.equals("targets")
                        || targets
                            .signed()
                            .expires()
                            .isAfter(trust.clock.instant().plus(Duration.ofDays(89))),
                    role));
  }

  @Test
  void nothingIsSignedBeforeItIsDueAndNoRepositoryIsLookedAtTwice() {
    begun();
    begun();
    assertEquals(new Report(0, 2, 0, 0), renew());
    assertEquals(0, renew().total());
    trust.later(Duration.ofHours(5));
    assertEquals(0, renew().total());
    trust.later(Duration.ofHours(2));
    assertEquals(new Report(2, 0, 0, 0), renew());
    assertEquals(0, renew().total());
  }

  @Test
  void manyAtOnceLeaveOneHistory() throws Exception {
    Caller caller = begun();
    long before = state(caller).timestamp().signed().version();
    trust.later(Duration.ofHours(7));
    List<Callable<Report>> timers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      timers.add(this::renew);
    }
    int renewed = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (Future<Report> each : threads.invokeAll(timers)) {
        Report report = each.get();
        renewed += report.renewed();
        assertEquals(0, report.failed());
      }
    }
    assertEquals(1, renewed);
    assertEquals(before + 1, state(caller).timestamp().signed().version());
  }

  @Test
  void oneTenantsTroubleIsToldAndKeepsNoOtherFromBeingRenewed() {
    Caller poor = begun();
    Caller fine = begun();
    OnlineKeys whole = trust.onlineKeys();
    trust.later(Duration.ofHours(7));
    trust.keys.set(new WithoutKeysOf(poor.tenant(), whole));
    ByteArrayOutputStream metrics = new ByteArrayOutputStream();
    TimerFunction function =
        new TimerFunction(
            TimerRole.RENEW_REPOSITORIES,
            trust.platform,
            "Firmament/test",
            new PrintStream(metrics, true, StandardCharsets.UTF_8));

    String said =
        String.valueOf(
            assertThrows(IllegalStateException.class, () -> function.run(ENOUGH)).getMessage());

    assertTrue(said.contains("1 of 2"), said);
    Instant now = trust.clock.instant();
    assertTrue(state(fine).timestamp().signed().expires().isAfter(now.plus(Duration.ofHours(23))));
    assertTrue(state(poor).timestamp().signed().expires().isBefore(now.plus(Duration.ofHours(18))));
    assertEquals(0, metrics.size());
    // It is tried again after a while, and not before.
    trust.keys.set(whole);
    assertEquals(0, renew().total());
    trust.later(Duration.ofMinutes(11));
    assertEquals(new Report(1, 0, 0, 0), renew());
  }

  @Test
  void anOfflineRoleNearItsEndIsToldOfInAMetricThatIsElseNotThere() {
    begun();
    ByteArrayOutputStream metrics = new ByteArrayOutputStream();
    TimerFunction function =
        new TimerFunction(
            TimerRole.RENEW_REPOSITORIES,
            trust.platform,
            "Firmament/test",
            new PrintStream(metrics, true, StandardCharsets.UTF_8));
    trust.later(Duration.ofDays(300));
    function.run(ENOUGH);
    assertEquals("", metrics.toString(StandardCharsets.UTF_8), "it is due, and not late");
    trust.later(Duration.ofDays(40));

    function.run(ENOUGH);

    String line = metrics.toString(StandardCharsets.UTF_8);
    assertEquals(1, line.lines().count(), line);
    TrustUnderTest.parse(line.strip().getBytes(StandardCharsets.UTF_8));
    assertTrue(line.contains("\"OfflineRolesOverdue\":2}"), line);
    assertTrue(line.contains("\"Namespace\":\"Firmament/test\""), line);
  }

  @Test
  void itBeginsNothingWhenItsTimeIsOver() {
    begun();
    trust.later(Duration.ofHours(7));
    assertEquals(0, trust.platform.repositoryRenewal().runDue(trust.clock.instant()).total());
    assertEquals(1, renew().renewed());
  }

  /// A tenant's keys are gone.
  private record WithoutKeysOf(TenantId tenant, OnlineKeys keys) implements OnlineKeys {
    @Override
    public Signer ensure(TenantId whose, OnlineRole role) {
      return keys.ensure(whose, role);
    }

    @Override
    public Optional<Signer> find(TenantId whose, OnlineRole role) {
      return whose.equals(tenant) ? Optional.empty() : keys.find(whose, role);
    }
  }
}
