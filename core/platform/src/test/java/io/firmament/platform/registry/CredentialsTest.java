package io.firmament.platform.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.avaje.jsonb.Jsonb;
import io.firmament.base.BaseProblem;
import io.firmament.base.Ids;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.ProblemException;
import io.firmament.base.RegistryId;
import io.firmament.base.Secret;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.ProductGroupAccess;
import io.firmament.platform.secret.Envelope;
import io.firmament.platform.secret.SoftwareDataKeys;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Which credentials a connection takes, and the logins that clouds give for them. What registries
/// and Google say is scripted here; the HTTP under it has tests of its own.
class CredentialsTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2030-01-01T00:00:00Z"), ZoneOffset.UTC);
  private static final String ECR = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
  private static final String ROLE = "arn:aws:iam::123456789012:role/firmament-pull";
  private static final String GAR = "europe-west3-docker.pkg.dev";

  private final KeyPair pair = pair();
  private final List<RegistryTransport.Ask> asked = new ArrayList<>();
  private final List<String> roles = new ArrayList<>();
  private final Store store = new Store();
  private final Caller caller =
      new Caller(
          new TenantId(UUID.randomUUID()),
          new UserId(UUID.randomUUID()),
          "a@example.com",
          Caller.Credential.SESSION,
          Set.of(),
          new ProductGroupAccess(Set.of(), Map.of()));
  private int googleStatus = 200;
  private final Registries registries = registries(SoftwareDataKeys.generate(new SecureRandom()));

  private Registries registries(SoftwareDataKeys keys) {
    return new Registries(
        store,
        new Envelope(keys, new SecureRandom()),
        new Registries.Shared(
            this::answer,
            Reach.PUBLIC,
            (tenant, host, role) -> {
              roles.add(tenant + " " + host + " " + role.role());
              return new Login("AWS", new Secret("pw"), CLOCK.instant().plusSeconds(3_600));
            }),
        (who, pinned) -> new ContainerImport.Outcome(ContainerImport.State.PUBLISHED, false),
        CLOCK,
        Ids.random());
  }

  private RegistryTransport.Answer answer(RegistryTransport.Ask ask) {
    asked.add(ask);
    if (ask.uri().getHost().equals("oauth2.googleapis.com")) {
      return text(googleStatus, "{\"access_token\":\"ya29.token\",\"expires_in\":3600}");
    }
    return ask.authorization() == null
        ? new RegistryTransport.Answer(
            401, Map.of("www-authenticate", List.of("Basic realm=\"x\"")), new byte[0])
        : text(200, "{}");
  }

  private static String revealed(@Nullable Secret secret) {
    return Objects.requireNonNull(secret).reveal();
  }

  private static RegistryTransport.Answer text(int status, String text) {
    return new RegistryTransport.Answer(status, Map.of(), text.getBytes(StandardCharsets.UTF_8));
  }

  private static KeyPair pair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2_048);
      return generator.generateKeyPair();
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private String keyFile() {
    String pem =
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(pair.getPrivate().getEncoded())
            + "\n-----END PRIVATE KEY-----\n";
    return Jsonb.instance()
        .type(Object.class)
        .toJson(
            Map.of(
                "type", "service_account",
                "client_email", "puller@project.iam.gserviceaccount.com",
                "private_key_id", "abc123",
                "private_key", pem,
                "token_uri", "https://evil.example.com/token"));
  }

  private Registry create(String host, Registries.Credentials credentials) {
    return registries.create(caller, host, "", credentials);
  }

  private static Registries.Credentials gar(String json) {
    return new Registries.Credentials("gar", null, null, null, new Secret(json));
  }

  @Test
  void takesWhatBelongsToTheProviderAndNothingElse() {
    Secret secret = new Secret("pw");
    Map<Registries.Credentials, String> wrong = new HashMap<>();
    wrong.put(new Registries.Credentials("ldap", null, null, null, null), "provider");
    wrong.put(new Registries.Credentials("anonymous", "u", null, null, null), "provider");
    wrong.put(new Registries.Credentials("anonymous", null, secret, null, null), "provider");
    wrong.put(new Registries.Credentials("token", "u", null, null, null), "password");
    wrong.put(new Registries.Credentials("token", "u", new Secret(""), null, null), "password");
    wrong.put(new Registries.Credentials("token", "u", new Secret("a\nb"), null, null), "password");
    wrong.put(
        new Registries.Credentials("token", "u", new Secret("a".repeat(8_193)), null, null),
        "password");
    wrong.put(new Registries.Credentials("token", null, secret, null, null), "username");
    wrong.put(new Registries.Credentials("token", "a:b", secret, null, null), "username");
    wrong.put(new Registries.Credentials("token", "u", secret, ROLE, null), "provider");
    wrong.put(new Registries.Credentials("ecr", null, null, ROLE, null), "host");
    wrong.put(gar(keyFile()), "host");
    wrong.forEach(
        (credentials, field) -> {
          ProblemException e =
              assertThrows(ProblemException.class, () -> create("ghcr.io", credentials), field);
          assertEquals(BaseProblem.INVALID_FIELD, e.problem());
          assertEquals(field, e.facts().get("field"), credentials::toString);
        });
    assertEquals(0, store.all.size());
  }

  @Test
  void showsNoSecretByItsText() {
    Registries.Credentials credentials =
        new Registries.Credentials("token", "u", new Secret("s3cret"), null, null);
    assertFalse(credentials.toString().contains("s3cret"));
    Registry registry = create("ghcr.io", credentials);
    assertFalse(registry.toString().contains("s3cret"));
    assertFalse(store.all.toString().contains("s3cret"));
  }

  @Test
  void sendsNoCredentialsOfAWSOrGoogleToAnotherHost() {
    for (String host :
        List.of(
            "123456789012.dkr.ecr.eu-central-1.amazonaws.com.evil.example",
            "evil.example.com",
            "x123456789012.dkr.ecr.eu-central-1.amazonaws.com",
            ECR + ":5000")) {
      assertThrows(
          ProblemException.class,
          () -> create(host, new Registries.Credentials("ecr", null, null, ROLE, null)),
          host);
    }
    for (String host : List.of("evil-docker.pkg.dev.example", "gcr.io.example", "notgcr.io")) {
      assertThrows(ProblemException.class, () -> create(host, gar(keyFile())), host);
    }
    for (String role :
        List.of(
            "arn:aws:iam::123456789012:role/admin",
            "arn:aws:iam::123456789012:role/path/firmament-x",
            "arn:aws:iam::123456789012:user/firmament-x",
            "firmament-x",
            "")) {
      assertThrows(
          ProblemException.class,
          () -> create(ECR, new Registries.Credentials("ecr", null, null, role, null)),
          role);
    }
  }

  @Test
  void asksAwsOnceForTheRoleOfTheTenant() {
    Registry registry = create(ECR, new Registries.Credentials("ecr", null, null, ROLE, null));
    assertTrue(registries.check(caller.tenant(), registry.id()).problem().isEmpty());
    assertTrue(registries.check(caller.tenant(), registry.id()).problem().isEmpty());
    assertEquals(List.of(caller.tenant() + " " + ECR + " " + ROLE), roles);
    assertEquals(
        "Basic " + Base64.getEncoder().encodeToString("AWS:pw".getBytes(StandardCharsets.UTF_8)),
        revealed(asked.get(1).authorization()));
  }

  @Test
  void exchangesAServiceAccountsKeyForATokenAtGoogleAlone() throws Exception {
    Registry registry = create(GAR, gar(keyFile()));
    assertEquals(
        new Access.ServiceAccount("puller@project.iam.gserviceaccount.com"), registry.access());
    assertTrue(registries.check(caller.tenant(), registry.id()).problem().isEmpty());
    RegistryTransport.Ask exchange = asked.getFirst();
    assertEquals("https://oauth2.googleapis.com/token", exchange.uri().toString());
    String form = URLDecoder.decode(revealed(exchange.form()), StandardCharsets.UTF_8);
    String jwt = form.substring(form.indexOf("&assertion=") + "&assertion=".length());
    String[] part = jwt.split("\\.", -1);
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initVerify(pair.getPublic());
    signature.update((part[0] + "." + part[1]).getBytes(StandardCharsets.US_ASCII));
    assertTrue(signature.verify(Base64.getUrlDecoder().decode(part[2])));
    Document claims = Document.parse(Base64.getUrlDecoder().decode(part[1])).orElseThrow();
    assertEquals("puller@project.iam.gserviceaccount.com", claims.text("iss").orElseThrow());
    assertEquals("https://oauth2.googleapis.com/token", claims.text("aud").orElseThrow());
    assertTrue(claims.text("scope").orElseThrow().endsWith("read-only"));
    assertEquals(1_800, claims.number("exp").getAsLong() - claims.number("iat").getAsLong());
    assertEquals(
        "Basic "
            + Base64.getEncoder()
                .encodeToString("oauth2accesstoken:ya29.token".getBytes(StandardCharsets.UTF_8)),
        revealed(asked.get(2).authorization()));
    registries.check(caller.tenant(), registry.id());
    assertEquals(1, asked.stream().filter(ask -> ask.uri().getHost().contains("google")).count());
  }

  @Test
  void saysThatGoogleDoesNotTakeAKey() {
    Registry registry = create(GAR, gar(keyFile()));
    googleStatus = 400;
    assertEquals(
        RegistryProblem.REGISTRY_LOGIN_REFUSED,
        registries.check(caller.tenant(), registry.id()).problem().orElseThrow().problem());
    googleStatus = 500;
    assertEquals(
        RegistryProblem.REGISTRY_UNREACHABLE,
        registries.check(caller.tenant(), registry.id()).problem().orElseThrow().problem());
  }

  @Test
  void saysWhatIsWrongWithAKeyFileWithoutAWordOfIt() {
    String good = keyFile();
    for (String file :
        List.of(
            "",
            "s3cret",
            "{}",
            "{\"type\":\"authorized_user\",\"private_key\":\"s3cret\"}",
            good.replace("service_account\"", "s3cret\""),
            good.replace("iam.gserviceaccount.com", "example.com"),
            good.replace("abc123", "s3cret\\u0000"),
            good.replace("BEGIN PRIVATE KEY", "BEGIN RSA PRIVATE KEY s3cret"),
            "[".repeat(10_000),
            "x".repeat(20_000))) {
      ProblemException e = assertThrows(ProblemException.class, () -> create(GAR, gar(file)), file);
      assertEquals("service_account_key", e.facts().get("field"));
      assertFalse(String.valueOf(e.getMessage()).contains("s3cret"), e::getMessage);
    }
  }

  @Test
  void saysThatCredentialsAreLostWhereTheirKeyIs() {
    Registry registry =
        create("ghcr.io", new Registries.Credentials("token", "u", new Secret("p"), null, null));
    Registries restarted = registries(SoftwareDataKeys.generate(new SecureRandom()));
    assertEquals(
        RegistryProblem.REGISTRY_CREDENTIALS_LOST,
        restarted.check(caller.tenant(), registry.id()).problem().orElseThrow().problem());
    assertTrue(asked.isEmpty());
  }

  @Test
  void opensNoSecretThatWasMovedToAnotherConnection() {
    Registry one =
        create("ghcr.io", new Registries.Credentials("token", "u", new Secret("p"), null, null));
    Registry other =
        create("quay.io", new Registries.Credentials("token", "u", new Secret("q"), null, null));
    store.all.put(
        other.id(),
        new Registry(
            other.tenant(),
            other.id(),
            other.host(),
            "",
            other.access(),
            one.sealed(),
            other.createdBy(),
            other.createdAt(),
            other.changedAt(),
            1));
    assertEquals(
        RegistryProblem.REGISTRY_CREDENTIALS_LOST,
        registries.check(caller.tenant(), other.id()).problem().orElseThrow().problem());
  }

  @Test
  void connectsNoAddressThatIsNotCalled() {
    for (String host :
        List.of("127.0.0.1:5000", "169.254.169.254", "10.0.0.1", "[::1]:5000", "[fd00:ec2::254]")) {
      ProblemException e =
          assertThrows(
              ProblemException.class,
              () -> create(host, new Registries.Credentials("anonymous", null, null, null, null)));
      assertEquals(RegistryProblem.REGISTRY_ADDRESS_REFUSED, e.problem(), host);
    }
  }

  private static final class Store implements RegistryStore {
    private final Map<RegistryId, Registry> all = new HashMap<>();

    @Override
    public boolean add(Registry registry, AuditEvent audit) {
      assertFalse(audit.facts().toString().contains("s3cret"));
      return all.put(registry.id(), registry) == null;
    }

    @Override
    public Optional<Registry> find(TenantId tenant, RegistryId id) {
      return Optional.ofNullable(all.get(id));
    }

    @Override
    public Page<Registry> list(TenantId tenant, PageRequest page) {
      return Page.last(List.copyOf(all.values()));
    }

    @Override
    public long count(TenantId tenant) {
      return all.size();
    }

    @Override
    public boolean replace(Registry registry, AuditEvent audit) {
      return all.replace(registry.id(), registry) != null;
    }

    @Override
    public boolean remove(Registry registry, AuditEvent audit) {
      return all.remove(registry.id()) != null;
    }
  }
}
