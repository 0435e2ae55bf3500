package io.firmament.agent.update;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A device that is stopped at every moment of an update in turn: before and after everything that
/// is written down, said or put in place. It always ends with what it should.
class StopAnywhereTest {
  private static final String RELOAD =
      ",\"reload\":{\"type\":\"command\",\"command\":[\"%s/reload\",\"app\"]}";
  private static final String SETTINGS =
      """
      {'destinations':['ETC'],'commands':[['ETC/reload','app']],
       'probes':{'programs':['ETC/check']},
       'firmware':{'install':['ETC/install','{file}'],'revert':['ETC/revert'],
                   'activate':['ETC/activate']},
       'containers':{'runtime':'ETC/runtime','apps':{'web':['--network=host']}}}
      """;

  @TempDir(factory = InMemory.class)
  Path folder;

  /// What is done to a device, and how it must end.
  private interface Scenario {
    Order.Key begin(TestDevice device) throws Exception;

    void verify(TestDevice device, UpdateState state, Report last) throws Exception;
  }

  /// Stops once at each moment; and once more each, at some moment of the run after it.
  private void everywhere(Scenario scenario) throws Exception {
    int moments = 0;
    for (int at = 0; at <= moments; at++) {
      for (int again : new int[] {0, 1 + at % 7}) {
        TestDevice device =
            new TestDevice(folder.resolve(at + "-" + again), new TestPlatform(), SETTINGS);
        Order.Key key = scenario.begin(device);
        Stops first = new Stops(at);
        boolean stopped = run(device, first);
        assertEquals(at > 0, stopped, "stops at " + at);
        if (at == 0) {
          moments = first.moments().size();
        }
        boolean twice = again > 0 && run(device, new Stops(again));
        UpdateState state = device.live(device.start(Stops.never()));
        String where = at + " " + first.moments() + (twice ? " and again" : "");
        Report last = device.platform.last(key).orElseThrow();
        assertTrue(state.job().isEmpty(), where);
        try {
          scenario.verify(device, state, last);
        } catch (AssertionError e) {
          throw new AssertionError(where + ": " + last, e);
        }
        // What was said at the end is said for good.
        assertTrue(state.outbox().isEmpty(), where);
        assertEquals(List.of("update.json"), leftovers(device), where);
      }
    }
    assertTrue(moments > 10, "too few moments: " + moments);
  }

  private static boolean run(TestDevice device, Stops stops) throws Exception {
    try {
      device.live(device.start(stops));
      return false;
    } catch (Stops.Stopped e) {
      return true;
    }
  }

  /// What is left of the agent's own, without empty folders and the contents that are in use.
  private static List<String> leftovers(TestDevice device) throws IOException {
    return device.names(device.folder).stream()
        .filter(name -> !name.equals("downloads") || !empty(device.folder.resolve(name)))
        .filter(name -> !name.equals("files"))
        .toList();
  }

  private static boolean empty(Path where) {
    String[] names = where.toFile().list();
    return names == null || names.length == 0;
  }

  private static Order.Target config(TestDevice device, String version, String reload) {
    return device.platform.publish(
        "app",
        version,
        "config",
        bytes("config " + version),
        "\"config\":{\"destination\":\"%s/app.conf\",\"mode\":\"0640\"%s}"
            .formatted(device.etc, reload.formatted(device.etc)));
  }

  private static String probe(TestDevice device) {
    return ("{\"type\":\"exec\",\"command\":[\"%s/check\"],\"attempts\":1,"
            + "\"timeout_seconds\":20}")
        .formatted(device.etc);
  }

  private static Order.Key apply(TestDevice device, String rollout, Order.Target target) {
    return device.platform.order(rollout, 1, Order.Action.APPLY, target, probe(device));
  }

  private static void install(TestDevice device, Order.Target target) throws Exception {
    Order.Key key = apply(device, "r0", target);
    device.live(device.start(Stops.never()));
    assertEquals(Status.HEALTHY, device.platform.last(key).orElseThrow().status());
  }

  @Test
  void aFirstFileThatWorksIsThere() throws Exception {
    everywhere(
        new Scenario() {
          @Override
          public Order.Key begin(TestDevice device) throws Exception {
            device.program("check", "exit 0");
            return apply(device, "r1", config(device, "1", ""));
          }

          @Override
          public void verify(TestDevice device, UpdateState state, Report last) throws Exception {
            assertEquals(Status.HEALTHY, last.status());
            assertEquals("config 1", device.text("app.conf"));
            assertEquals("1", installed(state, "app").current().name());
            assertEquals(List.of("app.conf", "check"), device.names(device.etc));
          }
        });
  }

