package io.firmament.agent.update;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A signed order chooses from what the device allows, and never widens it.
class AllowlistTest {
  @TempDir Path folder;

  private final TestPlatform platform = new TestPlatform();

  private Report outcome(String settings, String kind, String delivery, String probe)
      throws Exception {
    TestDevice device = new TestDevice(folder, platform, settings);
    String rollout = "r" + platform.heard.size();
    Order.Target target =
        platform.publish(
            "app" + platform.heard.size(),
            "1",
            kind,
            "x".getBytes(StandardCharsets.UTF_8),
            delivery.replace("ETC", device.etc.toString()).replace("'", "\""));
    Order.Key key =
        platform.order(
            rollout,
            1,
            Order.Action.APPLY,
            target,
            probe.replace("ETC", device.etc.toString()).replace("'", "\""));
    device.live(device.start(Stops.never()));
    return platform.last(key).orElseThrow();
  }

  private void unfit(String settings, String kind, String delivery, String probe) throws Exception {
    Report report = outcome(settings, kind, delivery, probe);
    assertEquals(Status.INCOMPATIBLE, report.status(), delivery + " " + probe + " " + report);
  }

  private static final String FILE = "{'type':'file','path':'ETC/f'}";
  private static final String AT = "'config':{'destination':'%s'}";

  @Test
  void placesNoFileOutsideTheFoldersThatItNames() throws Exception {
    Path etc = Files.createDirectories(folder.resolve("etc/app"));
    Files.createDirectories(folder.resolve("etc/apple"));
    Files.createSymbolicLink(etc.resolve("away"), Path.of("/tmp"));
    Files.createSymbolicLink(etc.resolve("link"), etc.resolve("elsewhere"));
    Files.createDirectories(etc.resolve("dir"));
    String settings = "{'destinations':['ETC/app']}";
    for (String destination :
        List.of(
            "/etc/passwd",
            "ETC/apple/f",
            "ETC/app",
            "ETC/app/../f",
            "ETC/app/./f",
            "ETC/app//f",
            "ETC/app/away/f",
            "ETC/app/link",
            "ETC/app/dir",
            "ETC/app/none/f",
            "etc/app/f")) {
      unfit(settings, "config", AT.formatted(destination), FILE);
    }
    unfit("{}", "config", AT.formatted("ETC/app/f"), FILE);
    unfit(settings, "config", "'config':{'destination':'ETC/app/f','mode':'0646'}", FILE);
    unfit(settings, "config", "'config':{'destination':'ETC/app/f','mode':'4755'}", FILE);
    assertEquals(
        Status.HEALTHY,
        outcome(settings, "config", AT.formatted("ETC/app/f"), "{'type':'file','path':'ETC/app/f'}")
            .status());
    assertEquals("rw-r--r--", permissions(etc.resolve("f")));
  }

  @Test
  void runsNoCommandThatItDoesNotNameWordForWord() throws Exception {
    String settings =
        "{'destinations':['ETC'],'commands':[['/bin/true','a']],'units':['a.service']}";
    for (String reload :
        List.of(
            "{'type':'command','command':['/bin/true']}",
            "{'type':'command','command':['/bin/true','a','b']}",
            "{'type':'command','command':['/bin/true','a;b']}",
            "{'type':'command','command':['/bin/sh','-c','true']}",
            "{'type':'command','command':[]}",
            "{'type':'systemd','unit':'b.service'}",
            "{'type':'systemd','unit':'a.service --now'}",
            "{'type':'shell'}")) {
      unfit(settings, "config", "'config':{'destination':'ETC/f','reload':" + reload + "}", FILE);
    }
  }

  @Test
  void probesOnlyAsItAllows() throws Exception {
    String settings = "{'probes':{'programs':['/bin/true'],'commands':[['/bin/test','a']]}}";
    for (String probe :
        List.of(
            "{'type':'exec','command':['/bin/false']}",
            "{'type':'exec','command':['/bin/test']}",
            "{'type':'exec','command':['/bin/test','b']}",
            "{'type':'exec','command':['true']}",
            "{'type':'http','url':'http://169.254.169.254/latest'}",
            "{'type':'http','url':'http://localhost.evil.example/'}",
            "{'type':'http','url':'http://user@localhost/'}",
            "{'type':'http','url':'file:///etc/passwd'}",
            "{'type':'file','path':'../x'}",
            "{'type':'file','path':'/x','timeout_seconds':301}",
            "{'type':'file','path':'/x','attempts':11}",
            "{'type':'file','path':'/x','attempts':0}",
            "{'type':'file','path':'/x','initial_delay_seconds':3601}",
            "{'type':'file','path':'/x','shell':'yes'}",
            "{'type':'dns'}")) {
      unfit(settings, "model", "", probe);
    }
    String good = "{'type':'exec','command':['/bin/true','whatever']}";
    assertEquals(Status.HEALTHY, outcome(settings, "model", "", good).status());
  }

