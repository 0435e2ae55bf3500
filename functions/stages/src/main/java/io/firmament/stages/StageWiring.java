package io.firmament.stages;

import io.firmament.aws.AwsClients;
import io.firmament.aws.FirmwareAdapters;
import io.firmament.platform.artifact.ArtifactStore;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.ReceiveUpload;
import io.firmament.platform.firmware.Stage;
import io.firmament.platform.firmware.StageQueue;
import io.firmament.platform.monitoring.MonitoringStore;
import io.firmament.platform.monitoring.RematchQueue;
import io.firmament.platform.vulnerability.UserVulnerabilityStore;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The composition root of the stages.
///
/// @param artifacts the catalogue, which hears what was found in its images
/// @param monitoring which firmware depends on which facts
/// @param userVulnerabilities what tenants know for themselves
/// @param work a folder for work files, as large as the image and what is in it
public record StageWiring(
    Stage stage,
    FirmwareStore store,
    ObjectStore uploads,
    ObjectStore documents,
    ArtifactStore artifacts,
    MonitoringStore monitoring,
    UserVulnerabilityStore userVulnerabilities,
    StageQueue queue,
    RematchQueue rematches,
    Path work,
    Clock clock) {
  private static final String STAGE = "STAGE";

  /// From the settings of a deployment; work files go to the system's temporary folder.
  public static StageWiring of(Map<String, String> environment) {
    FirmwareAdapters adapters = new FirmwareAdapters(environment, AwsClients.of(environment));
    Stage stage =
        Optional.ofNullable(environment.get(STAGE))
            .map(name -> Stage.valueOf(name.toUpperCase(Locale.ROOT)))
            .orElse(Stage.UNPACK);
    return new StageWiring(
        stage,
        adapters.firmware(),
        adapters.uploads(),
        adapters.documents(),
        adapters.catalogue(),
        adapters.monitoring(),
        adapters.userVulnerabilities(),
        adapters.stages(),
        adapters.rematches(),
        Path.of(System.getProperty("java.io.tmpdir")),
        Clock.systemUTC());
  }

  StageMessages messages() {
    return new StageMessages(new ReceiveUpload(store, uploads, clock));
  }

  UserAdvisories userAdvisories() {
    return new UserAdvisories(userVulnerabilities, documents, work);
  }

  Rematching rematching(Advisories advisories) {
    return new Rematching(this, advisories);
  }

  StageRunner runner() {
    return new StageRunner(this);
  }
}
