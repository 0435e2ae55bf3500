package io.firmament.bench;

import io.firmament.aws.AwsClients;
import io.firmament.aws.DynamoTables;
import io.firmament.aws.identity.AwsIdentity;
import io.firmament.base.Ids;
import io.firmament.base.Secret;
import io.firmament.engines.DynamoEngine;
import io.firmament.platform.identity.ApiTokens;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.CreateTenant;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.NewTenant;
import io.firmament.platform.identity.PasswordHash;
import io.firmament.platform.identity.Permission;
import io.firmament.platform.identity.ProductGroupAccess;
import io.firmament.platform.identity.SecretSource;
import io.firmament.schema.Setting;
import io.firmament.schema.TableDefinition;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// A local DynamoDB with the tables of a deployment and one tenant with an API token.
///
/// @param environment what a function finds in its environment
record SeededTables(DynamoEngine engine, Map<String, String> environment, String token)
    implements AutoCloseable {
  static SeededTables start() {
    DynamoEngine engine = DynamoEngine.inMemory();
    Map<String, String> environment = new HashMap<>();
    environment.put("AWS_REGION", "eu-central-1");
    environment.put("AWS_ACCESS_KEY_ID", "bench");
    environment.put("AWS_SECRET_ACCESS_KEY", "bench");
    environment.put("AWS_ENDPOINT_URL_DYNAMODB", engine.endpoint().toString());
    for (Setting setting : Setting.values()) {
      environment.put(setting.variable(), setting.name());
    }
    environment.put(Setting.PUBLIC_URL.variable(), "https://localhost");
    try (AwsClients clients = AwsClients.of(environment)) {
      DynamoTables tables = new DynamoTables(clients.dynamo());
      for (TableDefinition table : TableDefinition.all()) {
        tables.create(table, Setting.table(table.name()).in(environment));
      }
      String token = token(new AwsIdentity(environment, clients).store());
      return new SeededTables(engine, Map.copyOf(environment), token);
    }
  }

  private static String token(IdentityStore store) {
    SecureRandom random = new SecureRandom();
    Clock clock = Clock.systemUTC();
    NewTenant created =
        new CreateTenant(store, new PasswordHash(random), Ids.random(), clock)
            .create("Bench", "bench@firmament.example", new Secret("correct horse battery"));
    Caller administrator =
        new Caller(
            created.tenant().id(),
            created.admin().id(),
            created.admin().email(),
            Caller.Credential.SESSION,
            ofScope(Permission.Scope.TENANT),
            new ProductGroupAccess(ofScope(Permission.Scope.PRODUCT_GROUP), Map.of()));
    return new ApiTokens(store, new SecretSource(random), Ids.random(), clock)
        .create(administrator, new ApiTokens.NewToken("bench", Optional.empty(), Optional.empty()))
        .text()
        .reveal();
  }

  private static Set<Permission> ofScope(Permission.Scope scope) {
    return Arrays.stream(Permission.values())
        .filter(permission -> permission.scope() == scope)
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public void close() {
    engine.close();
  }
}
