package io.firmament.rest;

import io.firmament.aws.AwsClients;
import io.firmament.aws.FirmwareAdapters;
import io.firmament.aws.fleet.DynamoFleetStore;
import io.firmament.aws.identity.AwsIdentity;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.TokenSigner;
import io.firmament.schema.Setting;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// The ports of a deployment in AWS, from the environment that the CDK app wrote.
public final class DeployedPorts implements Ports {
  private final Map<String, String> environment;
  private final AwsIdentity identity;
  private final Map<Class<?>, Object> made = new ConcurrentHashMap<>();
  private final TokenSigner idTokenKey;
  private final TokenSigner tenantTokenKey;

  public DeployedPorts(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
    this.identity = new AwsIdentity(environment);
    this.idTokenKey = identity.idTokenKey();
    this.tenantTokenKey = identity.tenantTokenKey();
  }

  @Override
  public IdentityStore identity() {
    return once(IdentityStore.class, identity::store);
  }

  @Override
  public FirmwareStore firmware() {
    return once(FirmwareStore.class, () -> adapters().firmware());
  }

  @Override
  public ObjectStore documents() {
    return once(ObjectStore.class, () -> adapters().documents());
  }

  @Override
  public FleetStore fleet() {
    return once(
        FleetStore.class,
        () ->
            new DynamoFleetStore(
                AwsClients.of(environment).dynamo(), Setting.TABLE_FLEET.in(environment)));
  }

  private FirmwareAdapters adapters() {
    return new FirmwareAdapters(environment);
  }

  @Override
  public TokenSigner idTokenKey() {
    return idTokenKey;
  }

  @Override
  public TokenSigner tenantTokenKey() {
    return tenantTokenKey;
  }

  private <T> T once(Class<T> port, Supplier<T> make) {
    return port.cast(made.computeIfAbsent(port, key -> make.get()));
  }
}
