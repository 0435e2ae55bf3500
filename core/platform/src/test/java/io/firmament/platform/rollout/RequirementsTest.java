package io.firmament.platform.rollout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.ProblemException;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.rollout.Requirements.Reason;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Which devices an artifact is for.
class RequirementsTest {
  private static final DeviceFacts DEVICE = Fleets.device("d", "site", "plant 7");

  @Test
  void aDeviceMeetsADependencyByItsProfileItsArtifactsOrWhatTheseProvide() {
    DeviceFacts device = Fleets.having(DEVICE, "1.2.0", "1", "2");
    for (Map<String, List<String>> met :
        List.of(
            Map.of("architecture", List.of("amd64", "arm64")),
            Map.of("accelerators", List.of("nvidia-gpu")),
            Map.of("cpu_cores", List.of("6")),
            Map.of("tag.site", List.of("plant 7")),
            Map.of("installed.router-os", List.of("1.2.0")),
            Map.of("router-os", List.of("1.1.0", "1.2.0")),
            Map.of("bootloader", List.of("2"), "soc", List.of("nvidia-jetson-xavier-nx")))) {
      assertEquals(Optional.empty(), unmet(met, device), met::toString);
    }
  }

  @Test
  void namesTheFirstDependencyThatADeviceDoesNotMeetAndWhatItHas() {
    DeviceFacts device = Fleets.having(DEVICE, "1.2.0", "1", "2");
    assertEquals(
        lacks("needs bootloader 3 or 4 and has 1, 2"),
        unmet(Map.of("bootloader", List.of("3", "4"), "soc", List.of("stm32")), device));
    assertEquals(lacks("needs radio 7 and has none"), unmet(Map.of("radio", List.of("7")), device));
    // Texts are compared, so 1.2 is another value than 1.2.0.
    assertEquals(
        lacks("needs router-os 1.2 and has 1.2.0"),
        unmet(Map.of("router-os", List.of("1.2")), device));
    assertEquals(
        lacks("needs ram 0 and has 8589934592"), unmet(Map.of("ram", List.of("0")), device));
  }

  @Test
  void aDeviceWithAnOlderVersionMustHaveTheOldestOfThoseThatItHasNotPassedFirst() {
    ArtifactFacts artifact = Fleets.needs("", Map.of(), "1.10.0", "1.1.0", "1.2.0");
    assertEquals(
        unmet(Reason.MUST_PASS_FIRST, "has router-os 1.0.9 and must have 1.1.0 first"),
        artifact(artifact, "1.0.9"));
    assertEquals(
        unmet(Reason.MUST_PASS_FIRST, "has router-os 1.1.0 and must have 1.2.0 first"),
        artifact(artifact, "1.1.0"));
    assertEquals(
        unmet(Reason.MUST_PASS_FIRST, "has router-os 1.1.0-rc1 and must have 1.1.0 first"),
        artifact(artifact, "1.1.0-rc1"));
    // 1.10.0 is newer than the artifact: it does not lie on the way.
    assertEquals(Optional.empty(), artifact(artifact, "1.2.0"));
    assertEquals(Optional.empty(), artifact(artifact, "1.2.1"));
    assertEquals(Optional.empty(), artifact(artifact, "v1.2"));
    assertEquals(Optional.empty(), artifact(artifact, ""));
  }

  @Test
  void aVersionThatHasNoPlaceInTheOrderHasPassedNothingButItself() {
    ArtifactFacts artifact = Fleets.needs("", Map.of(), "1.1.0");
    assertEquals(
        unmet(Reason.MUST_PASS_FIRST, "has router-os nightly and must have 1.1.0 first"),
        artifact(artifact, "nightly"));
    assertEquals(Optional.empty(), artifact(Fleets.needs("", Map.of()), "nightly"));
    assertEquals(Optional.empty(), artifact(Fleets.needs("", Map.of()), "ffa93c1"));
  }

  @Test
  void aDeviceWithANewerVersionIsLeftOutUnlessTheRolloutAllowsIt() {
    ArtifactFacts artifact = Fleets.needs("", Map.of());
    assertEquals(
        unmet(Reason.DOWNGRADE, "has router-os 1.10.0, which is newer"),
        artifact(artifact, "1.10.0"));
    assertEquals(Optional.empty(), artifact(artifact, "1.2.3-rc1"));
    assertEquals(Optional.empty(), artifact(artifact, "1.2.3"));
    DeviceFacts newer = Fleets.having(DEVICE, "1.10.0");
    Creation allowed =
        Fleets.creation(Fleets.strategy("{'allow_downgrade':true}"), artifact, List.of(newer));
    assertEquals(Map.of(), allowed.excluded());
    Stage stage = new Stage(allowed, List.of(newer));
    assertEquals(Assignment.State.OFFERED, stage.of(newer.name()).state());
  }

