package io.firmament.aws;

import io.firmament.aws.fleet.AuditTrail;
import io.firmament.aws.fleet.DynamoArtifactStore;
import io.firmament.platform.artifact.ArtifactStore;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.Stage;
import io.firmament.platform.firmware.StageQueue;
import io.firmament.platform.monitoring.MonitoringStore;
import io.firmament.platform.monitoring.RematchQueue;
import io.firmament.platform.vulnerability.UserVulnerabilityStore;
import io.firmament.schema.Setting;
import java.util.EnumMap;
import java.util.Map;

/// The ports of firmware, and the buckets, on AWS, named by the settings of a deployment.
public final class FirmwareAdapters {
  private final Map<String, String> environment;
  private final AwsClients clients;

  public FirmwareAdapters(Map<String, String> environment, AwsClients clients) {
    this.environment = Map.copyOf(environment);
    this.clients = clients;
  }

  public FirmwareStore firmware() {
    return new DynamoFirmwareStore(clients.dynamo(), Setting.TABLE_FIRMWARE.in(environment));
  }

  /// Which firmware depends on which facts.
  public MonitoringStore monitoring() {
    return new DynamoMonitoringStore(clients.dynamo(), Setting.TABLE_FIRMWARE.in(environment));
  }

  /// What tenants know for themselves.
  public UserVulnerabilityStore userVulnerabilities() {
    return new DynamoUserVulnerabilityStore(
        clients.dynamo(),
        Setting.TABLE_FIRMWARE.in(environment),
        new AuditTrail(Setting.TABLE_FLEET.in(environment)));
  }

  /// Where it is asked for that firmware is matched again.
  public RematchQueue rematches() {
    return new SqsRematchQueue(clients::sqs, () -> Setting.QUEUE_MONITOR.in(environment));
  }

  /// The catalogue of artifacts, which hears of analyses.
  public ArtifactStore catalogue() {
    return new DynamoArtifactStore(clients.dynamo(), Setting.TABLE_FLEET.in(environment));
  }

  public ObjectStore uploads() {
    return objects(Setting.BUCKET_UPLOADS);
  }

  public ObjectStore documents() {
    return objects(Setting.BUCKET_DOCUMENTS);
  }

  public ObjectStore artifacts() {
    return objects(Setting.BUCKET_ARTIFACTS);
  }

  private ObjectStore objects(Setting bucket) {
    return new S3ObjectStore(clients::s3, clients::presigner, bucket.in(environment));
  }

  /// Knows the queues that the environment names; sending to another stage is a bug.
  public StageQueue stages() {
    Map<Stage, String> urls = new EnumMap<>(Stage.class);
    for (Stage stage : Stage.values()) {
      Setting.queue(stage.id()).find(environment).ifPresent(url -> urls.put(stage, url));
    }
    return new SqsStageQueue(clients::sqs, urls);
  }
}
