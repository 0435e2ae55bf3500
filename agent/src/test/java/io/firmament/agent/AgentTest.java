package io.firmament.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.firmament.device.TestFleet;
import io.firmament.device.v1.DeviceServiceGrpc;
import io.firmament.device.v1.EnrollRequest;
import io.firmament.platform.fleet.CertificateSerial;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.EnrollTokens;
import io.firmament.platform.fleet.HeartbeatPolicy;
import io.firmament.trust.Pem;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// The agent against a real device service over mutual TLS.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AgentTest {
  private static final Duration INTERVAL = Duration.ofMillis(300);
  private static final String GONE = "device_decommissioned";

  @TempDir Path folder;

  private TestFleet fleet;
  private Path ca;

  @BeforeAll
  void start(@TempDir Path shared) throws IOException {
    fleet = new TestFleet(HeartbeatPolicy.standard().withInterval(INTERVAL));
    ca = Files.writeString(shared.resolve("ca.pem"), Pem.encode(fleet.authority.root()));
  }

  @AfterAll
  void end() {
    fleet.close();
  }

  @Test
  void enrolsRegistersAndReports() throws Exception {
    EnrollTokens.Created token = fleet.token(1);
    AgentSettings settings = settings(token);
    try (RunningAgent agent = new RunningAgent(settings)) {
      agent.awaitHeartbeats(2);
      Device device = fleet.device(settings.name());
      assertEquals(settings.hardwareId(), device.hardwareId().value());
      assertEquals(Agent.VERSION, device.agentVersion());
      assertEquals(Map.of("site", "plant-7"), device.tags().values());
      assertEquals(Runtime.getRuntime().availableProcessors(), device.profile().cpuCores());
      assertEquals(1, fleet.uses(token));
      assertEquals(
          List.of("enrolled " + settings.name(), "registered " + settings.name()), agent.events);
    }
  }

  @Test
  void keepsTheIntervalThatThePlatformSets() throws Exception {
    try (RunningAgent agent = new RunningAgent(settings(fleet.token(1)))) {
      agent.awaitHeartbeats(7);
      List<Long> gaps = new ArrayList<>();
      for (int i = 1; i < 7; i++) {
        gaps.add((agent.heartbeats.get(i) - agent.heartbeats.get(i - 1)) / 1_000_000);
      }
      // The platform asks for 270 to 330 ms. A busy machine can make it late, never early.
      assertTrue(gaps.stream().allMatch(millis -> millis >= 270), gaps::toString);
      assertTrue(gaps.stream().distinct().count() > 1, "jittered by the platform: " + gaps);
    }
  }

  @Test
  void keepsItsIdentityToItself() throws Exception {
    AgentSettings settings = settings(fleet.token(1));
    try (RunningAgent agent = new RunningAgent(settings)) {
      agent.awaitHeartbeats(1);
    }
    assertEquals("rwx------", permissions(settings.dataFolder()));
    for (Path file : files(settings)) {
      assertEquals(
          Files.isDirectory(file) ? "rwx------" : "rw-------", permissions(file), file::toString);
    }
    assertEquals(List.of("identity.pem", "lock", "tuf"), names(settings));
  }

  @Test
  void goesOnWithItsIdentityAfterARestart() throws Exception {
    EnrollTokens.Created token = fleet.token(1);
    AgentSettings settings = settings(token);
    try (RunningAgent agent = new RunningAgent(settings)) {
      agent.awaitHeartbeats(1);
    }
    CertificateSerial serial = fleet.device(settings.name()).current().serial();
    Files.delete(settings.tokenFile().orElseThrow());
    try (RunningAgent agent = new RunningAgent(settings)) {
      agent.awaitHeartbeats(1);
      assertEquals(List.of("registered " + settings.name()), agent.events);
    }
    assertEquals(serial, fleet.device(settings.name()).current().serial());
  }

  @Test
  void renewsItsCertificateWithANewKeyBeforeTheOldOneExpires() throws Exception {
    // Due two seconds after it was issued.
    HeartbeatPolicy standard = HeartbeatPolicy.standard();
    Duration renewWithin = Duration.ofDays(90).minusSeconds(2);
    HeartbeatPolicy policy =
        new HeartbeatPolicy(INTERVAL, 500, standard.writeEvery(), standard.lease(), renewWithin);
    try (TestFleet other = new TestFleet(policy)) {
      Path otherCa =
          Files.writeString(folder.resolve("other.pem"), Pem.encode(other.authority.root()));
      AgentSettings settings = settings(other, other.token(1), otherCa);
      try (RunningAgent agent = new RunningAgent(settings)) {
        agent.awaitHeartbeats(1);
        CertificateSerial first = other.device(settings.name()).current().serial();
        String firstIdentity = Files.readString(settings.dataFolder().resolve("identity.pem"));
        agent.awaitEvent("renewed");
        agent.await(
            "the use of the new certificate",
            () -> !other.device(settings.name()).current().serial().equals(first));
        int before = agent.heartbeats.size();
        agent.awaitHeartbeats(before + 1);
        String identity = Files.readString(settings.dataFolder().resolve("identity.pem"));
        assertNotEquals(privateKey(firstIdentity), privateKey(identity));
        assertEquals(List.of("identity.pem", "lock", "tuf"), names(settings));
      }
    }
  }

  @Test
  void destroysItsKeysWhenItIsDecommissioned() throws Exception {
    AgentSettings settings = settings(fleet.token(5));
    try (RunningAgent agent = new RunningAgent(settings)) {
      agent.awaitHeartbeats(1);
      Files.writeString(settings.dataFolder().resolve("next.key.new"), "half a ke");
      fleet.decommission(settings.name());
      assertEquals(Agent.Ending.DECOMMISSIONED, agent.ending());
      assertTrue(
          agent.events.getLast().startsWith("DECOMMISSIONED " + GONE), agent.events::toString);
    }
    assertEquals(List.of("decommissioned", "lock"), names(settings));
    // It stays so, although the token it still has would have uses left.
    try (RunningAgent agent = new RunningAgent(settings)) {
      assertEquals(Agent.Ending.DECOMMISSIONED, agent.ending());
      assertEquals(List.of(), agent.events);
    }
  }

  @Test
  void finishesToDestroyItsKeysAfterAKill() throws Exception {
    AgentSettings settings = settings(fleet.token(1));
    try (RunningAgent agent = new RunningAgent(settings)) {
      agent.awaitHeartbeats(1);
    }
    Files.writeString(settings.dataFolder().resolve("decommissioned"), "decommissioned\n");
    try (RunningAgent agent = new RunningAgent(settings)) {
      assertEquals(Agent.Ending.DECOMMISSIONED, agent.ending());
    }
    assertEquals(List.of("decommissioned", "lock"), names(settings));
  }

  @Test
  void repeatsAnEnrolmentWhoseAnswerWasLost() throws Exception {
    EnrollTokens.Created token = fleet.token(1);
    AgentSettings settings = settings(token);
    // The key was stored and the platform has answered, but the agent was killed before it heard.
    DeviceKey key = new DataFolder(settings.dataFolder()).nextKey();
    enrollByHand(settings, token, key);
    // A half-written file of the kill must not matter either.
    Files.writeString(settings.dataFolder().resolve("identity.pem.new"), "-----BEGIN PRIV");

    try (RunningAgent agent = new RunningAgent(settings)) {
      agent.awaitHeartbeats(1);
    }

    assertEquals(1, fleet.uses(token));
    assertEquals(
        privateKey(key.toPem()),
        privateKey(Files.readString(settings.dataFolder().resolve("identity.pem"))));
    assertEquals(List.of("identity.pem", "lock", "tuf"), names(settings));
  }

  @Test
  void enrolsAnewWithTheSameKeyWhenItsCertificateHasExpired() throws Exception {
    EnrollTokens.Created token = fleet.token(1);
    AgentSettings settings = settings(token);
    try (RunningAgent agent = new RunningAgent(settings)) {
      agent.awaitHeartbeats(1);
    }
    CertificateSerial serial = fleet.device(settings.name()).current().serial();
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofDays(91));
    try (RunningAgent agent = new RunningAgent(settings, later)) {
      agent.awaitHeartbeats(3);
      // Once, although by this clock the new one has expired too.
      assertEquals(
          List.of("enrolled " + settings.name(), "registered " + settings.name()), agent.events);
    }
    assertNotEquals(serial, fleet.device(settings.name()).current().serial());
    assertEquals(1, fleet.uses(token));
  }

  @Test
  void refusesAServerOfAnotherAuthority() throws Exception {
    EnrollTokens.Created token = fleet.token(1);
    X509Certificate stranger = TestFleet.authority(Clock.systemUTC()).root();
    Path wrong = Files.writeString(folder.resolve("wrong.pem"), Pem.encode(stranger));
    AgentSettings settings = settings(fleet, token, wrong);
    try (RunningAgent agent = new RunningAgent(settings)) {
      agent.await("a failure", () -> !agent.events.isEmpty());
      assertTrue(
          agent.events.getFirst().startsWith("PASSING  UNAVAILABLE"), agent.events::toString);
      assertTrue(agent.events.getFirst().contains("certif"), agent.events::toString);
    }
    assertEquals(0, fleet.uses(token));
    assertEquals(List.of("lock", "next.key", "tuf"), names(settings));
  }

  @Test
  void refusesAServerOfAnotherName() throws Exception {
    try (TestFleet other =
        new TestFleet(HeartbeatPolicy.standard(), List.of("elsewhere.example"))) {
      EnrollTokens.Created token = other.token(1);
      Path otherCa =
          Files.writeString(folder.resolve("other.pem"), Pem.encode(other.authority.root()));
      AgentSettings settings = settings(other, token, otherCa);
      try (RunningAgent agent = new RunningAgent(settings)) {
        agent.await("a failure", () -> !agent.events.isEmpty());
        assertTrue(agent.events.getFirst().contains("UNAVAILABLE"), agent.events::toString);
        assertTrue(agent.events.getFirst().contains("localhost"), agent.events::toString);
      }
      assertEquals(0, other.uses(token));
    }
  }

  @Test
  void waitsForAServerThatIsAway() throws Exception {
    AgentSettings settings = settings(fleet.token(1));
    TestFleet gone = new TestFleet(HeartbeatPolicy.standard());
    int deadPort = gone.server.port();
    gone.close();
    AgentSettings away =
        new AgentSettings(
            "localhost:" + deadPort,
            settings.ca(),
            settings.tokenFile(),
            settings.dataFolder(),
            settings.hardwareId(),
            settings.name(),
            settings.tags());
    try (RunningAgent agent = new RunningAgent(away)) {
      agent.await("a second try", () -> agent.events.size() >= 2);
    }
    try (RunningAgent agent = new RunningAgent(settings)) {
      agent.awaitHeartbeats(1);
    }
  }

  @Test
  void endsWhereThePlatformRefusesForGood() throws Exception {
    EnrollTokens.Created token = fleet.token(1);
    AgentSettings first = settings(token);
    try (RunningAgent agent = new RunningAgent(first)) {
      agent.awaitHeartbeats(1);
    }
    try (RunningAgent agent = new RunningAgent(settings(token))) {
      assertEquals(Agent.Ending.REFUSED, agent.ending());
      assertTrue(
          agent.events.getFirst().contains("enroll_token_exhausted"), agent.events::toString);
    }
  }

  @Test
  void refusesToWorkBesideAnotherAgent() throws Exception {
    AgentSettings settings = settings(fleet.token(1));
    try (RunningAgent agent = new RunningAgent(settings)) {
      agent.awaitHeartbeats(1);
      Agent second = new Agent(settings, Clock.systemUTC(), new SplittableRandom(1), agent);
      IllegalStateException refused = assertThrows(IllegalStateException.class, second::run);
      assertTrue(refused.toString().contains("another agent"), refused::toString);
    }
  }

  @Test
  void refusesAnIdentityItCannotRead() throws Exception {
    AgentSettings settings = settings(fleet.token(1));
    Files.createDirectories(settings.dataFolder());
    Files.writeString(settings.dataFolder().resolve("identity.pem"), "-----BEGIN PRIVATE KEY-----");
    Agent agent = new Agent(settings, Clock.systemUTC(), new SplittableRandom(1), new AgentLog());
    IllegalStateException refused = assertThrows(IllegalStateException.class, agent::run);
    assertTrue(refused.toString().contains("identity.pem"), refused::toString);
    assertFalse(Files.exists(settings.dataFolder().resolve("next.key")), "no second identity");
  }

  private AgentSettings settings(EnrollTokens.Created token) throws IOException {
    return settings(fleet, token, ca);
  }

  private AgentSettings settings(TestFleet target, EnrollTokens.Created token, Path anchors)
      throws IOException {
    String name = "agent-" + UUID.randomUUID();
    Path tokenFile = folder.resolve(name + ".token");
    Files.writeString(tokenFile, token.secret().reveal() + "\n");
    return new AgentSettings(
        "localhost:" + target.server.port(),
        anchors,
        Optional.of(tokenFile),
        folder.resolve(name),
        "hardware-" + name,
        name,
        Map.of("site", "plant-7"));
  }

  private void enrollByHand(AgentSettings settings, EnrollTokens.Created token, DeviceKey key)
      throws IOException {
    ManagedChannel channel = new Connections(settings.server()).anonymous(Files.readString(ca));
    try {
      DeviceServiceGrpc.newBlockingStub(channel)
          .enroll(
              EnrollRequest.newBuilder()
                  .setToken(token.secret().reveal())
                  .setCertificateRequest(ByteString.copyFrom(key.certificateRequest()))
                  .setHardwareId(settings.hardwareId())
                  .setRequestedName(settings.name())
                  .build());
    } finally {
      channel.shutdownNow();
    }
  }

  private static String privateKey(String pem) {
    return pem.substring(0, pem.indexOf("-----END PRIVATE KEY-----"));
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private static List<Path> files(AgentSettings settings) throws IOException {
    try (Stream<Path> files = Files.list(settings.dataFolder())) {
      return files.sorted().toList();
    }
  }

  private static List<String> names(AgentSettings settings) throws IOException {
    return files(settings).stream().map(file -> file.getFileName().toString()).toList();
  }
}
