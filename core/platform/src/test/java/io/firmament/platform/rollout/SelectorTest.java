package io.firmament.platform.rollout;

import static io.firmament.platform.rollout.Fleets.device;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.ProblemException;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.fleet.HardwareProfile;
import io.firmament.platform.fleet.Tags;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SelectorTest {
  private static final DeviceFacts DEVICE = device("cam-7", "site", "plant 7", "channel", "stable");

  @Test
  void selectsByProfileAndTags() {
    for (String text :
        List.of(
            "architecture == arm64",
            "soc ~ \"nvidia-*\" and accelerators has nvidia-gpu",
            "ram >= 8GiB and ram < 9000MiB and cpu_cores in (4, 6, 8)",
            "os ~ \"Ubuntu 24.04*\"",
            "kernel >= 5.15 and kernel < 5.16 and kernel ~ \"*-tegra\"",
            "agent_version == 1.4",
            "tag.site == \"plant 7\" and tag.channel in (beta, stable)",
            "name ~ \"cam-?\" and fleet == default",
            "not tag.lab exists and tag.site exists",
            "architecture == amd64 or model ~ \"*Xavier*\"",
            "tag.site not in (lab, office)",
            "not (architecture == amd64 and ram < 1TiB)")) {
      assertTrue(Selector.parse(text).matches(DEVICE), text);
      assertFalse(Selector.parse("not (" + text + ")").matches(DEVICE), text);
    }
  }

  @Test
  void bindsNotCloserThanAndCloserThanOr() {
    assertTrue(selects("architecture == arm64 or name == x and name == y"));
    assertFalse(selects("(architecture == arm64 or name == x) and name == y"));
    assertFalse(selects("not architecture == arm64 or name == x"));
    assertTrue(selects("not name == x and architecture == arm64"));
    assertTrue(selects("not not architecture == arm64"));
  }

  @Test
  void takesWhatADeviceHasNotSaidForEqualToNothing() {
    DeviceFacts silent =
        new DeviceFacts(
            DEVICE.name(),
            FleetName.DEFAULT,
            HardwareProfile.unknown(),
            DEVICE.tags(),
            "",
            DeviceFacts.Condition.LIVE,
            false);
    for (String text :
        List.of(
            "ram < 1GiB",
            "ram > 0",
            "kernel < 99",
            "kernel >= 0",
            "architecture ~ \"*\"",
            "architecture exists",
            "accelerators exists",
            "tag.rack == \"\"",
            "cpu_cores in (0)")) {
      assertFalse(Selector.parse(text).matches(silent), text);
    }
    assertTrue(Selector.parse("architecture != arm64 and ram not in (1)").matches(silent));
  }

  @Test
  void comparesVersionsByTheirNumbers() {
    assertTrue(selects("kernel > 5.9"));
    assertTrue(selects("kernel == 5.15.148"));
    assertTrue(selects("agent_version < 1.10"));
    assertFalse(selects("agent_version < 1.4.0.0"));
  }

  @Test
  void knowsWhatADeviceHasInstalled() {
    DeviceFacts device =
        new DeviceFacts(
            new DeviceName("d"),
            FleetName.DEFAULT,
            HardwareProfile.unknown(),
            Tags.none(),
            "",
            Map.of("router-os", "2.4.1", "lib/a.b", "7", "camera-os", "3.0-rc1"),
            Map.of(),
            DeviceFacts.Condition.LIVE,
            false);
    for (String text :
        List.of(
            "installed.router-os exists",
            "installed.router-os == 2.4.1",
            "installed.router-os < 2.10",
            "installed.camera-os < 3.0 and installed.camera-os > 2.9",
            "installed.router-os ~ \"2.4.*\"",
            "installed.lib/a.b in (6, 7)",
            "not installed.camera exists",
            "installed.camera != 1")) {
      assertTrue(Selector.parse(text).matches(device), text);
    }
    for (String text :
        List.of("installed.camera < 99", "installed.camera >= 0", "installed.router exists")) {
      assertFalse(Selector.parse(text).matches(device), text);
    }
    assertTrue(refused("installed. exists").contains("`installed.` is no field"));
    assertTrue(refused("installed exists").contains("`installed` is no field"));
  }

  @Test
  void saysWhereATextStopsMakingSense() {
    assertEquals("selector: must not be empty", refused(" "));
    assertEquals(
        "selector: at 1: `arch` is no field; tags are `tag.KEY`, artifacts `installed.NAME`",
        refused("arch == x"));
    assertEquals("selector: at 14: expected an operator", refused("architecture "));
    assertEquals("selector: at 17: expected a value", refused("architecture == "));
    assertEquals("selector: at 17: expected a value", refused("architecture == )"));
    assertEquals("selector: at 17: the quote is not closed", refused("architecture == \"x"));
    assertEquals("selector: at 5: `<` cannot follow `soc`", refused("soc < x"));
    assertEquals("selector: at 8: expected a whole number", refused("ram == lots"));
    assertEquals("selector: at 8: the number is too large", refused("ram == 999999999999TiB"));
    assertEquals("selector: at 14: `cpu_cores` has no unit", refused("cpu_cores == 4GiB"));
    assertEquals("selector: at 10: expected a version", refused("kernel > new"));
    assertEquals("selector: at 12: expected `and`, `or` or the end", refused("soc == \"a\" soc"));
    assertEquals("selector: at 11: expected `)`", refused("(soc == a "));
    assertEquals("selector: at 9: expected `in`", refused("soc not (a)"));
    assertEquals("selector: at 5: this character means nothing", refused("soc = a"));
    assertEquals(
        "selector: at 1: `and` is no field; tags are `tag.KEY`, artifacts `installed.NAME`",
        refused("and"));
    assertEquals(
        "selector: at 1: `soc` is no field; tags are `tag.KEY`, artifacts `installed.NAME`",
        refused("\"soc\" == a"));
  }

  @Test
  void boundsLengthDepthAndTerms() {
    assertTrue(refused("soc == " + "x".repeat(2_000)).contains("at most 2000 characters"));
    assertTrue(
        refused("(".repeat(40) + "soc == a" + ")".repeat(40)).contains("nested more than 32"));
    assertTrue(selects("(".repeat(31) + "name exists" + ")".repeat(31)));
    assertTrue(refused("soc in (" + "a,".repeat(250) + "a)").contains("more than 200 comparisons"));
  }

  @Test
  void refusesAnythingElseWithoutFailing() {
    Random random = new Random(5);
    String alphabet = "()\"\\~=<>!,. \tnot and or in exists has tag.a ram 4GiB ü\u0000";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = random.nextInt(30); j >= 0; j--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        Selector selector = Selector.parse(text.toString());
        // What is read can be written and read again, and means the same.
        assertEquals(
            selector.matches(DEVICE),
            Selector.parse(selector.expression().toString()).matches(DEVICE));
      } catch (ProblemException e) {
        assertEquals("selector", e.facts().get("field"));
      }
    }
  }

  @Test
  void namesTheConditionThatDoesNotHold() {
    Selector selector = Selector.parse("soc exists and ram >= 16GiB and tag.site == x");
    assertEquals(Optional.of("ram >= 16GiB"), selector.mismatch(DEVICE));
    assertEquals(Optional.empty(), Selector.parse("soc exists").mismatch(DEVICE));
    assertEquals(
        Optional.of("not (tag.site == \"plant 7\")"),
        Selector.parse("tag.site != \"plant 7\"").mismatch(DEVICE));
  }

  @Test
  void matchesPatternsInLittleTime() {
    assertTrue(Glob.matches("a*b?c*", "axxbyc"));
    assertFalse(Glob.matches("a*b?c", "axxbycd"));
    assertTrue(Glob.matches("***", ""));
    assertFalse(Glob.matches("*a".repeat(500) + "b", "a".repeat(256)));
  }

  private static boolean selects(String text) {
    return Selector.parse(text).matches(DEVICE);
  }

  private static String refused(String text) {
    return Fleets.refused(() -> Selector.parse(text));
  }
}
