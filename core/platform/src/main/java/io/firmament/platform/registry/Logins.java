package io.firmament.platform.registry;

import io.firmament.base.ProblemException;
import io.firmament.base.RegistryId;
import io.firmament.base.Secret;
import io.firmament.platform.secret.Envelope;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Where the login of a connection comes from. Those that clouds give out are kept until shortly
/// before they end.
final class Logins {
  private static final Duration BEFORE_THE_END = Duration.ofMinutes(5);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int TOKEN_BYTES = 64 * 1024;
  private static final String GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";

  /// The user name that Google's registries take with an access token.
  private static final String GOOGLE_USER = "oauth2accesstoken";

  private final Envelope envelope;
  private final CloudLogin aws;
  private final RegistryTransport transport;
  private final Recent<Key, Login> held;
  private final Clock clock;

  /// Of one connection as it is now.
  record Key(RegistryId registry, long version) {}

  Logins(
      Envelope envelope,
      CloudLogin aws,
      RegistryTransport transport,
      Recent<Key, Login> held,
      Clock clock) {
    this.envelope = envelope;
    this.aws = aws;
    this.transport = transport;
    this.held = held;
    this.clock = clock;
  }

  /// The login of a connection; null for an anonymous one.
  @Nullable Login of(Registry registry) {
    return switch (registry.access()) {
      case Access.Anonymous _ -> null;
      case Access.Password(String username) -> new Login(username, secret(registry), null);
      case Access.AwsRole role ->
          kept(registry, () -> aws.login(registry.tenant(), registry.host(), role));
      case Access.ServiceAccount _ ->
          kept(registry, () -> exchanged(registry, ServiceAccountKey.parse(secret(registry))));
    };
  }

  private Secret secret(Registry registry) {
    return registry
        .findSealed()
        .flatMap(kept -> envelope.open(kept, registry.context()))
        .orElseThrow(() -> RegistryProblem.REGISTRY_CREDENTIALS_LOST.with("id", registry.id()));
  }

  private Login kept(Registry registry, java.util.function.Supplier<Login> ask) {
    Key key = new Key(registry.id(), registry.version());
    return held.find(key, clock.instant())
        .orElseGet(
            () -> {
              Login login = ask.get();
              Instant until = Objects.requireNonNullElse(login.until(), clock.instant());
              held.put(key, login, until.minus(BEFORE_THE_END));
              return login;
            });
  }

  private Login exchanged(Registry registry, ServiceAccountKey key) {
    Instant now = clock.instant();
    String form =
        "grant_type="
            + URLEncoder.encode(GRANT, StandardCharsets.UTF_8)
            + "&assertion="
            + key.assertion(now).reveal();
    RegistryTransport.Answer answer =
        transport.ask(
            new RegistryTransport.Ask(
                RegistryTransport.Method.POST,
                URI.create(ServiceAccountKey.TOKEN_URI),
                Map.of("accept", "application/json"),
                null,
                new Secret(form),
                TOKEN_BYTES,
                TIMEOUT));
    if (answer.status() == 400 || answer.status() == 401 || answer.status() == 403) {
      throw RegistryProblem.REGISTRY_LOGIN_REFUSED.with(
          "host",
          registry.host(),
          "detail",
          "Google gives no token for this key; it may be deleted or disabled");
    }
    Document json =
        Document.parse(answer.body())
            .filter(_ -> answer.status() == 200)
            .orElseThrow(() -> noToken(answer.status()));
    String token = json.text("access_token").orElseThrow(() -> noToken(answer.status()));
    return new Login(
        GOOGLE_USER, new Secret(token), now.plusSeconds(json.number("expires_in").orElse(0)));
  }

  private static ProblemException noToken(int status) {
    return RegistryProblem.REGISTRY_UNREACHABLE.with(
        "host",
        URI.create(ServiceAccountKey.TOKEN_URI).getHost(),
        "detail",
        "it answers " + status + " without a token");
  }
}
