package io.firmament.rest;

import io.firmament.aws.identity.AwsIdentity;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.TokenSigner;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// The ports of a deployment in AWS, from the environment that the CDK app wrote.
public final class DeployedPorts implements Ports {
  private final AwsIdentity identity;
  private final Map<Class<?>, Object> made = new ConcurrentHashMap<>();
  private final TokenSigner idTokenKey;
  private final TokenSigner tenantTokenKey;

  public DeployedPorts(Map<String, String> environment) {
    this.identity = new AwsIdentity(environment);
    this.idTokenKey = identity.idTokenKey();
    this.tenantTokenKey = identity.tenantTokenKey();
  }

  @Override
  public IdentityStore identity() {
    return once(IdentityStore.class, identity::store);
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
