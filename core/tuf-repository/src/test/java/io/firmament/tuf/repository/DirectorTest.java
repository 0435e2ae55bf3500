package io.firmament.tuf.repository;

import static io.firmament.tuf.repository.TestRepository.NOW;
import static io.firmament.tuf.repository.TestRepository.PLANT;
import static io.firmament.tuf.repository.TestRepository.assign;
import static io.firmament.tuf.repository.TestRepository.published;
import static io.firmament.tuf.repository.TestRepository.sign;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.trust.SoftwareSigner;
import io.firmament.tuf.DeviceAssignment;
import io.firmament.tuf.Json;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.TargetFile;
import io.firmament.tuf.Targets;
import io.firmament.tuf.TufException;
import io.firmament.tuf.TufException.Reason;
import io.firmament.tuf.client.TufClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What the director says, and what a device believes of it.
class DirectorTest {
  private static final DeviceAssignment.Device DEVICE =
      new DeviceAssignment.Device("t-1", "plant-7", "gate-1");

  private final TestRepository repo = new TestRepository().begun();

  private DeviceAssignment assignment(Instant issued, DeviceAssignment.Action action) {
    Map.Entry<String, TargetFile> target =
        repo.target(PLANT, "2.0", TestRepository.bytes("2.0")).entrySet().iterator().next();
    return DeviceAssignment.of(
        issued,
        issued.plus(Duration.ofDays(1)),
        DEVICE,
        "r-1",
        1,
        action,
        new DeviceAssignment.Artifact("router", "2.0", "firmware"),
        target.getKey(),
        target.getValue(),
        Json.Obj.EMPTY.with("timeout_seconds", 30));
  }

  private DeviceAssignment assignment() {
    return assignment(NOW, DeviceAssignment.Action.APPLY);
  }

  private static Reason refusal(TufClient client, byte[] file) {
    return assertThrows(TufException.class, () -> client.assignment(file)).reason();
  }

  @Test
  void aDeviceReadsWhatTheDirectorHasSigned() throws TufException {
    repo.publish("2.0");
    TufClient client = repo.device().refreshed();
    DeviceAssignment said = assignment(NOW, DeviceAssignment.Action.REVERT);
    DeviceAssignment read = client.assignment(Director.sign(said, repo.directorKey));
    assertEquals(said, read);
    assertEquals(NOW.toEpochMilli(), read.version());
    assertEquals(DEVICE, read.device());
    assertEquals(DeviceAssignment.Action.REVERT, read.action());
    assertTrue(read.isSameFile(client.find(read.path()).file()));
  }

  @Test
  void knowsAnotherFileUnderTheSamePath() {
    DeviceAssignment said = assignment();
    Map<String, TargetFile> other = repo.target(PLANT, "2.0", TestRepository.bytes("3.0"));
    assertFalse(said.isSameFile(other.values().iterator().next()));
  }

  @Test
  void noOtherOnlineKeySpeaksForTheDirector() throws TufException {
    TufClient client = repo.device().refreshed();
    for (SoftwareSigner key :
        new SoftwareSigner[] {
          repo.publisherKey,
          repo.fleetKey,
          repo.snapshotKey,
          repo.timestampKey,
          SoftwareSigner.generate()
        }) {
      assertEquals(Reason.NOT_SIGNED, refusal(client, Director.sign(assignment(), key)));
    }
  }

  @Test
  void refusesWhatWasChangedAfterwards() throws TufException {
    TufClient client = repo.device().refreshed();
    String file = new String(Director.sign(assignment(), repo.directorKey), StandardCharsets.UTF_8);
    byte[] changed = file.replace("gate-1", "gate-2").getBytes(StandardCharsets.UTF_8);
    assertEquals(Reason.NOT_SIGNED, refusal(client, changed));
  }

  @Test
  void refusesWhatHasExpired() throws TufException {
    DeviceAssignment old = assignment(NOW.minus(Duration.ofDays(1)), DeviceAssignment.Action.APPLY);
    byte[] file = Director.sign(old, repo.directorKey);
    assertEquals(Reason.EXPIRED, refusal(repo.device().refreshed(), file));
  }

  @Test
  void metadataIsNoAssignmentAndAnAssignmentNoMetadata() throws TufException {
    repo.publish("2.0");
    TufClient client = repo.device().refreshed();
    byte[] timestamp = repo.store.read("timestamp.json").orElseThrow().file();
    assertEquals(Reason.WRONG_ROLE, refusal(client, timestamp));
    byte[] assignment = Director.sign(assignment(), repo.directorKey);
    assertEquals(
        Reason.WRONG_ROLE,
        assertThrows(TufException.class, () -> Metadata.targets(assignment)).reason());
  }

  @Test
  void aDirectorThatTargetsNoLongerTrustsIsNotBelieved() throws TufException {
    SoftwareSigner successor = SoftwareSigner.generate();
    TestRepository.Device device = repo.device();
    byte[] file = Director.sign(assignment(), repo.directorKey);
    device.refreshed().assignment(file);
    Targets next =
        Director.delegateTo(
            repo.state().topLevelTargets().next(NOW.plus(Duration.ofDays(300)), 1),
            assign(successor));
    published(repo.repository().publishTargets(sign(next, repo.targetsKeys), NOW));
    TufClient client = device.refreshed();
    assertEquals(Reason.NOT_SIGNED, refusal(client, file));
    client.assignment(Director.sign(assignment(), successor));
  }

  @Test
  void aRepositoryWithoutADirectorHasNobodyToBelieve() throws TufException {
    Targets without = repo.firstTargets();
    Targets next =
        without
            .with(without.delegations().orElseThrow().without(Director.ROLE))
            .next(NOW.plus(Duration.ofDays(300)), 2);
    published(repo.repository().publishTargets(sign(next, repo.targetsKeys), NOW));
    byte[] file = Director.sign(assignment(), repo.directorKey);
    assertEquals(Reason.NOT_SIGNED, refusal(repo.device().refreshed(), file));
  }
}
