package io.firmament.agent.update;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.agent.TestRepository;
import io.firmament.trust.SoftwareSigner;
import io.firmament.tuf.DeviceAssignment;
import io.firmament.tuf.TargetFile;
import io.firmament.tuf.client.ClientLimits;
import io.firmament.tuf.client.FileStore;
import io.firmament.tuf.client.TufClient;
import io.firmament.tuf.repository.Director;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a device believes: a real repository and the director's signatures, and everything that is
/// nearly right.
class TufTrustTest {
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
  private static final String ROLLOUT = "11111111-2222-3333-4444-555555555555";
  private static final DeviceAssignment.Device GATE =
      new DeviceAssignment.Device("t-1", "plant", "gate-1");

  @TempDir Path folder;

  private final Map<String, byte[]> contents = new HashMap<>();
  private final TestRepository.Memory metadata = new TestRepository.Memory();
  private final List<String> refusals = new ArrayList<>();
  private final List<Report> said = new ArrayList<>();
  private TestRepository repository;
  private Path etc;
  private Instant now = NOW;

  @BeforeEach
  void start() throws Exception {
    etc = Files.createDirectories(folder.resolve("etc"));
    repository = new TestRepository("plant", metadata, contents::put, NOW);
  }

  private final Clock clock =
      new Clock() {
        @Override
        public Instant instant() {
          return now;
        }

        @Override
        public ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
          return this;
        }
      };

  private UpdateMachine device() throws Exception {
    FileStore store = new FileStore(folder.resolve("tuf"), ClientLimits.DEFAULT.largestMetadata());
    TufClient.initialize(store, repository.root());
    TufClient client =
        new TufClient(
            store,
            this::fetch,
            URI.create("https://repo/metadata/"),
            URI.create("https://repo/targets/"),
            ClientLimits.DEFAULT,
            clock);
    return new UpdateMachine(
        new TufTrust(
            new TrustedRepository(client, Duration.ZERO, System::nanoTime),
            new Owner("t-1", "plant", "gate-1")),
        new LocalHost(
            folder,
            Allowlist.read(TestPlatform.json("{\"destinations\":[\"" + etc + "\"]}")),
            this::read),
        new FileStateStore(folder.resolve("update.json")),
        said::add,
        new UpdateListener() {
          @Override
          public void refused(Order.Key key, RefusedException.Reason reason, String why) {
            refusals.add(reason + " " + why);
          }
        },
        clock);
  }

  private boolean fetch(URI file, OutputStream sink) throws IOException {
    String name = file.getRawPath().substring("/metadata/".length());
    Optional<byte[]> found = metadata.read(name).map(stored -> stored.file());
    if (found.isPresent()) {
      sink.write(found.get());
    }
    return found.isPresent();
  }

  private void read(Order.Target target, long offset, ContentSource.Sink sink) throws IOException {
    byte[] content = contents.get(target.path().replace("/file", "/" + target.sha256() + ".file"));
    try (OutputStream out = sink.from(0)) {
      out.write(content);
    }
  }

  private TargetFile config(String version) {
    return repository.publish(
        "app",
        version,
        "config",
        ("config " + version).getBytes(StandardCharsets.UTF_8),
        "\"config\":{\"destination\":\"%s/app.conf\"}".formatted(etc),
        now);
  }

  private DeviceAssignment said(
      DeviceAssignment.Device device,
      int attempt,
      Instant issued,
      String version,
      TargetFile file) {
    return DeviceAssignment.of(
        issued,
        issued.plus(Duration.ofHours(12)),
        device,
        ROLLOUT,
        attempt,
        DeviceAssignment.Action.APPLY,
        new DeviceAssignment.Artifact("app", version, "config"),
        repository.path("app", version),
        file,
        TestPlatform.json(
            "{\"type\":\"file\",\"path\":\"%s/app.conf\",\"attempts\":1}".formatted(etc)));
  }

  private void tell(UpdateMachine device, int attempt, byte[] signed) throws InterruptedException {
    device.take(List.of(new UpdateMachine.Assignment(new Order.Key(ROLLOUT, attempt), signed)));
    device.work();
  }

  private void refuses(UpdateMachine device, RefusedException.Reason reason, byte[] signed)
      throws Exception {
    refusals.clear();
    tell(device, 1, signed);
    assertEquals(1, refusals.size(), refusals::toString);
    assertTrue(refusals.getFirst().startsWith(reason + " "), refusals::toString);
    assertFalse(Files.exists(etc.resolve("app.conf")));
    assertTrue(device.state().job().isEmpty());
    assertEquals(List.of(), said);
  }

  @Test
  void followsWhatTheDirectorAndTheRepositoryAgreeOn() throws Exception {
    UpdateMachine device = device();
    tell(device, 1, repository.sign(said(GATE, 1, now, "1", config("1"))));
    assertEquals("config 1", Files.readString(etc.resolve("app.conf")), refusals::toString);
    assertEquals(Status.HEALTHY, said.getLast().status());
  }

  @Test
  void refusesWhatIsForAnotherDevice() throws Exception {
    TargetFile file = config("1");
    for (DeviceAssignment.Device other :
        List.of(
            new DeviceAssignment.Device("t-2", "plant", "gate-1"),
            new DeviceAssignment.Device("t-1", "other", "gate-1"),
            new DeviceAssignment.Device("t-1", "plant", "gate-2"))) {
      refuses(
          device(),
          RefusedException.Reason.NOT_OURS,
          repository.sign(said(other, 1, now, "1", file)));
    }
    // The platform says that it is of one attempt, and the director that it is of another.
    refuses(
        device(), RefusedException.Reason.NOT_OURS, repository.sign(said(GATE, 2, now, "1", file)));
  }

  @Test
  void refusesWhatTheDirectorHasNotSigned() throws Exception {
    DeviceAssignment good = said(GATE, 1, now, "1", config("1"));
    UpdateMachine device = device();
    refuses(
        device, RefusedException.Reason.NOT_SIGNED, Director.sign(good, SoftwareSigner.generate()));
    byte[] signed = repository.sign(good);
    String changed =
        new String(signed, StandardCharsets.UTF_8).replace("\"attempt\":1", "\"attempt\":7");
    refuses(device, RefusedException.Reason.NOT_SIGNED, changed.getBytes(StandardCharsets.UTF_8));
    refuses(device, RefusedException.Reason.MALFORMED, new byte[0]);
    refuses(
        device,
        RefusedException.Reason.MALFORMED,
        metadata.read("timestamp.json").orElseThrow().file());
  }

  @Test
  void followsTheKeyThatTargetsNameAsDirectorAndNoneBefore() throws Exception {
    UpdateMachine device = device();
    tell(device, 1, repository.sign(said(GATE, 1, now, "1", config("1"))));
    TargetFile second = config("2");
    now = now.plusSeconds(60);
    byte[] old = repository.sign(said(GATE, 2, now, "2", second));
    repository.rotateDirector(now);
    tell(device, 2, old);
    assertEquals("config 1", Files.readString(etc.resolve("app.conf")));
    assertTrue(refusals.getLast().startsWith("NOT_SIGNED"), refusals::toString);
    // Signed anew it is taken, also after a restart.
    byte[] renewed = repository.sign(said(GATE, 2, now.plusSeconds(60), "2", second));
    tell(device(), 2, renewed);
    assertEquals("config 2", Files.readString(etc.resolve("app.conf")), refusals::toString);
    assertEquals(Status.HEALTHY, said.getLast().status());
  }

  @Test
  void refusesWhatTheRepositoryDoesNotList() throws Exception {
    TargetFile first = config("1");
    TargetFile other = TargetFile.of(first.length(), "ab".repeat(32), Optional.empty());
    UpdateMachine device = device();
    refuses(
        device,
        RefusedException.Reason.NOT_PUBLISHED,
        repository.sign(said(GATE, 1, now, "1", other)));
    refuses(
        device,
        RefusedException.Reason.NOT_PUBLISHED,
        repository.sign(said(GATE, 1, now, "2", first)));
    // What was taken back is genuine still, and not to be installed.
    repository.withdraw("app", "1", now);
    refuses(
        device,
        RefusedException.Reason.NOT_PUBLISHED,
        repository.sign(said(GATE, 1, now, "1", first)));
  }

  @Test
  void refusesWhatWasSaidBeforeWhatItTookLast() throws Exception {
    TargetFile first = config("1");
    byte[] old = repository.sign(said(GATE, 1, now, "1", first));
    now = now.plusSeconds(60);
    UpdateMachine device = device();
    tell(device, 2, repository.sign(said(GATE, 2, now, "2", config("2"))));
    assertEquals("config 2", Files.readString(etc.resolve("app.conf")), refusals::toString);
    said.clear();
    tell(device, 1, old);
    assertEquals("config 2", Files.readString(etc.resolve("app.conf")));
    assertTrue(refusals.getLast().startsWith("REPLAYED"), refusals::toString);
    // Also after a restart, and with a clock that was set back.
    now = NOW.minus(Duration.ofDays(2));
    tell(device(), 1, old);
    assertEquals("config 2", Files.readString(etc.resolve("app.conf")));
    assertEquals(List.of(), said);
  }

  @Test
  void carriesNothingOutTwice() throws Exception {
    byte[] signed = repository.sign(said(GATE, 1, now, "1", config("1")));
    UpdateMachine device = device();
    tell(device, 1, signed);
    Files.delete(etc.resolve("app.conf"));
    said.clear();
    tell(device, 1, signed);
    assertFalse(Files.exists(etc.resolve("app.conf")));
    assertEquals(List.of(Status.HEALTHY), said.stream().map(Report::status).toList());
  }

  @Test
  void refusesWhatHasExpiredAndWhatIsToCome() throws Exception {
    TargetFile file = config("1");
    byte[] early = repository.sign(said(GATE, 1, now.plus(Duration.ofHours(2)), "1", file));
    refuses(device(), RefusedException.Reason.FROM_THE_FUTURE, early);
    byte[] signed = repository.sign(said(GATE, 1, now, "1", file));
    now = NOW.plus(Duration.ofHours(13));
    refuses(device(), RefusedException.Reason.EXPIRED, signed);
  }

  @Test
  void refusesStaleMetadataLoudlyAndGoesOnWhenItIsFreshAgain() throws Exception {
    TargetFile file = config("1");
    UpdateMachine device = device();
    now = NOW.plus(Duration.ofDays(30));
    byte[] signed = repository.sign(said(GATE, 1, now, "1", file));
    refuses(device, RefusedException.Reason.METADATA, signed);
    assertTrue(refusals.getFirst().contains("EXPIRED"), refusals::toString);
    repository.renew(now);
    tell(device, 1, signed);
    assertEquals("config 1", Files.readString(etc.resolve("app.conf")), refusals::toString);
  }

  @Test
  void saysThatItDoesNotFitWhatNobodyCanCarryOut() throws Exception {
    TargetFile odd =
        repository.publish(
            "app",
            "1",
            "config",
            new byte[] {1},
            "\"config\":{\"destination\":\"etc/../passwd\"}",
            now);
    tell(device(), 1, repository.sign(said(GATE, 1, now, "1", odd)));
    assertEquals(List.of(Status.INCOMPATIBLE), said.stream().map(Report::status).toList());
    assertTrue(said.getFirst().detail().contains("destination"), said::toString);
  }
}
