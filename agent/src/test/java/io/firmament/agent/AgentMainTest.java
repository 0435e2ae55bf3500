package io.firmament.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.device.TestFleet;
import io.firmament.platform.fleet.EnrollTokens;
import io.firmament.platform.fleet.HeartbeatPolicy;
import io.firmament.trust.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The agent as a process, as a supervisor sees it.
class AgentMainTest {
  private static final int PATIENCE_SECONDS = 180;
  private static final int KILLED = 137;

  @TempDir Path folder;

  private record Run(Process process, Path out, Path err) {
    int exitCode() throws InterruptedException {
      assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "the agent does not end");
      return process.exitValue();
    }

    void await(Path file) throws InterruptedException {
      for (int i = 0; i < PATIENCE_SECONDS * 500; i++) {
        if (Files.exists(file)) {
          return;
        }
        assertTrue(process.isAlive(), () -> file + " does not appear: " + text(err));
        Thread.sleep(2);
      }
      throw new AssertionError(file + " does not appear: " + text(err));
    }
  }

  @Test
  void explainsItselfWhenAsked() throws Exception {
    Run help = run("--help");
    assertEquals(0, help.exitCode());
    assertTrue(text(help.out()).startsWith("usage: firmament-agent -server HOST:PORT"));
  }

  @Test
  void saysWhatIsWrongWithItsArguments() throws Exception {
    Run none = run("-hardware-id", "x");
    Run unknown = run("-sever", "localhost:1");
    Run noPort = run("-server", "localhost", "-ca", "ca.pem", "-hardware-id", "x");
    Run noValue = run("-server");
    Run noTag = run("-tag", "plant");
    refused(none, "-server is missing");
    refused(unknown, "no such flag: -sever");
    refused(noPort, "-server takes HOST:PORT, not localhost");
    refused(noValue, "-server needs a value");
    refused(noTag, "-tag takes key=value, not plant");
  }

  @Test
  void saysWhichFileItCannotUse() throws Exception {
    Path notPem = Files.writeString(folder.resolve("ca.pem"), "not PEM");
    Path token = Files.writeString(folder.resolve("token"), "t");
    Run noToken = run(arguments("localhost:1", notPem, token.resolveSibling("none"), "a"));
    Run badAnchors = run(arguments("localhost:1", notPem, token, "b"));
    assertEquals(1, noToken.exitCode());
    assertTrue(text(noToken.err()).contains("none cannot be read"), text(noToken.err()));
    assertEquals(1, badAnchors.exitCode());
    assertTrue(text(badAnchors.err()).contains("trust anchors"), text(badAnchors.err()));
  }

  @Test
  void takesOneIdentityFromOneTokenHoweverOftenItIsKilled() throws Exception {
    HeartbeatPolicy policy = HeartbeatPolicy.standard().withInterval(Duration.ofMillis(300));
    try (TestFleet fleet = new TestFleet(policy)) {
      EnrollTokens.Created token = fleet.token(2);
      Path ca = Files.writeString(folder.resolve("ca.pem"), Pem.encode(fleet.authority.root()));
      Path tokenFile = Files.writeString(folder.resolve("token"), token.secret().reveal());
      Path data = folder.resolve("device");
      String server = "localhost:" + fleet.server.port();
      String[] arguments = arguments(server, ca, tokenFile, "device");

      killWhenThereIs(data.resolve("next.key"), run(arguments));
      killWhenThereIs(data.resolve("identity.pem"), run(arguments));
      killWhenThereIs(data.resolve("identity.pem"), run(arguments));
      Run last = run(arguments);
      awaitRegistered(fleet, last);

      assertEquals(1, fleet.uses(token));
      assertEquals(1, fleet.devices().size());
      fleet.decommission("device");
      assertEquals(Agent.Ending.DECOMMISSIONED.exitCode(), last.exitCode());
      assertEquals(Agent.Ending.DECOMMISSIONED.exitCode(), run(arguments).exitCode());
    }
  }

  private static void killWhenThereIs(Path file, Run agent) throws InterruptedException {
    agent.await(file);
    agent.process().destroyForcibly();
    assertEquals(KILLED, agent.exitCode());
  }

  private static void awaitRegistered(TestFleet fleet, Run agent) throws InterruptedException {
    while (!fleet.device("device").agentVersion().equals(Agent.VERSION)) {
      assertTrue(agent.process().isAlive(), () -> text(agent.err()));
      Thread.sleep(20);
    }
  }

  private static void refused(Run agent, String message) throws InterruptedException {
    assertEquals(2, agent.exitCode());
    assertTrue(text(agent.err()).contains(message), text(agent.err()));
    assertTrue(text(agent.err()).contains("usage: firmament-agent"), text(agent.err()));
  }

  private String[] arguments(String server, Path ca, Path token, String name) {
    return new String[] {
      "-server",
      server,
      "-ca",
      ca.toString(),
      "-token-file",
      token.toString(),
      "-data-dir",
      folder.resolve(name).toString(),
      "-hardware-id",
      name,
      "-name",
      name
    };
  }

  private Run run(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                AgentMain.class.getName()));
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile(folder, "agent", ".out");
    Path err = Files.createTempFile(folder, "agent", ".err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    return new Run(process, out, err);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
