package io.firmament.platform.rollout;

import static io.firmament.platform.rollout.Fleets.device;
import static io.firmament.platform.rollout.Fleets.devices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.platform.fleet.DeviceName;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ForecastTest {
  private static final Instant NOW = Fleets.START;
  private static final Duration TEN = Duration.ofMinutes(10);

  @Test
  void saysWhoGetsItWhenAndWhatHasToBeApproved() {
    Forecast forecast =
        forecast(
            "{'waves':[{'percent':10},{'percent':50,'approval':'manual'},{'percent':100}],"
                + "'soak_seconds':3600,'max_concurrent':2}",
            devices(10));
    Instant second = NOW.plus(TEN).plusSeconds(3_600);
    assertEquals(
        List.of(
            wave(0, 1, false, NOW, NOW.plus(TEN)),
            wave(1, 4, true, second, second.plus(TEN.multipliedBy(2))),
            wave(
                2,
                5,
                false,
                second.plus(TEN.multipliedBy(2)).plusSeconds(3_600),
                second.plus(TEN.multipliedBy(5)).plusSeconds(3_600))),
        forecast.waves());
    assertEquals(10, forecast.offers().size());
    assertEquals(
        Optional.of(second.plus(TEN.multipliedBy(5)).plusSeconds(3_600)), forecast.completesAt());
  }

  @Test
  void waitsForMaintenanceWindowsAndLeavesOfflineDevicesOut() {
    List<DeviceFacts> fleet =
        List.of(
            device("a"),
            device("b", "tz", "Asia/Tokyo"),
            Fleets.in(device("c"), DeviceFacts.Condition.OFFLINE));
    Forecast forecast =
        forecast(
            "{'windows':{'timezone':'UTC','device_timezone_tag':'tz','weekly':"
                + "[{'start':'02:00','duration_minutes':60}]},'late_seconds':60}",
            fleet);
    assertEquals(
        Optional.of(Instant.parse("2030-01-08T02:00:00Z")),
        Optional.ofNullable(forecast.offers().get(new DeviceName("a"))));
    assertEquals(
        Optional.of(Instant.parse("2030-01-07T17:00:00Z")),
        Optional.ofNullable(forecast.offers().get(new DeviceName("b"))));
    assertEquals(Set.of(new DeviceName("a"), new DeviceName("b")), forecast.offers().keySet());
    assertEquals(Optional.of(Instant.parse("2030-01-08T02:11:00Z")), forecast.completesAt());
  }

  @Test
  void looksAtADraftAsIfItWereReleased() {
    Rollout.Wish wish = Fleets.wish(Strategy.standard());
    Rollout.Wish draft =
        new Rollout.Wish(
            "",
            wish.artifact(),
            wish.group(),
            wish.probe(),
            wish.strategy(),
            wish.admission(),
            true,
            Optional.of(NOW.plus(Duration.ofDays(1))));
    RolloutState state = Fleets.creation(Strategy.standard(), devices(1)).state();
    RolloutState drafted =
        RolloutState.of(
            new Rollout(
                state.rollout().tenant(),
                state.rollout().id(),
                draft,
                state.rollout().fleet(),
                Requirements.none(),
                Fleets.AUTHOR,
                NOW,
                Rollout.Progress.first(draft),
                1),
            Plan.of(Fleets.GROUP, draft.strategy(), state.assignments().keySet()),
            List.of());
    Forecast forecast = Forecast.of(drafted, Fleets.view(devices(1)), NOW, TEN);
    assertEquals(Optional.of(NOW.plus(Duration.ofDays(1)).plus(TEN)), forecast.completesAt());
  }

  @Test
  void isDoneInBoundedStepsForThousandsOfDevices() {
    Forecast forecast =
        forecast("{'waves':[{'percent':1},{'percent':100}],'rate_per_minute':50}", devices(2_000));
    assertEquals(2_000, forecast.offers().size());
    assertEquals(
        Optional.of(NOW.plus(TEN.multipliedBy(2)).plus(Duration.ofMinutes(39))),
        forecast.completesAt());
    // One after the other would take more steps than are made.
    Forecast slow = forecast("{'max_concurrent':1}", devices(2_000));
    assertEquals(Optional.empty(), slow.completesAt());
    assertTrue(slow.offers().size() > 100 && slow.offers().size() < 2_000);
  }

  private static Forecast forecast(String strategy, Collection<DeviceFacts> devices) {
    return Forecast.of(
        Fleets.creation(Fleets.strategy(strategy), devices).state(),
        Fleets.view(devices),
        NOW,
        TEN);
  }

  private static Forecast.WaveForecast wave(
      int wave, int devices, boolean approval, Instant opens, Instant settles) {
    return new Forecast.WaveForecast(
        wave, devices, approval, Optional.of(opens), Optional.of(settles));
  }
}