  @Test
  void isRefusedAsAWholeUnlessTheRolloutLeavesThemOut() {
    ArtifactFacts artifact = Fleets.needs("", Map.of("bootloader", List.of("2")), "1.1.0");
    List<DeviceFacts> devices =
        List.of(
            Fleets.having(Fleets.device("a"), "1.1.0", "2"),
            Fleets.having(Fleets.device("b"), "1.0.0", "2"),
            Fleets.having(Fleets.device("c"), "1.1.0", "1"),
            Fleets.having(Fleets.device("d"), "2.0.0", "2"));
    ProblemException e =
        assertThrows(
            ProblemException.class,
            () -> Fleets.creation(Strategy.standard(), artifact, devices).check());
    assertEquals(RolloutProblem.ROLLOUT_DOES_NOT_FIT, e.problem());
    assertEquals(
        "artifact router-os 1.2.3 is not for 3 devices of the group, among them b, which has"
            + " router-os 1.0.0 and must have 1.1.0 first",
        e.getMessage());
    Creation creation =
        Fleets.creation(Fleets.strategy("{'on_incompatible':'exclude'}"), artifact, devices);
    creation.check();
    assertEquals(
        Map.of("b", Reason.MUST_PASS_FIRST, "c", Reason.LACKS_DEPENDENCY, "d", Reason.DOWNGRADE),
        reasons(creation));
    assertEquals(1, creation.plan().size());
  }

  @Test
  void looksAgainBeforeADeviceIsOfferedAnything() {
    List<DeviceFacts> devices =
        List.of(
            Fleets.having(Fleets.device("a"), "1.1.0", "2"),
            Fleets.having(Fleets.device("b"), "1.1.0", "2"));
    Stage stage =
        new Stage(
            Fleets.creation(
                Fleets.strategy("{'max_concurrent':1}"),
                Fleets.needs("", Map.of("bootloader", List.of("2"))),
                devices),
            devices);
    DeviceName first = stage.in(Assignment.State.OFFERED).getFirst();
    DeviceName second = stage.in(Assignment.State.QUEUED).getFirst();
    // Its boot loader is another by now.
    stage.put(Fleets.having(Fleets.device(second.value()), "1.1.0", "1"));
    stage.end(List.of(first), Assignment.Status.HEALTHY);
    stage.evaluate();
    assertEquals(Assignment.State.INCOMPATIBLE, stage.of(second).state());
    assertEquals(Assignment.Cause.LACKS_DEPENDENCY, stage.of(second).cause());
    assertEquals("needs bootloader 2 and has 1", stage.of(second).detail());
    assertEquals(Rollout.Status.COMPLETED, stage.status());
  }

  @Test
  void aRevertAsksNothingOfADevice() {
    DeviceFacts device = Fleets.having(Fleets.device("a"), "1.1.0", "2");
    Stage stage =
        new Stage(
            Fleets.creation(
                Strategy.standard(),
                Fleets.needs("", Map.of("bootloader", List.of("2"))),
                List.of(device)),
            List.of(device));
    stage.succeed();
    stage.put(Fleets.having(Fleets.device("a"), "1.10.0", "1"));
    stage.command(new Command.Abort(Command.Policy.REVERT));
    assertEquals(Assignment.Action.REVERT, stage.of(device.name()).action());
    assertEquals(Assignment.State.OFFERED, stage.of(device.name()).state());
  }

  @Test
  void aDeviceThatJoinsLaterIsAskedToo() {
    List<DeviceFacts> devices = List.of(Fleets.having(Fleets.device("a"), "1.1.0"));
    Stage stage =
        new Stage(
            Fleets.creation(
                Fleets.strategy("{'dynamic':true}"), Fleets.needs("", Map.of(), "1.1.0"), devices),
            devices);
    stage.put(Fleets.having(Fleets.device("late"), "1.0.0"));
    stage.evaluate();
    Assignment late = stage.of(new DeviceName("late"));
    assertEquals(Assignment.Cause.MUST_PASS_FIRST, late.cause());
    assertTrue(late.detail().contains("1.1.0 first"));
  }

  private static Map<String, Reason> reasons(Creation creation) {
    Map<String, Reason> reasons = new HashMap<>();
    creation.excluded().forEach((name, unmet) -> reasons.put(name, unmet.reason()));
    return reasons;
  }

  private static Optional<Requirements.Unmet> unmet(
      Map<String, List<String>> depends, DeviceFacts device) {
    return Fleets.needs("", depends).requirements().unmet(Fleets.ARTIFACT, false, device);
  }

  private static Optional<Requirements.Unmet> artifact(ArtifactFacts artifact, String version) {
    return artifact.requirements().unmet(Fleets.ARTIFACT, false, Fleets.having(DEVICE, version));
  }

  private static Optional<Requirements.Unmet> lacks(String detail) {
    return unmet(Reason.LACKS_DEPENDENCY, detail);
  }

  private static Optional<Requirements.Unmet> unmet(Reason reason, String detail) {
    return Optional.of(new Requirements.Unmet(reason, detail));
  }
}
