package io.firmament.platform.rollout;

import io.firmament.base.BaseProblem;
import io.firmament.base.ProblemException;
import io.firmament.base.RolloutId;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.fleet.HardwareProfile;
import io.firmament.platform.fleet.Tags;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;

/// Devices, groups and rollouts for tests.
final class Fleets {
  static final TenantId TENANT = new TenantId(new UUID(0, 1));
  static final UserId AUTHOR = new UserId(new UUID(0, 2));
  static final UserId APPROVER = new UserId(new UUID(0, 3));
  static final Instant START = Instant.parse("2030-01-07T12:00:00Z");
  static final GroupName GROUP = new GroupName("plant");
  static final ArtifactRef ARTIFACT = new ArtifactRef("router-os", "1.2.3");

  private Fleets() {}

  static DeviceFacts device(String name, String... tags) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < tags.length; i += 2) {
      map.put(tags[i], tags[i + 1]);
    }
    return new DeviceFacts(
        new DeviceName(name),
        FleetName.DEFAULT,
        new HardwareProfile(
            "NVIDIA Jetson Xavier NX Developer Kit",
            "nvidia-jetson-xavier-nx",
            "arm64",
            8L << 30,
            6,
            List.of("nvidia-gpu"),
            "Ubuntu 24.04.1 LTS",
            "5.15.148-tegra"),
        Tags.of(map),
        "1.4.0",
        DeviceFacts.Condition.LIVE,
        false);
  }

  static DeviceFacts in(DeviceFacts device, DeviceFacts.Condition condition) {
    return device.in(condition, device.busy());
  }

  static List<DeviceFacts> devices(int count) {
    return new ArrayList<>(IntStream.range(0, count).mapToObj(i -> device("d" + i)).toList());
  }

  static Group group() {
    return new Group(
        TENANT,
        GROUP,
        FleetName.DEFAULT,
        "",
        new Group.Membership.Selected(Selector.parse("name ~ \"*\"")),
        START,
        1);
  }

  static FleetView view(Collection<DeviceFacts> devices) {
    return new FleetView(
        devices.stream().collect(Collectors.toMap(DeviceFacts::name, device -> device)),
        devices.stream().filter(group()::has).map(DeviceFacts::name).collect(Collectors.toSet()));
  }

  static Rollout.Wish wish(Strategy strategy) {
    return new Rollout.Wish(
        "",
        ARTIFACT,
        GROUP,
        new HealthProbe(
            new HealthProbe.Check.File("/run/ok"), Duration.ofSeconds(30), 3, Duration.ZERO),
        strategy,
        Admission.standard(),
        false,
        Optional.empty());
  }

  /// The same device with a version of [#ARTIFACT] installed, none where it is empty, and with what
  /// its artifacts provide as `bootloader`.
  static DeviceFacts having(DeviceFacts device, String version, String... bootloaders) {
    return new DeviceFacts(
        device.name(),
        device.fleet(),
        device.profile(),
        device.tags(),
        device.agentVersion(),
        version.isEmpty() ? Map.of() : Map.of(ARTIFACT.id(), version),
        Map.of("bootloader", Set.of(bootloaders)),
        device.condition(),
        device.busy());
  }

  static ArtifactFacts needs(
      String selector, Map<String, List<String>> depends, String... mustPassThrough) {
    return new ArtifactFacts(
        ARTIFACT,
        new Requirements(
            selector.isEmpty() ? Optional.empty() : Optional.of(Selector.parse(selector)),
            new TreeMap<>(depends),
            List.of(mustPassThrough)),
        false,
        Map.of(),
        Map.of(),
        true);
  }

  static ArtifactFacts fits(String selector) {
    return new ArtifactFacts(
        ARTIFACT,
        selector.isEmpty() ? Optional.empty() : Optional.of(Selector.parse(selector)),
        false,
        Map.of());
  }

  static Creation creation(Strategy strategy, Collection<DeviceFacts> devices) {
    return creation(strategy, fits(""), devices);
  }

  static Creation creation(
      Strategy strategy, ArtifactFacts artifact, Collection<DeviceFacts> devices) {
    return Creation.of(
        new Creation.Moment(new RolloutId(new UUID(0, 4)), AUTHOR, START),
        wish(strategy),
        group(),
        artifact,
        devices);
  }

  /// Reads a strategy from JSON with apostrophes for quotes.
  static Strategy strategy(String json) {
    return StrategyJson.readStrategy(json(json));
  }

  static Object json(String text) {
    return java.util.Objects.requireNonNull(
        io.avaje.jsonb.Jsonb.builder()
            .build()
            .type(Object.class)
            .fromJson(text.replace('\'', '"')));
  }

  /// The field and the detail of the refusal that something must end in.
  static String refused(org.junit.jupiter.api.function.Executable executable) {
    ProblemException e = Assertions.assertThrows(ProblemException.class, executable);
    Assertions.assertEquals(BaseProblem.INVALID_FIELD, e.problem());
    return e.facts().get("field") + ": " + e.facts().get("detail");
  }
}