  @Test
  void takesNoFirmwareAndNoContainerUnlessItSaysHow() throws Exception {
    String image = "'container':{'reference':'r.example/app@sha256:" + "a".repeat(64) + "'}";
    String tag = "'container':{'reference':'r.example/app:latest'}";
    unfit("{}", "firmware", "", FILE);
    unfit("{}", "container", image, FILE);
    unfit("{'containers':{'runtime':'/bin/true','apps':{'other':[]}}}", "container", image, FILE);
    unfit("{'containers':{'runtime':'none','apps':{'app3':[]}}}", "container", image, FILE);
    unfit("{'containers':{'runtime':'/bin/true','apps':{'app4':[]}}}", "container", tag, FILE);
    unfit("{}", "kernel", "", FILE);
  }

  @Test
  void takesNothingWhoseNeedsAreNotMet() throws Exception {
    String good =
        "{'type':'file','path':'/proc/version'}".replace("/proc/version", "/etc/hostname");
    unfit("{'provides':{'board':'a'}}", "model", "'depends':{'board':['b','c']}", good);
    unfit("{}", "model", "'depends':{'board':['b']}", good);
  }

  @Test
  void knowsWhatTheMachineSaysOfItselfAndItsOwnWordCountsMore() {
    Allowlist own = Allowlist.read(TestPlatform.json("{\"provides\":{\"board\":\"c\"}}"));
    assertEquals(
        Map.of("board", "c", "soc", "a"), own.knowing(Map.of("board", "b", "soc", "a")).provides());
  }

  @Test
  void passesVersionsInTheirOrderAndNoneWhereItHasNothing() throws Exception {
    TestDevice device = new TestDevice(folder, platform, "{'destinations':['ETC']}");
    String through = ",'must_pass_through':['1.10','1.0','3.0']";
    assertEquals(Status.HEALTHY, installed(device, "1.0", ""));
    assertEquals(Status.INCOMPATIBLE, installed(device, "2.0", through));
    assertEquals(Status.HEALTHY, installed(device, "1.10-rc1", ""));
    assertEquals(Status.INCOMPATIBLE, installed(device, "2.0", through));
    assertEquals(Status.HEALTHY, installed(device, "1.11", ""));
    assertEquals(Status.HEALTHY, installed(device, "2.0", through));
    TestDevice fresh =
        new TestDevice(folder.resolve("fresh"), platform, "{'destinations':['ETC']}");
    assertEquals(Status.HEALTHY, installed(fresh, "2.0", through));
  }

  private Status installed(TestDevice device, String version, String more) throws Exception {
    Order.Target target =
        platform.publish(
            "app",
            version,
            "config",
            version.getBytes(StandardCharsets.UTF_8),
            ("'config':{'destination':'ETC/f'}" + more)
                .replace("ETC", device.etc.toString())
                .replace("'", "\""));
    Order.Key key =
        platform.order(
            "p" + platform.heard.size(),
            1,
            Order.Action.APPLY,
            target,
            FILE.replace("ETC", device.etc.toString()).replace("'", "\""));
    device.live(device.start(Stops.never()));
    return platform.last(key).orElseThrow().status();
  }

  @Test
  void saysWhatIsWrongWithItsSettings() {
    for (String settings :
        List.of(
            "{'destination':['/etc']}",
            "{'destinations':['etc']}",
            "{'destinations':'/etc'}",
            "{'commands':[['true']]}",
            "{'commands':[[]]}",
            "{'units':['a b']}",
            "{'firmware':{'install':['/bin/x'],'revert':['/bin/y']}}",
            "{'firmware':{'install':['/bin/x','{file}']}}",
            "{'logs':{'agent':{'file':'/x'}}}",
            "{'logs':{'x':{'file':'/x','unit':'a.service'}}}",
            "{'probes':{'everything':true}}")) {
      IllegalArgumentException wrong =
          assertThrows(
              IllegalArgumentException.class,
              () -> Allowlist.read(TestPlatform.json(settings.replace("'", "\""))),
              settings);
      assertTrue(String.valueOf(wrong.getMessage()).length() > 10, settings);
    }
  }

  private static String permissions(Path file) throws Exception {
    return java.nio.file.attribute.PosixFilePermissions.toString(
        Files.getPosixFilePermissions(file));
  }
}
