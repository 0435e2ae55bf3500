package io.firmament.rest.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.TenantId;
import io.firmament.engines.GrantGuard;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.trust.KeySlot;
import io.firmament.platform.trust.OnlineKeys;
import io.firmament.platform.trust.OnlineRole;
import io.firmament.platform.trust.RepositoryRenewal.Report;
import io.firmament.rest.TimerFunction;
import io.firmament.rest.trust.TrustUnderTest.OfflineKeys;
import io.firmament.schema.TimerRole;
import io.firmament.trust.SignatureAlgorithm;
import io.firmament.trust.Signer;
import io.firmament.tuf.repository.RepositoryState;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    assertEquals(new Report(0, 2, 0, 0, 0), renew());
    assertEquals(0, renew().total());
    trust.later(Duration.ofHours(5));
    assertEquals(0, renew().total());
    trust.later(Duration.ofHours(2));
    assertEquals(new Report(2, 0, 0, 0, 0), renew());
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
    assertEquals(new Report(1, 0, 0, 0, 0), renew());
  }

  @Test
  void aKeyThatIsGoneOrDoesNotSignKeepsOnlyItsOwnRoleFromBeingRenewed() {
    Caller caller = begun();
    FleetName plant = new FleetName("plant");
    trust.onlineKeys().ensure(caller.tenant(), OnlineRole.of(plant));
    trust.platform.repositories().ensureFleet(caller.tenant(), plant, trust.clock.instant());
    OnlineKeys whole = trust.onlineKeys();
    for (OnlineKeys broken :
        List.of(new Without(plant, whole, false), new Without(plant, whole, true))) {
      Map<String, Instant> before = expiries(caller);
      trust.later(Duration.ofDays(46));
      trust.keys.set(broken);
      assertEquals(new Report(1, 0, 0, 0, 1), renew());
      Instant now = trust.clock.instant();
      Map<String, Instant> after = expiries(caller);
      assertEquals(before.get("fleet-plant"), after.get("fleet-plant"));
      for (String role : List.of("fleet-default", "publisher")) {
        assertTrue(
            Objects.requireNonNull(after.get(role)).isAfter(now.plus(Duration.ofDays(89))), role);
      }
      assertTrue(state(caller).snapshot().signed().expires().isAfter(now.plus(Duration.ofDays(6))));
      assertTrue(
          state(caller).timestamp().signed().expires().isAfter(now.plus(Duration.ofHours(23))));
      // It is looked at again soon, and told of again, while nothing else is due.
      trust.later(Duration.ofMinutes(11));
      assertEquals(new Report(0, 1, 0, 0, 1), renew());
      TimerFunction function =
          new TimerFunction(
              TimerRole.RENEW_REPOSITORIES,
              trust.platform,
              "Firmament/test",
              new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
      trust.later(Duration.ofMinutes(11));
      assertTrue(
          String.valueOf(
                  assertThrows(IllegalStateException.class, () -> function.run(ENOUGH))
                      .getMessage())
              .contains("1 online role"));
      // With its key back it is signed.
      trust.keys.set(whole);
      trust.later(Duration.ofMinutes(11));
      assertEquals(new Report(1, 0, 0, 0, 0), renew());
      assertTrue(
          Objects.requireNonNull(expiries(caller).get("fleet-plant"))
              .isAfter(trust.clock.instant().plus(Duration.ofDays(89))));
    }
  }

  private Map<String, Instant> expiries(Caller caller) {
    Map<String, Instant> expiries = new HashMap<>();
    state(caller).targets().forEach((role, is) -> expiries.put(role, is.signed().expires()));
    return expiries;
  }

  /// A fleet's key is gone, or there and disabled.
  private record Without(FleetName fleet, OnlineKeys keys, boolean there) implements OnlineKeys {
    @Override
    public KeySlot make(TenantId whose, OnlineRole role, int slot) {
      return keys.make(whose, role, slot);
    }

    @Override
    public KeySlot look(TenantId whose, OnlineRole role, int slot) {
      KeySlot found = keys.look(whose, role, slot);
      if (!role.equals(OnlineRole.of(fleet)) || found.held().isEmpty()) {
        return found;
      }
      return there
          ? new KeySlot.Holds(new Disabled(found.held().orElseThrow()))
          : new KeySlot.Blocked();
    }
  }

  private record Disabled(Signer signer) implements Signer {
    @Override
    public SignatureAlgorithm algorithm() {
      return signer.algorithm();
    }

    @Override
    public PublicKey publicKey() {
      return signer.publicKey();
    }

    @Override
    public byte[] sign(byte[] message) {
      throw new IllegalStateException("the key is disabled");
    }
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
    public KeySlot make(TenantId whose, OnlineRole role, int slot) {
      return keys.make(whose, role, slot);
    }

    @Override
    public KeySlot look(TenantId whose, OnlineRole role, int slot) {
      return whose.equals(tenant) ? new KeySlot.Free() : keys.look(whose, role, slot);
    }
  }
}
