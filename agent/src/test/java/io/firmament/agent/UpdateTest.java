package io.firmament.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.agent.update.Allowlist;
import io.firmament.base.RolloutId;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.EnrollTokens;
import io.firmament.platform.fleet.HeartbeatPolicy;
import io.firmament.platform.fleet.Inventory;
import io.firmament.platform.logs.DeviceLogs;
import io.firmament.platform.logs.LogRequest;
import io.firmament.platform.rollout.Assignment;
import io.firmament.trust.Pem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Updates from a rollout to the device and back: gRPC and HTTP over mutual TLS, a TUF repository
/// in S3, rollouts in DynamoDB, and the agent with real files.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UpdateTest {
  private static final byte[] IMAGE = new byte[5_000_000];

  private Path folder;
  private TestRollouts platform;
  private Path etc;
  private Path ca;

  @BeforeAll
  void start(@TempDir Path shared) throws Exception {
    folder = shared;
    platform = new TestRollouts(HeartbeatPolicy.standard().withInterval(Duration.ofMillis(300)));
    ca = Files.writeString(folder.resolve("ca.pem"), Pem.encode(platform.fleet.authority.root()));
    etc = Files.createDirectories(folder.resolve("etc"));
    new Random(3).nextBytes(IMAGE);
    for (String version : List.of("1", "2", "3")) {
      platform.publish("app", version, "config", bytes("config " + version), placed("app.conf"));
    }
    platform.publish("other", "1", "config", bytes("outside"), placed(folder + "/outside.conf"));
    platform.publish("elsewhere", "1", "config", bytes("x"), placed("/no/such/place.conf"));
    platform.publish("net", "1", "model", IMAGE, "");
    platform.publish("killed", "1", "config", IMAGE, placed("killed.conf"));
  }

  private String placed(String name) {
    String path = name.startsWith("/") ? name : etc + "/" + name;
    return "\"config\":{\"destination\":\"%s\",\"mode\":\"0640\",\"reload\":{\"type\":\"none\"}}"
        .formatted(path);
  }

  @AfterAll
  void end() {
    platform.close();
  }

  @Test
  void installsRollsBackAndReverts() throws Exception {
    String name = newName();
    Map<String, Object> good = Map.of("type", "file", "path", etc + "/app.conf");
    Map<String, Object> bad =
        Map.of("type", "file", "path", etc + "/never", "attempts", 1L, "timeout_seconds", 1L);
    try (RunningAgent agent = new RunningAgent(settings(name))) {
      online(agent, name);
      Assignment first = platform.awaitEnd(platform.rollOut("app", "1", good, name), name, 1);
      assertEquals(Assignment.State.HEALTHY, first.state(), first::toString);
      assertEquals("config 1", Files.readString(etc.resolve("app.conf")));
      awaitInstalled(agent, name, Map.of("app", "1"));

      RolloutId second = platform.rollOut("app", "2", good, name);
      assertEquals(Assignment.State.HEALTHY, platform.awaitEnd(second, name, 1).state());
      awaitInstalled(agent, name, Map.of("app", "2"));

      Assignment third = platform.awaitEnd(platform.rollOut("app", "3", bad, name), name, 1);
      assertEquals(Assignment.State.ROLLED_BACK, third.state(), third::toString);
      assertTrue(third.detail().contains("the probe failed"), third::toString);
      assertEquals("config 2", Files.readString(etc.resolve("app.conf")));

      // What was withdrawn can still be returned from.
      platform.repository.withdraw("app", "2", Instant.now());
      platform.abortAndRevert(second);
      Assignment reverted = platform.awaitEnd(second, name, 2);
      assertEquals(Assignment.State.ROLLED_BACK, reverted.state(), reverted::toString);
      assertEquals("config 1", Files.readString(etc.resolve("app.conf")));
      awaitInstalled(agent, name, Map.of("app", "1"));
      Inventory.Metadata metadata =
          platform.fleet.device(name).inventory().metadata().orElseThrow();
      assertEquals(1, metadata.root());
      assertTrue(metadata.timestamp() > 5, metadata::toString);
    }
  }

  @Test
  void refusesWhatTheDeviceDoesNotAllowWhoeverSignsIt() throws Exception {
    String name = newName();
    Map<String, Object> probe = Map.of("type", "file", "path", etc + "/app.conf");
    try (RunningAgent agent = new RunningAgent(settings(name))) {
      online(agent, name);
      for (String artifact : List.of("other", "elsewhere")) {
        Assignment refused =
            platform.awaitEnd(platform.rollOut(artifact, "1", probe, name), name, 1);
        assertEquals(Assignment.State.INCOMPATIBLE, refused.state(), refused::toString);
      }
      Assignment program =
          platform.awaitEnd(
              platform.rollOut(
                  "net", "1", Map.of("type", "exec", "command", List.of("/bin/true")), name),
              name,
              1);
      assertEquals(Assignment.State.INCOMPATIBLE, program.state(), program::toString);
      assertTrue(program.detail().contains("/bin/true"), program::toString);
      assertFalse(Files.exists(folder.resolve("outside.conf")));
    }
  }

  @Test
  void sendsItsOwnLogAndThoseItAllowsAndNoOther() throws Exception {
    String name = newName();
    Path log = Files.writeString(etc.resolve("app.log"), "one\ntwo\nthree\n");
    try (RunningAgent agent = new RunningAgent(settings(name))) {
      online(agent, name);
      LogRequest allowed = ask(name, "app");
      LogRequest foreign = ask(name, "shadow");
      agent.await("both answers", () -> answered(name, allowed) && answered(name, foreign));
      DeviceLogs.Content content =
          platform.fleet.logs.content(
              platform.fleet.tenant, new DeviceName(name), allowed.id().toString());
      try (InputStream text = new GZIPInputStream(content.open())) {
        assertEquals(
            Files.readString(log), new String(text.readAllBytes(), StandardCharsets.UTF_8));
      }
      LogRequest refused =
          platform.fleet.logs.get(
              platform.fleet.tenant, new DeviceName(name), foreign.id().toString());
      assertTrue(String.valueOf(refused.answer()).contains("NOT_ALLOWED"), refused::toString);
    }
  }

  private LogRequest ask(String device, String source) {
    return platform.fleet.logs.request(
        platform.fleet.operator,
        new DeviceName(device),
        new DeviceLogs.Wish(source, Optional.empty(), Optional.of(10_000L)));
  }

  private boolean answered(String device, LogRequest request) {
    return platform
            .fleet
            .logs
            .get(platform.fleet.tenant, new DeviceName(device), request.id().toString())
            .state(Instant.now())
        != LogRequest.State.REQUESTED;
  }

  @Test
  void forgetsWhatItTrustsWhenItIsDecommissioned() throws Exception {
    String name = newName();
    AgentSettings settings = settings(name);
    try (RunningAgent agent = new RunningAgent(settings)) {
      online(agent, name);
      RolloutId id =
          platform.rollOut("net", "1", Map.of("type", "file", "path", ca.toString()), name);
      assertEquals(Assignment.State.HEALTHY, platform.awaitEnd(id, name, 1).state());
      assertTrue(Files.exists(settings.dataFolder().resolve("tuf/root.json")));
      assertTrue(Files.exists(settings.dataFolder().resolve("update.json")));
      platform.fleet.decommission(name);
      assertEquals(Agent.Ending.DECOMMISSIONED, agent.ending());
    }
    List<String> left = new ArrayList<>();
    try (var files = Files.list(settings.dataFolder())) {
      files.forEach(file -> left.add(file.getFileName().toString()));
    }
    // What was installed stays: who uses it is not the agent's business.
    assertEquals(List.of("decommissioned", "files", "lock"), left.stream().sorted().toList());
  }

  @Test
  void keepsTheRootItHasPinned() throws Exception {
    String name = newName();
    AgentSettings known = settings(name);
    byte[] other =
        new TestRepository("default", new TestRepository.Memory(), (_, _) -> {}, Instant.now())
            .root();
    Path root = Files.write(folder.resolve("root-of-another.json"), other);
    AgentSettings settings =
        new AgentSettings(
            known.server(),
            known.ca(),
            known.tokenFile(),
            known.dataFolder(),
            known.hardwareId(),
            known.name(),
            known.tags(),
            new AgentSettings.Updates(
                known.updates().allowlist(), Optional.of(root), Optional.empty()));
    try (RunningAgent agent = new RunningAgent(settings)) {
      online(agent, name);
      RolloutId id =
          platform.rollOut("net", "1", Map.of("type", "file", "path", ca.toString()), name);
      agent.await(
          "the refusal", () -> agent.updates.stream().anyMatch(e -> e.startsWith("refused")));
      assertTrue(
          agent.updates.stream().anyMatch(e -> e.contains("NOT_SIGNED")), agent.updates::toString);
      assertFalse(platform.assignment(id, name).state().isFinal());
    }
  }

  /// A real process, killed at many moments of an update.
  @Test
  void anAgentThatIsKilledAgainAndAgainGetsThere() throws Exception {
    String name = newName();
    Path settings = folder.resolve(name + ".json");
    Files.writeString(settings, "{\"destinations\":[\"" + etc + "\"]}");
    List<String> command = command(settings(name), settings);
    Process process = start(command);
    platform.awaitOnline(name);
    RolloutId id =
        platform.rollOut(
            "killed",
            "1",
            Map.of("type", "file", "path", etc + "/killed.conf", "initial_delay_seconds", 1L),
            name);
    Random random = new Random(5);
    int kills = 0;
    while (!platform.assignment(id, name).state().isFinal() && kills < 8) {
      Thread.sleep(1_500 + random.nextInt(1_500));
      process.destroyForcibly().waitFor();
      kills++;
      process = start(command);
    }
    Assignment ended = platform.awaitEnd(id, name, 1);
    process.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
    boolean healthy = ended.state() == Assignment.State.HEALTHY;
    assertTrue(healthy || ended.state() == Assignment.State.ROLLED_BACK, ended::toString);
    assertEquals(healthy, Files.exists(etc.resolve("killed.conf")));
    if (healthy) {
      assertEquals(-1, Files.mismatch(etc.resolve("killed.conf"), image()));
    }
  }

  private Path image() throws IOException {
    return Files.write(folder.resolve("image"), IMAGE);
  }

  private static List<String> command(AgentSettings settings, Path file) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("java.class.path"),
        AgentMain.class.getName(),
        "-server",
        settings.server(),
        "-ca",
        settings.ca().toString(),
        "-token-file",
        settings.tokenFile().orElseThrow().toString(),
        "-data-dir",
        settings.dataFolder().toString(),
        "-hardware-id",
        settings.hardwareId(),
        "-name",
        settings.name(),
        "-settings",
        file.toString());
  }

  private Process start(List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("agent.out").toFile()))
        .start();
  }

  private void online(RunningAgent agent, String name) throws InterruptedException {
    agent.awaitHeartbeats(2);
    platform.awaitOnline(name);
  }

  private void awaitInstalled(RunningAgent agent, String name, Map<String, String> versions)
      throws InterruptedException {
    agent.await(
        "the inventory " + versions,
        () -> {
          Map<String, String> installed = new java.util.TreeMap<>();
          platform
              .fleet
              .device(name)
              .inventory()
              .installed()
              .forEach((artifact, is) -> installed.put(artifact, is.version()));
          return installed.equals(versions);
        });
  }

  private static String newName() {
    return "agent-" + UUID.randomUUID();
  }

  private AgentSettings settings(String name) throws IOException {
    EnrollTokens.Created token = platform.fleet.token(1);
    Path tokenFile =
        Files.writeString(folder.resolve(name + ".token"), token.secret().reveal() + "\n");
    Path allowed =
        Files.writeString(
            folder.resolve(name + ".settings"),
            "{\"destinations\":[\"%s\"],\"logs\":{\"app\":{\"file\":\"%s/app.log\"}}}"
                .formatted(etc, etc));
    return new AgentSettings(
        "localhost:" + platform.fleet.server.port(),
        ca,
        Optional.of(tokenFile),
        folder.resolve(name),
        "hardware-" + name,
        name,
        Map.of(),
        new AgentSettings.Updates(Allowlist.read(allowed), Optional.empty(), Optional.empty()));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
