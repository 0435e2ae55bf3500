package io.firmament.device;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.RolloutId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.device.v1.CompactUpdateManifest;
import io.firmament.device.v1.SignedManifest;
import io.firmament.platform.fleet.HeartbeatPolicy;
import io.firmament.platform.fleet.Inventory;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.ProductGroupAccess;
import io.firmament.platform.rollout.Assignment;
import io.firmament.platform.rollout.Assignment.State;
import io.firmament.platform.rollout.Command;
import io.firmament.platform.trust.OnlineRole;
import io.firmament.trust.Pem;
import io.firmament.trust.SignatureAlgorithm;
import io.firmament.tuf.Json;
import io.firmament.tuf.JsonReader;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Updates of devices without gRPC: manifests and firmware over mutual TLS, a real table, a real
/// bucket, and signatures that are verified.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManifestTest {
  private static final String MODEL = "esp32-s3";

  private TestFleet fleet;
  private final byte[] image = new byte[100_000];

  @BeforeAll
  void start() throws Exception {
    fleet =
        TestFleet.withArtifacts(HeartbeatPolicy.standard().withInterval(Duration.ofSeconds(10)));
    fleet.manifestKeys.ensure(fleet.tenant, OnlineRole.MANIFEST);
    new Random(2).nextBytes(image);
  }

  @AfterAll
  void end() {
    fleet.close();
  }

  private SmallDevice online() throws Exception {
    SmallDevice device = SmallDevice.claim(fleet, fleet.operator, "default", MODEL);
    fleet.awaitOnline(device.name());
    return device;
  }

  private static String query(String call, String artifact, String profile) {
    return call + "?artifact_name=" + artifact + "&target_profile=" + profile;
  }

  private static HttpResponse<byte[]> manifest(SmallDevice device, String artifact)
      throws Exception {
    return device.get(query("manifest", artifact, MODEL));
  }

  private static HttpResponse<byte[]> firmware(
      SmallDevice device, String artifact, String... headers) throws Exception {
    return device.get(query("firmware", artifact, MODEL), headers);
  }

  /// Asks until there is one, and verifies it.
  private CompactUpdateManifest awaited(SmallDevice device, String artifact) throws Exception {
    for (int i = 0; i < 100; i++) {
      HttpResponse<byte[]> answer = manifest(device, artifact);
      if (answer.statusCode() == 200) {
        return verified(device, answer.body());
      }
      assertEquals(204, answer.statusCode(), () -> new String(answer.body(), UTF_8));
      Thread.sleep(100);
    }
    throw new AssertionError("no manifest comes");
  }

  private static CompactUpdateManifest verified(SmallDevice device, byte[] body) throws Exception {
    Json.Obj key = JsonReader.readObject(device.get("manifest-key").body());
    byte[] der = Pem.decode("PUBLIC KEY", SmallDevice.text(key, "public_key_pem")).orElseThrow();
    assertEquals(44, der.length);
    assertEquals(Sha256.of(der).hex(), SmallDevice.text(key, "key_id"));
    assertEquals("ed25519", SmallDevice.text(key, "alg"));
    SignedManifest signed = SignedManifest.parseFrom(body);
    assertEquals("ed25519", signed.getAlg());
    assertEquals(64, signed.getSignature().size());
    assertEquals(SmallDevice.text(key, "key_id"), signed.getKeyId());
    assertTrue(signed.getManifest().size() <= 512);
    PublicKey publicKey =
        KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der));
    Signature verifier = Signature.getInstance("Ed25519");
    verifier.initVerify(publicKey);
    verifier.update("firmament:device-manifest:v1\n".getBytes(UTF_8));
    verifier.update(signed.getManifest().toByteArray());
    assertTrue(verifier.verify(signed.getSignature().toByteArray()));
    return CompactUpdateManifest.parseFrom(signed.getManifest());
  }

  private static Json.Obj runs(String version, long counter) {
    return Json.Obj.EMPTY.with("applied_version", version).with("applied_counter", counter);
  }

  private static Json.Obj probed(Json.Obj said, boolean healthy, String detail) {
    return said.with("probe", Json.Obj.EMPTY.with("healthy", healthy).with("detail", detail));
  }

  private State state(RolloutId rollout, SmallDevice device) {
    return fleet.assignment(rollout, device.name()).state();
  }

  @Test
  void aDeviceVerifiesFetchesAppliesAndReportsAnUpdate() throws Exception {
    SmallDevice device = online();
    assertEquals(204, manifest(device, "lamp").statusCode());
    assertEquals(404, firmware(device, "lamp").statusCode());
    RolloutId rollout = fleet.rollOut("lamp", "2.0", image, device.name());
    assertEquals(404, firmware(device, "lamp").statusCode(), "no manifest yet");
    assertEquals(State.OFFERED, state(rollout, device));

    CompactUpdateManifest manifest = awaited(device, "lamp");
    assertEquals(State.DELIVERED, state(rollout, device));
    assertEquals(1, manifest.getSchemaVersion());
    assertEquals(fleet.tenant.toString(), manifest.getTenantId());
    assertEquals("lamp", manifest.getArtifactName());
    assertEquals("2.0", manifest.getArtifactVersion());
    assertEquals(Sha256.of(image).hex(), manifest.getSha256());
    assertEquals(image.length, manifest.getSizeBytes());
    assertEquals(MODEL, manifest.getTargetProfile());
    assertEquals(1, manifest.getRollbackCounter());
    assertTrue(Math.abs(Instant.now().getEpochSecond() - manifest.getIssuedAtUnix()) < 60);
    assertEquals(manifest, awaited(device, "lamp"), "the same again");
    assertEquals(204, manifest(device, "other").statusCode());
    assertEquals(404, firmware(device, "other").statusCode());

    HttpResponse<byte[]> part = firmware(device, "lamp", "range", "bytes=0-4095");
    assertEquals(206, part.statusCode());
    assertArrayEquals(Arrays.copyOf(image, 4096), part.body());
    assertEquals("no-cache", part.headers().firstValue("cache-control").orElse(""));
    assertEquals(State.DOWNLOADING, state(rollout, device));
    ByteArrayOutputStream fetched = new ByteArrayOutputStream();
    fetched.writeBytes(part.body());
    fetched.writeBytes(firmware(device, "lamp", "range", "bytes=4096-").body());
    assertEquals(manifest.getSha256(), Sha256.of(fetched.toByteArray()).hex());
    assertArrayEquals(image, firmware(device, "lamp").body());

    device.heartbeat(probed(runs("1.0", 0), true, "still the old one"));
    device.heartbeat(probed(runs("2.0", 7), true, "a counter of nobody's"));
    device.heartbeat(probed(runs("1.0", 1), true, "another version"));
    assertEquals(State.DOWNLOADING, state(rollout, device));
    device.heartbeat(runs("2.0", 1));
    assertEquals(State.APPLYING, state(rollout, device));
    assertEquals(1, awaited(device, "lamp").getRollbackCounter());
    device.heartbeat(probed(runs("2.0", 1), true, "reached the platform"));
    assertEquals(State.HEALTHY, state(rollout, device));
    assertEquals("reached the platform", fleet.assignment(rollout, device.name()).detail());
    // What is final stays, whatever comes later.
    device.heartbeat(probed(runs("2.0", 1), false, "late"));
    device.heartbeat(runs("1.0", 0).with("reverted_version", "2.0"));
    assertEquals(State.HEALTHY, state(rollout, device));
    assertEquals(204, manifest(device, "lamp").statusCode());
    assertEquals(404, firmware(device, "lamp").statusCode());

    fleet.rollOut("sensor", "1", image, device.name());
    assertEquals(2, awaited(device, "sensor").getRollbackCounter(), "one sequence for all");
  }

  @Test
  void aDeviceThatReturnsToTheVersionBeforeIsRolledBack() throws Exception {
    SmallDevice device = online();
    RolloutId rollout = fleet.rollOut("pump", "2.0", image, device.name());
    assertEquals(1, awaited(device, "pump").getRollbackCounter());
    Json.Obj reverted = runs("1.0", 0).with("reverted_version", "2.0");
    device.heartbeat(probed(reverted, true, "the old one is well"));
    Assignment ended = fleet.assignment(rollout, device.name());
    assertEquals(State.ROLLED_BACK, ended.state());
    // The same version again is another assignment: what was said of the first says nothing of it
    // until the device has its manifest.
    fleet.evaluate(rollout);
    RolloutId again = fleet.rollOut("pump", "2.0", image, device.name());
    device.heartbeat(reverted);
    assertEquals(State.OFFERED, state(again, device));
    assertEquals(2, awaited(device, "pump").getRollbackCounter());
    device.heartbeat(probed(runs("2.0", 2), false, "no network"));
    assertEquals(State.ROLLED_BACK, state(again, device));
    assertEquals("no network", fleet.assignment(again, device.name()).detail());
  }

  @Test
  void devicesOfOtherTenantsFleetsAndProfilesGetNothing() throws Exception {
    SmallDevice device = online();
    fleet.rollOut("valve", "1", image, device.name());
    awaited(device, "valve");
    Caller foreigner =
        new Caller(
            new TenantId(UUID.randomUUID()),
            new UserId(UUID.randomUUID()),
            "stranger@example.com",
            Caller.Credential.SESSION,
            Set.of(),
            new ProductGroupAccess(Set.of(), Map.of()));
    for (SmallDevice other :
        List.of(
            SmallDevice.claim(fleet, foreigner, "default", MODEL),
            SmallDevice.claim(fleet, fleet.operator, "plant", MODEL),
            online())) {
      assertEquals(204, manifest(other, "valve").statusCode());
      assertEquals(404, firmware(other, "valve").statusCode());
      other.heartbeat(probed(runs("1", 1), true, "not mine"));
    }
    assertEquals(
        404,
        SmallDevice.claim(fleet, foreigner, "default", MODEL).get("manifest-key").statusCode());
    assertEquals(204, device.get(query("manifest", "valve", "esp32-c6")).statusCode());
    assertEquals(404, device.get(query("firmware", "valve", "esp32-c6")).statusCode());
    for (String call : List.of("manifest", "firmware")) {
      for (String bad : List.of("", "?artifact_name=valve", "?target_profile=" + MODEL)) {
        assertEquals(400, device.get(call + bad).statusCode(), call + bad);
      }
      assertEquals(404, device.get(call + "/x").statusCode());
      for (String odd : List.of("%ff", "%00", "%2e%2e%2f", "a%20b", "x".repeat(3_000))) {
        int status = device.get(query(call, odd, MODEL)).statusCode();
        assertTrue(Set.of(204, 400, 404).contains(status), call + " " + odd + ": " + status);
      }
      HttpResponse<byte[]> broken = device.get(query(call, "%ff", MODEL));
      assertEquals(400, broken.statusCode());
      assertTrue(new String(broken.body(), UTF_8).contains("malformed_request"));
    }
    assertEquals(404, device.post("manifest", Json.Obj.EMPTY).statusCode());
    assertEquals(405, device.post("firmware", Json.Obj.EMPTY).statusCode());
  }

  @Test
  void refusesHeartbeatsThatItCannotRead() throws Exception {
    SmallDevice device = online();
    for (String bad :
        List.of(
            "{\"applied_counter\":-1}",
            "{\"applied_counter\":\"1\"}",
            "{\"probe\":[]}",
            "{\"probe\":{\"healthy\":\"yes\"}}",
            "{\"probe\":{\"detail\":1}}",
            "{\"reverted_version\":1}")) {
      assertEquals(
          400,
          device.post("heartbeat", JsonReader.readObject(bad.getBytes(UTF_8))).statusCode(),
          bad);
    }
  }

  private Optional<Inventory.Installed> installed(SmallDevice device, String artifact) {
    return Optional.ofNullable(fleet.device(device.name()).inventory().installed().get(artifact));
  }

  /// Installs a version, by its manifest, and says so.
  private RolloutId installs(SmallDevice device, String artifact, String version, byte[] content)
      throws Exception {
    RolloutId rollout = fleet.rollOut(artifact, version, content, device.name());
    CompactUpdateManifest manifest = awaited(device, artifact);
    assertEquals(version, manifest.getArtifactVersion());
    device.heartbeat(probed(runs(version, manifest.getRollbackCounter()), true, ""));
    assertEquals(State.HEALTHY, state(rollout, device));
    return rollout;
  }

  @Test
  void whatWasInstalledByAManifestIsInTheInventory() throws Exception {
    SmallDevice device = online();
    installs(device, "clock", "1.0", image);
    Optional<Inventory.Installed> first =
        Optional.of(new Inventory.Installed("1.0", Sha256.of(image)));
    assertEquals(first, installed(device, "clock"));

    RolloutId rollout = fleet.rollOut("clock", "2.0", new byte[] {2}, device.name());
    assertEquals(2, awaited(device, "clock").getRollbackCounter());
    device.heartbeat(runs("2.0", 2));
    assertEquals(first, installed(device, "clock"), "it does not know whether that works");
    device.heartbeat(probed(runs("1.0", 1).with("reverted_version", "2.0"), true, ""));
    assertEquals(State.ROLLED_BACK, state(rollout, device));
    assertEquals(first, installed(device, "clock"));
  }

  @Test
  void aReturnIsAManifestOfWhatTheDeviceHadBefore() throws Exception {
    SmallDevice device = online();
    byte[] before = "the second version".getBytes(UTF_8);
    fleet.evaluate(installs(device, "meter", "2", before));
    RolloutId rollout = installs(device, "meter", "3", image);
    fleet.abort(rollout, Command.Policy.REVERT);
    CompactUpdateManifest manifest = awaited(device, "meter");
    assertEquals("2", manifest.getArtifactVersion());
    assertEquals(Sha256.of(before).hex(), manifest.getSha256());
    assertEquals(3, manifest.getRollbackCounter(), "a device takes nothing that does not rise");
    assertArrayEquals(before, firmware(device, "meter").body());
    assertEquals(State.DOWNLOADING, state(rollout, device));
    assertEquals("3", installed(device, "meter").orElseThrow().version());
    device.heartbeat(probed(runs("2", 3), true, "as before"));
    Assignment ended = fleet.assignment(rollout, device.name());
    assertEquals(Assignment.Action.REVERT, ended.action());
    assertEquals(State.ROLLED_BACK, ended.state());
    assertEquals("as before", ended.detail());
    assertEquals(
        Optional.of(new Inventory.Installed("2", Sha256.of(before))), installed(device, "meter"));
    assertEquals(204, manifest(device, "meter").statusCode());
  }

  @Test
  void aReturnThatDoesNotWorkHasFailed() throws Exception {
    SmallDevice device = online();
    fleet.evaluate(installs(device, "fan", "2", new byte[] {2}));
    RolloutId rollout = installs(device, "fan", "3", image);
    fleet.abort(rollout, Command.Policy.REVERT);
    assertEquals(3, awaited(device, "fan").getRollbackCounter());
    device.heartbeat(probed(runs("3", 2).with("reverted_version", "2"), true, "no way back"));
    assertEquals(State.FAILED, state(rollout, device));
    assertEquals("3", installed(device, "fan").orElseThrow().version());
  }

  @Test
  void aReturnToWhatIsNotKnownHasFailed() throws Exception {
    SmallDevice device = online();
    RolloutId rollout = installs(device, "horn", "3", image);
    fleet.abort(rollout, Command.Policy.REVERT);
    for (int i = 0; i < 100 && state(rollout, device) != State.FAILED; i++) {
      assertEquals(204, manifest(device, "horn").statusCode());
      assertEquals(404, firmware(device, "horn").statusCode());
      Thread.sleep(100);
    }
    Assignment left = fleet.assignment(rollout, device.name());
    assertEquals(State.FAILED, left.state());
    assertEquals("what the device had before is not known", left.detail());
  }

  @Test
  void whatCannotBeRecordedIsReportedByALaterHeartbeat() throws Exception {
    SmallDevice device = online();
    RolloutId rollout = fleet.rollOut("door", "1", image, device.name());
    Json.Obj runs = probed(runs("1", awaited(device, "door").getRollbackCounter()), true, "");
    fleet.restart();
    fleet.director.repository(false);
    try {
      device.heartbeat(runs);
      assertEquals(State.DELIVERED, state(rollout, device));
      assertEquals(Optional.empty(), installed(device, "door"));
    } finally {
      fleet.director.repository(true);
    }
    for (int i = 0; i < 100 && state(rollout, device) != State.HEALTHY; i++) {
      Thread.sleep(100);
      device.heartbeat(runs);
    }
    assertEquals(State.HEALTHY, state(rollout, device));
    assertEquals("1", installed(device, "door").orElseThrow().version());
  }

  @Test
  void whatTheDirectorDoesNotSignOrAManifestCannotHoldIsNotDelivered() throws Exception {
    SmallDevice device = online();
    SmallDevice wordy = SmallDevice.claim(fleet, fleet.operator, "default", "m".repeat(256));
    fleet.awaitOnline(wordy.name());
    String name = "n".repeat(180);
    fleet.director.repository(false);
    RolloutId rollout;
    RolloutId tooLong;
    try {
      rollout = fleet.rollOut("gauge", "1", image, device.name());
      for (int i = 0; i < 30; i++) {
        assertEquals(204, manifest(device, "gauge").statusCode());
        Thread.sleep(100);
      }
      assertEquals(State.OFFERED, state(rollout, device));
    } finally {
      fleet.director.repository(true);
    }
    tooLong = fleet.rollOut(name, "1", image, wordy.name());
    assertEquals(1, awaited(device, "gauge").getRollbackCounter());
    for (int i = 0; i < 30; i++) {
      assertEquals(204, wordy.get(query("manifest", name, "m".repeat(256))).statusCode());
      Thread.sleep(100);
    }
    assertEquals(State.OFFERED, state(tooLong, wordy));
  }

  @Test
  void allWhoAskAtOnceAndAfterARestartGetTheSameCounter() throws Exception {
    SmallDevice device = online();
    RolloutId rollout = fleet.rollOut("relay", "1", image, device.name());
    Set<Long> counters = new HashSet<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      List<Callable<Long>> askers = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        askers.add(() -> awaited(device, "relay").getRollbackCounter());
      }
      for (Future<Long> counter : threads.invokeAll(askers)) {
        counters.add(counter.get());
      }
    }
    assertEquals(Set.of(1L), counters);
    assertEquals(1L, fleet.rollouts.lastCounter(fleet.tenant, fleet.device(device.name()).name()));
    fleet.restart();
    assertEquals(1, awaited(device, "relay").getRollbackCounter());
    device.heartbeat(probed(runs("1", 1), true, ""));
    assertEquals(State.HEALTHY, state(rollout, device));
    assertEquals(
        SignatureAlgorithm.ED25519,
        fleet.manifestKeys.find(fleet.tenant, OnlineRole.MANIFEST).orElseThrow().algorithm());
  }
}
