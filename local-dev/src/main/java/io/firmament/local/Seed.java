package io.firmament.local;

import io.firmament.base.BaseProblem;
import io.firmament.base.Ids;
import io.firmament.base.Secret;
import io.firmament.base.TenantId;
import io.firmament.platform.identity.ApiTokens;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.CreateTenant;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.NewTenant;
import io.firmament.platform.identity.PasswordHash;
import io.firmament.platform.identity.Permission;
import io.firmament.platform.identity.ProductGroupAccess;
import io.firmament.platform.identity.SecretSource;
import io.firmament.platform.identity.User;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The demo tenant's credentials. They are made once per data folder and kept there, readable by
/// their owner only.
record Seed(String tenant, String tenantId, String email, String password, String apiToken) {
  private static final String TENANT = "Demo";
  private static final String EMAIL = "demo@firmament.example";
  private static final String FILE = "seed.txt";

  /// The seed of a folder; without a folder, a new one.
  static Seed ensure(Optional<Path> folder, IdentityStore store, Clock clock, Ids ids) {
    Optional<Path> file = folder.map(data -> data.resolve(FILE));
    try {
      if (file.isPresent() && Files.exists(file.get())) {
        return read(file.get());
      }
      Seed seed = create(store, clock, ids);
      if (file.isPresent()) {
        KeyFolder.write(file.get(), seed.lines().getBytes(StandardCharsets.UTF_8));
      }
      return seed;
    } catch (IOException e) {
      throw new UncheckedIOException("the demo tenant's credentials cannot be kept", e);
    }
  }

  private static Seed create(IdentityStore store, Clock clock, Ids ids) {
    SecureRandom random = new SecureRandom();
    SecretSource secrets = new SecretSource(random);
    Secret password = new Secret(secrets.next().reveal().substring(0, 20));
    NewTenant created =
        new CreateTenant(store, new PasswordHash(random), ids, clock)
            .create(TENANT, EMAIL, password);
    ApiTokens.CreatedToken token =
        new ApiTokens(store, secrets, ids, clock)
            .create(
                administrator(created.tenant().id(), created.admin()),
                new ApiTokens.NewToken("demo", Optional.empty(), Optional.empty()));
    return new Seed(
        TENANT, created.tenant().id().toString(), EMAIL, password.reveal(), token.text().reveal());
  }

  /// Its administrator, as if signed in.
  Caller administrator(IdentityStore store) {
    return administrator(TenantId.of(tenantId), store.findUserByEmail(email).orElseThrow());
  }

  private static Caller administrator(TenantId tenant, User admin) {
    Set<Permission> tenantWide = ofScope(Permission.Scope.TENANT);
    return new Caller(
        tenant,
        admin.id(),
        admin.email(),
        Caller.Credential.SESSION,
        tenantWide,
        new ProductGroupAccess(ofScope(Permission.Scope.PRODUCT_GROUP), Map.of()));
  }

  private static Set<Permission> ofScope(Permission.Scope scope) {
    return Arrays.stream(Permission.values())
        .filter(permission -> permission.scope() == scope)
        .collect(Collectors.toUnmodifiableSet());
  }

  private String lines() {
    return String.join("\n", tenant, tenantId, email, password, apiToken) + "\n";
  }

  private static Seed read(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    if (lines.size() < 5) {
      throw BaseProblem.INVALID_FIELD.with(
          "field", file, "detail", "is damaged; delete the data folder to start afresh");
    }
    return new Seed(lines.get(0), lines.get(1), lines.get(2), lines.get(3), lines.get(4));
  }
}
