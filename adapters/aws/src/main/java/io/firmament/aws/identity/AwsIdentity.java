package io.firmament.aws.identity;

import io.firmament.aws.AwsClients;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.TokenSigner;
import io.firmament.schema.Setting;
import java.util.Map;

/// The identity ports of a deployment, as its environment names them. A function that never signs
/// needs neither the key's name nor a client of KMS.
public final class AwsIdentity {
  private final Map<String, String> environment;
  private final AwsClients clients;

  public AwsIdentity(Map<String, String> environment, AwsClients clients) {
    this.environment = Map.copyOf(environment);
    this.clients = clients;
  }

  public IdentityStore store() {
    return new DynamoIdentityStore(clients::dynamo, Setting.TABLE_IDENTITY.in(environment));
  }

  public TokenSigner idTokenKey() {
    return key(Setting.KEY_ID_TOKEN);
  }

  public TokenSigner tenantTokenKey() {
    return key(Setting.KEY_TENANT_TOKEN);
  }

  private TokenSigner key(Setting setting) {
    return new KmsTokenSigner(clients::kms, () -> setting.in(environment));
  }
}
