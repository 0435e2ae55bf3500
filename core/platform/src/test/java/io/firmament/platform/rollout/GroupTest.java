package io.firmament.platform.rollout;

import static io.firmament.platform.rollout.Fleets.device;
import static io.firmament.platform.rollout.Fleets.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.FleetName;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GroupTest {
  @Test
  void reportsTheNamesThatItDoesNotFind() {
    List<DeviceFacts> devices =
        List.of(
            device("a"), device("b"), Fleets.in(device("c"), DeviceFacts.Condition.DECOMMISSIONED));
    Group.Resolution resolution = named("b", "a", "c", "d").resolve(devices);
    assertEquals(List.of(new DeviceName("a"), new DeviceName("b")), resolution.members());
    assertEquals(List.of("c", "d"), resolution.unresolved());
  }

  @Test
  void selectsOnlyInItsFleet() {
    Group other =
        new Group(
            Fleets.TENANT,
            Fleets.GROUP,
            new FleetName("other"),
            "",
            new Group.Membership.Selected(Selector.parse("name exists")),
            Fleets.START,
            1);
    assertEquals(List.of(), other.resolve(List.of(device("a"))).members());
    assertEquals(
        List.of(new DeviceName("a")), Fleets.group().resolve(List.of(device("a"))).members());
  }

  @Test
  void refusesWhatCanBeNoGroup() {
    assertEquals("devices: must name a device", refused(GroupTest::named));
    assertEquals("devices: `../x` is no device's name", refused(() -> named("../x")));
    String[] many =
        IntStream.rangeClosed(0, Group.Membership.Named.MAX)
            .mapToObj(i -> "d" + i)
            .toArray(String[]::new);
    assertEquals("devices: names at most 5000 devices", refused(() -> named(many)));
    assertTrue(refused(() -> new GroupName("a b")).startsWith("group: must match"));
  }

  private static Group named(String... names) {
    return new Group(
        Fleets.TENANT,
        Fleets.GROUP,
        FleetName.DEFAULT,
        "",
        new Group.Membership.Named(new TreeSet<>(List.of(names))),
        Fleets.START,
        1);
  }
}
