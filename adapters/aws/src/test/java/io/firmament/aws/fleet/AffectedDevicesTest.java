package io.firmament.aws.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.aws.AwsUnderTest;
import io.firmament.aws.DynamoFirmwareStore;
import io.firmament.base.AnalysisId;
import io.firmament.base.ArtifactId;
import io.firmament.base.BaseProblem;
import io.firmament.base.Cursor;
import io.firmament.base.FirmwareId;
import io.firmament.base.Ids;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.ProblemException;
import io.firmament.base.ProductGroupId;
import io.firmament.base.ProductId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UploadId;
import io.firmament.base.UserId;
import io.firmament.base.finding.CveMatch;
import io.firmament.platform.artifact.AffectedDevices;
import io.firmament.platform.artifact.Artifact;
import io.firmament.platform.artifact.ArtifactKeys;
import io.firmament.platform.artifact.ArtifactStore;
import io.firmament.platform.artifact.Content;
import io.firmament.platform.artifact.Manifest;
import io.firmament.platform.artifact.Terms;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.firmware.Findings;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.Upload;
import io.firmament.platform.fleet.ChangeWatch;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.DeviceDirectory;
import io.firmament.platform.fleet.Devices;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.fleet.Inventory;
import io.firmament.platform.fleet.RecordInventory;
import io.firmament.platform.rollout.ArtifactRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/// Which devices run a vulnerability, over real tables: pages go from one artifact's devices on to
/// the next's.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AffectedDevicesTest {
  private static final String CVE = "CVE-2026-1";
  private static final Sha256 FILE = new Sha256("ab".repeat(32));

  private final AwsUnderTest aws = AwsUnderTest.start();
  private final DynamoDbClient dynamo = aws.dynamo();
  private final SettableClock clock = new SettableClock();
  private final String table = aws.table(dynamo, "fleet");
  private final FleetStore fleet = new DynamoFleetStore(dynamo, table);
  private final ArtifactStore artifacts = new DynamoArtifactStore(dynamo, table);
  private final FirmwareStore firmware =
      new DynamoFirmwareStore(dynamo, aws.table(dynamo, "firmware"));
  private final RecordInventory inventory =
      new RecordInventory(
          fleet,
          new DeviceDirectory(fleet, new ChangeWatch(fleet, clock), clock, Ids.random()),
          clock,
          Ids.random());
  private final AffectedDevices affected =
      new AffectedDevices(firmware, artifacts, new Devices(fleet, clock));
  private final TenantId tenant = FleetStoreContract.tenant();

  /// Seven devices: two run camera 1, none camera 2, four router 1, and the last both router 2,
  /// which is not affected, and camera 1.
  @BeforeAll
  void runVulnerableFirmware() {
    artifact("camera", "1", analysed(5));
    artifact("camera", "2", analysed(5));
    artifact("router", "1", analysed(5));
    artifact("router", "2", analysed(-5));
    List<Device> devices = FleetStoreContract.enroll(fleet, tenant, 7);
    for (int i = 0; i < devices.size(); i++) {
      Map<String, String> runs =
          i < 2
              ? Map.of("camera", "1")
              : i < 6 ? Map.of("router", "1") : Map.of("router", "2", "camera", "1");
      TreeMap<String, Inventory.Installed> installed = new TreeMap<>();
      runs.forEach((name, version) -> installed.put(name, new Inventory.Installed(version, FILE)));
      Device _ = inventory.record(devices.get(i), new Inventory(installed, Optional.empty()));
    }
  }

  @AfterAll
  void end() {
    aws.close();
  }

  private static final List<String> ALL =
      List.of(
          "camera 1 d0",
          "camera 1 d1",
          "camera 1 d6",
          "router 1 d2",
          "router 1 d3",
          "router 1 d4",
          "router 1 d5");

  @Test
  void pagesOfAnySizeTogetherAreTheWholeList() {
    List<AffectedDevices.Place> places = affected.places(tenant, "cve-2026-1");

    assertEquals(ALL.size(), affected.count(tenant, places));
    for (int limit = 1; limit <= ALL.size() + 1; limit++) {
      List<String> found = new ArrayList<>();
      Optional<Cursor> next = Optional.empty();
      do {
        Page<AffectedDevices.Found> page =
            affected.list(tenant, places, new PageRequest(limit, next));
        assertTrue(page.items().size() <= limit);
        found.addAll(names(page));
        next = page.next();
      } while (next.isPresent());
      assertEquals(ALL, found, "by " + limit);
    }
  }

  @Test
  void anOffsetPassesOverDevicesOfMoreThanOneArtifact() {
    List<AffectedDevices.Place> places = affected.places(tenant, CVE);
    for (int offset = 0; offset <= ALL.size() + 1; offset++) {
      Page<AffectedDevices.Found> page =
          affected.list(tenant, places, new PageRequest(2, Optional.empty(), offset));
      assertEquals(
          ALL.subList(Math.min(offset, ALL.size()), Math.min(offset + 2, ALL.size())),
          names(page),
          "from " + offset);
    }
  }

  @Test
  void anotherTenantAnUnknownVulnerabilityAndABrokenCursorFindNothing() {
    List<AffectedDevices.Place> places = affected.places(tenant, CVE);

    assertEquals(List.of(), affected.places(FleetStoreContract.tenant(), CVE));
    assertEquals(List.of(), affected.places(tenant, "CVE-2026-2"));
    ProblemException refused =
        assertThrows(
            ProblemException.class,
            () ->
                affected.list(
                    tenant, places, new PageRequest(2, Optional.of(new Cursor("bm9uZQ")))));
    assertEquals(BaseProblem.INVALID_CURSOR, refused.problem());
  }

  private static List<String> names(Page<AffectedDevices.Found> page) {
    return page.items().stream()
        .map(
            found ->
                found.place().artifact().id()
                    + " "
                    + found.place().artifact().version()
                    + " "
                    + found.device().device().name())
        .toList();
  }

  private void artifact(String name, String version, FirmwareId image) {
    ArtifactId id = new ArtifactId(UUID.randomUUID());
    boolean added =
        artifacts.add(
            new Artifact(
                tenant,
                id,
                new ArtifactRef(name, version),
                new Manifest.Firmware(),
                List.of(FleetName.DEFAULT),
                new Content("firmware.bin", 3, FILE, ArtifactKeys.incoming(tenant, id)),
                Terms.none(),
                Artifact.State.PUBLISHED,
                Optional.of(Artifact.Image.of(image)),
                Optional.empty(),
                new UserId(new UUID(0, 7)),
                clock.instant(),
                clock.instant(),
                Optional.of(clock.instant()),
                Optional.empty(),
                1),
            FleetStoreContract.audit(tenant, "created"));
    assertTrue(added);
  }

  /// An image whose analysis found the vulnerability.
  ///
  /// @param score what the impact assessment came to; below 0 it does not apply
  private FirmwareId analysed(int score) {
    Upload upload =
        new Upload(
            tenant,
            new UploadId(UUID.randomUUID()),
            new FirmwareId(UUID.randomUUID()),
            new AnalysisId(UUID.randomUUID()),
            "Image",
            Optional.of("1"),
            Optional.empty(),
            Optional.empty(),
            true,
            new ProductId(UUID.randomUUID()),
            new ProductGroupId(UUID.randomUUID()),
            Optional.empty(),
            new UserId(UUID.randomUUID()),
            clock.instant(),
            clock.instant().plus(Duration.ofDays(1)),
            Optional.empty());
    firmware.createUpload(upload);
    Firmware image = Firmware.received(upload, 3, Optional.empty(), clock.instant());
    assertTrue(firmware.receive(upload, image));
    CveMatch match =
        new CveMatch(
            "1", CVE, List.of(), "1", "text", null, null, null, false, score, List.of(), null, null,
            null, List.of());
    firmware.publish(AnalysisKey.of(image), new Findings(List.of(), List.of(), List.of(match)));
    return image.id();
  }
}
