package io.firmament.platform.rollout;

import static io.firmament.platform.rollout.Fleets.strategy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.platform.fleet.DeviceName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlanTest {
  private static final Strategy FOUR =
      strategy("{'waves':[{'percent':1},{'percent':10},{'percent':50},{'percent':100}]}");

  @Test
  void cutsTheWavesExactlyWhereThePercentagesSay() {
    assertEquals(List.of(100, 900, 4_000, 5_000), sizes(FOUR, 10_000));
    assertEquals(List.of(1, 0, 1, 1), sizes(FOUR, 3));
    assertEquals(List.of(1, 0, 0, 0), sizes(FOUR, 1));
    assertEquals(List.of(0, 0, 0, 0), sizes(FOUR, 0));
    assertEquals(List.of(2, 10, 46, 57), sizes(FOUR, 115));
    Strategy canaries = strategy("{'waves':[{'count':5},{'percent':10},{'percent':100}]}");
    assertEquals(List.of(5, 0, 15), sizes(canaries, 20));
    assertEquals(List.of(3, 0, 0), sizes(canaries, 3));
  }

  @Test
  void putsEveryDeviceIntoOneWaveWhateverTheOrder() {
    List<DeviceName> devices = new ArrayList<>(names(1_000));
    Plan plan = Plan.of(Fleets.GROUP, FOUR, devices);
    Collections.shuffle(devices, new Random(3));
    devices.addAll(names(10));
    assertEquals(plan, Plan.of(Fleets.GROUP, FOUR, devices));
    Set<DeviceName> all = plan.waves().stream().flatMap(List::stream).collect(Collectors.toSet());
    assertEquals(1_000, plan.size());
    assertEquals(Set.copyOf(names(1_000)), all);
  }

  @Test
  void drawsTheSameCanariesForAGroupUntilASeedAsksForOthers() {
    Plan plan = Plan.of(Fleets.GROUP, FOUR, names(1_000));
    Strategy seeded =
        strategy(
            "{'waves':[{'percent':1},{'percent':10},{'percent':50},{'percent':100}],"
                + "'cohort_seed':'b'}");
    assertEquals(
        plan.waves().getFirst(), Plan.of(Fleets.GROUP, FOUR, names(1_000)).waves().getFirst());
    assertNotEquals(plan, Plan.of(Fleets.GROUP, seeded, names(1_000)));
    assertNotEquals(plan, Plan.of(new GroupName("other"), FOUR, names(1_000)));
  }

  @Test
  void isNotBiasedByNames() {
    // Of 10,000 devices whose names count upwards, each tenth has about its share of the first
    // half.
    Plan plan =
        Plan.of(
            Fleets.GROUP, strategy("{'waves':[{'percent':50},{'percent':100}]}"), names(10_000));
    int[] tenths = new int[10];
    for (DeviceName device : plan.waves().getFirst()) {
      tenths[Integer.parseInt(device.value().substring(1)) / 1_000]++;
    }
    for (int tenth : tenths) {
      assertTrue(tenth > 430 && tenth < 570, () -> "has " + tenth);
    }
  }

  private static List<DeviceName> names(int count) {
    return IntStream.range(0, count).mapToObj(i -> new DeviceName("d" + i)).toList();
  }

  private static List<Integer> sizes(Strategy strategy, int devices) {
    return Plan.of(Fleets.GROUP, strategy, names(devices)).waves().stream()
        .map(List::size)
        .toList();
  }
}
