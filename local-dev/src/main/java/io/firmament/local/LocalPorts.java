package io.firmament.local;

import io.firmament.aws.DynamoFirmwareStore;
import io.firmament.aws.S3ObjectStore;
import io.firmament.aws.fleet.DynamoFleetStore;
import io.firmament.aws.fleet.DynamoLogStore;
import io.firmament.aws.fleet.DynamoRolloutStore;
import io.firmament.aws.identity.DynamoIdentityStore;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.TokenSigner;
import io.firmament.platform.logs.LogStore;
import io.firmament.platform.rollout.RolloutStore;
import io.firmament.rest.Ports;
import io.firmament.schema.Setting;

/// The ports of a local platform: the adapters of the cloud on local servers, and software keys.
public final class LocalPorts implements Ports {
  private final IdentityStore identity;
  private final FirmwareStore firmware;
  private final FleetStore fleet;
  private final RolloutStore rollouts;
  private final LogStore logs;
  private final ObjectStore uploads;
  private final ObjectStore documents;
  private final TokenSigner idTokenKey;
  private final TokenSigner tenantTokenKey;

  LocalPorts(LocalServers servers, KeyFolder keys) {
    this.identity =
        new DynamoIdentityStore(servers.dynamo(), Setting.TABLE_IDENTITY.in(servers.environment()));
    this.firmware =
        new DynamoFirmwareStore(servers.dynamo(), Setting.TABLE_FIRMWARE.in(servers.environment()));
    this.fleet =
        new DynamoFleetStore(servers.dynamo(), Setting.TABLE_FLEET.in(servers.environment()));
    this.rollouts =
        new DynamoRolloutStore(servers.dynamo(), Setting.TABLE_FLEET.in(servers.environment()));
    this.logs = new DynamoLogStore(servers.dynamo(), Setting.TABLE_FLEET.in(servers.environment()));
    this.uploads = bucket(servers, Setting.BUCKET_UPLOADS);
    this.documents = bucket(servers, Setting.BUCKET_DOCUMENTS);
    this.idTokenKey = keys.tokenSigner("id-token");
    this.tenantTokenKey = keys.tokenSigner("tenant-token");
  }

  private static ObjectStore bucket(LocalServers servers, Setting setting) {
    return new S3ObjectStore(servers.s3(), servers.presigner(), setting.in(servers.environment()));
  }

  @Override
  public IdentityStore identity() {
    return identity;
  }

  @Override
  public FirmwareStore firmware() {
    return firmware;
  }

  @Override
  public FleetStore fleet() {
    return fleet;
  }

  @Override
  public RolloutStore rollouts() {
    return rollouts;
  }

  @Override
  public LogStore logs() {
    return logs;
  }

  /// What clients upload.
  public ObjectStore uploads() {
    return uploads;
  }

  @Override
  public ObjectStore documents() {
    return documents;
  }

  @Override
  public TokenSigner idTokenKey() {
    return idTokenKey;
  }

  @Override
  public TokenSigner tenantTokenKey() {
    return tenantTokenKey;
  }
}