  @Test
  void aFileThatWorksIsThereAndCanStillBeReverted() throws Exception {
    everywhere(
        new Scenario() {
          @Override
          public Order.Key begin(TestDevice device) throws Exception {
            device.program("check", "exit 0");
            device.program("reload", "cp ETC/app.conf ETC/loaded");
            install(device, config(device, "1", RELOAD));
            return apply(device, "r1", config(device, "2", RELOAD));
          }

          @Override
          public void verify(TestDevice device, UpdateState state, Report last) throws Exception {
            assertEquals(Status.HEALTHY, last.status());
            assertEquals("config 2", device.text("app.conf"));
            assertEquals("config 2", device.text("loaded"));
            UpdateState.Installed app = installed(state, "app");
            assertEquals("2", app.current().name());
            assertEquals("1", app.before().orElseThrow().version().orElseThrow().name());
            String backup = ".app.conf.firmament-" + app.before().orElseThrow().backup();
            assertEquals("config 1", device.text(backup));
            assertEquals(
                List.of(backup, "app.conf", "check", "loaded", "reload"), device.names(device.etc));
          }
        });
  }

  @Test
  void aFileWhoseProbeFailsIsAsItWas() throws Exception {
    everywhere(
        new Scenario() {
          @Override
          public Order.Key begin(TestDevice device) throws Exception {
            Files.writeString(device.etc.resolve("app.conf"), "by hand");
            device.program("check", "grep -q hand ETC/loaded");
            device.program("reload", "cp ETC/app.conf ETC/loaded");
            return apply(device, "r1", config(device, "2", RELOAD));
          }

          @Override
          public void verify(TestDevice device, UpdateState state, Report last) throws Exception {
            assertEquals(Status.ROLLED_BACK, last.status());
            assertTrue(last.detail().contains("exit code 1"), last.detail());
            assertEquals("by hand", device.text("app.conf"));
            assertEquals("by hand", device.text("loaded"));
            assertTrue(state.installed().isEmpty());
            assertEquals(
                List.of("app.conf", "check", "loaded", "reload"), device.names(device.etc));
          }
        });
  }

  @Test
  void aFileThatCannotBeLoadedIsAsItWas() throws Exception {
    everywhere(
        new Scenario() {
          @Override
          public Order.Key begin(TestDevice device) throws Exception {
            device.program("check", "exit 0");
            device.program("reload", "grep -q 1 ETC/app.conf");
            install(device, config(device, "1", RELOAD));
            return apply(device, "r1", config(device, "2", RELOAD));
          }

          @Override
          public void verify(TestDevice device, UpdateState state, Report last) throws Exception {
            assertEquals(Status.ROLLED_BACK, last.status());
            assertEquals("config 1", device.text("app.conf"));
            assertEquals("1", installed(state, "app").current().name());
            assertTrue(installed(state, "app").before().isPresent());
          }
        });
  }

  @Test
  void aRevertEndsWithWhatWasBefore() throws Exception {
    everywhere(
        new Scenario() {
          @Override
          public Order.Key begin(TestDevice device) throws Exception {
            device.program("check", "exit 0");
            device.program("reload", "cp ETC/app.conf ETC/loaded");
            install(device, config(device, "1", RELOAD));
            Order.Target second = config(device, "2", RELOAD);
            Order.Key key = apply(device, "r1", second);
            device.live(device.start(Stops.never()));
            assertEquals(Status.HEALTHY, device.platform.last(key).orElseThrow().status());
            return device.platform.order("r1", 2, Order.Action.REVERT, second, probe(device));
          }

          @Override
          public void verify(TestDevice device, UpdateState state, Report last) throws Exception {
            assertEquals(Status.ROLLED_BACK, last.status());
            assertEquals("config 1", device.text("app.conf"));
            assertEquals("config 1", device.text("loaded"));
            assertEquals("1", installed(state, "app").current().name());
            assertEquals(
                List.of("app.conf", "check", "loaded", "reload"), device.names(device.etc));
          }
        });
  }

  @Test
  void firmwareThatWorksIsInTheOtherSlot() throws Exception {
    everywhere(firmware("exit 0", Status.HEALTHY, "new"));
  }

  @Test
  void firmwareWhoseProbeFailsIsReverted() throws Exception {
    everywhere(firmware("grep -q old ETC/running", Status.ROLLED_BACK, "old"));
  }

  private static Scenario firmware(String check, Status status, String running) {
    return new Scenario() {
      @Override
      public Order.Key begin(TestDevice device) throws Exception {
        Files.writeString(device.etc.resolve("running"), "old");
        device.program("check", check);
        device.program("install", "cp \"$1\" ETC/slot");
        device.program("activate", "cp ETC/slot ETC/running");
        device.program("revert", "printf old > ETC/running");
        return apply(
            device, "r1", device.platform.publish("os", "2", "firmware", bytes("new"), ""));
      }

      @Override
      public void verify(TestDevice device, UpdateState state, Report last) throws Exception {
        assertEquals(status, last.status());
        assertEquals(running, device.text("running"));
        assertEquals(status == Status.HEALTHY, state.installed().containsKey("os"));
      }
    };
  }

  @Test
  void aContainerThatWorksRuns() throws Exception {
    everywhere(container("exit 0", Status.HEALTHY, "b"));
  }

  @Test
  void aContainerWhoseProbeFailsGivesWayToTheOldOne() throws Exception {
    everywhere(container("grep -q @sha256:aaaa ETC/firmament-web", Status.ROLLED_BACK, "a"));
  }

  private static Scenario container(String check, Status status, String running) {
    return new Scenario() {
      @Override
      public Order.Key begin(TestDevice device) throws Exception {
        device.program("check", "exit 0");
        // A runtime whose containers are files with the image in them.
        device.program(
            "runtime",
            """
            case "$1" in
              pull) exit 0 ;;
              inspect) cat "ETC/$4" ;;
              rm) rm "ETC/$3" ;;
              run) [ -e "ETC/$4" ] && exit 125; printf '%s' "$7" > "ETC/$4" ;;
            esac
            """);
        install(device, image(device, "1", "a"));
        device.program("check", check);
        return apply(device, "r1", image(device, "2", "b"));
      }

      @Override
      public void verify(TestDevice device, UpdateState state, Report last) throws Exception {
        assertEquals(status, last.status());
        assertEquals(reference(running), device.text("firmament-web"));
        String version = status == Status.HEALTHY ? "2" : "1";
        assertEquals(version, installed(state, "web").current().name());
      }
    };
  }

  private static Order.Target image(TestDevice device, String version, String digit) {
    return device.platform.publish(
        "web",
        version,
        "container",
        bytes("{\"reference\":\"" + reference(digit) + "\"}\n"),
        "\"container\":{\"reference\":\"" + reference(digit) + "\"}");
  }

  private static String reference(String digit) {
    return "registry.example.com/web@sha256:" + digit.repeat(64);
  }

  /// A restart of the device that activating brings is not taken for a failure, and happens once.
  @Test
  void firmwareThatRestartsTheDeviceIsProbedAfterTheRestart() throws Exception {
    TestDevice device = new TestDevice(folder, new TestPlatform(), SETTINGS);
    device.program("check", "grep -q new ETC/running");
    device.program("install", "cp \"$1\" ETC/slot");
    device.program("activate", "cp ETC/slot ETC/running; printf x >> ETC/restarts");
    device.program("revert", "exit 1");
    Order.Key key =
        apply(device, "r1", device.platform.publish("os", "2", "firmware", bytes("new"), ""));
    Stops stops =
        new Stops(0) {
          @Override
          public void reached(String moment) {
            super.reached(moment);
            if (moment.equals("activate has ended")) {
              throw new Stopped("the device restarts");
            }
          }
        };
    assertTrue(run(device, stops));
    device.reboot();
    device.live(device.start(Stops.never()));
    assertEquals(Status.HEALTHY, device.platform.last(key).orElseThrow().status());
    assertEquals("x", device.text("restarts"));
  }

  /// What stops the device each time is rolled back, and not tried for ever.
  @Test
  void whatStopsTheDeviceEachTimeIsRolledBack() throws Exception {
    for (String moment : List.of("swapped", "probed")) {
      TestDevice device = new TestDevice(folder.resolve(moment), new TestPlatform(), SETTINGS);
      Files.writeString(device.etc.resolve("app.conf"), "by hand");
      device.program("check", "exit 0");
      Order.Key key = apply(device, "r1", config(device, "2", ""));
      int stops = 0;
      while (device.platform.last(key).filter(r -> r.status() == Status.ROLLED_BACK).isEmpty()) {
        boolean stopped =
            run(
                device,
                new Stops(0) {
                  @Override
                  public void reached(String at) {
                    super.reached(at);
                    boolean probed = at.startsWith("after PROBING ") && !at.contains("PROBING 0");
                    boolean killed =
                        moment.equals("swapped")
                            ? at.startsWith("after APPLYING ") && !at.contains("APPLYING 0")
                            : probed;
                    if (killed) {
                      throw new Stopped(at);
                    }
                  }
                });
        stops += stopped ? 1 : 0;
        assertTrue(stops < 10, "for ever");
      }
      assertEquals("by hand", device.text("app.conf"));
      assertFalse(device.start(Stops.never()).state().installed().containsKey("app"));
    }
  }

  private static UpdateState.Installed installed(UpdateState state, String name) {
    UpdateState.Installed installed = state.installed().get(name);
    if (installed == null) {
      throw new AssertionError(name + " is not installed: " + state);
    }
    return installed;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
