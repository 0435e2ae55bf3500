package io.firmament.aws;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.localstack.LocalStackContainer;
import org.testcontainers.utility.DockerImageName;

/// What answers in the place of AWS, chosen by the environment variable `FIRMAMENT_AWS`:
///
/// | value | engine |
/// | --- | --- |
/// | unset | embedded: dynoxide, S3Proxy, ElasticMQ and a KMS of ours |
/// | `account` | the AWS account that the SDK's variables name |
/// | `localstack` | LocalStack in a container of its own, for which Docker is needed |
/// | a URL | whatever answers there: moto, LocalStack, another one |
public final class AwsEngine {
  /// The last line of LocalStack that runs without an account; a token in the environment is handed
  /// on, for those who set a newer image by `FIRMAMENT_LOCALSTACK_IMAGE`.
  private static final String LOCALSTACK = "localstack/localstack:4.14.0";

  private static final String TOKEN = "LOCALSTACK_AUTH_TOKEN";
  private static final int PROBE_MILLIS = 5_000;

  private static @Nullable AwsEngine chosen;

  private final Kind kind;
  private final Map<String, String> environment;
  private final Map<Capability, Optional<String>> missing = new ConcurrentHashMap<>();

  /// Which engine it is.
  public enum Kind {
    EMBEDDED("embedded (dynoxide, S3Proxy, ElasticMQ, our KMS)"),
    ACCOUNT("an AWS account"),
    MOTO("moto"),
    LOCALSTACK("LocalStack"),
    OTHER("an unknown engine");

    private final String name;

    Kind(String name) {
      this.name = name;
    }
  }

  /// What not every engine can show.
  public enum Capability {
    /// Tampered and altered presigned requests are refused.
    PRESIGN_VERIFIED,
    /// Of updates at the same time none is lost.
    ATOMIC_UPDATES
  }

  private AwsEngine(Kind kind, Map<String, String> environment) {
    this.kind = kind;
    this.environment = Map.copyOf(environment);
  }

  /// The engine of this run, started when it is first asked for.
  public static synchronized AwsEngine chosen() {
    AwsEngine known = chosen;
    if (known == null) {
      known = of(Optional.ofNullable(System.getenv("FIRMAMENT_AWS")).orElse(""));
      chosen = known;
    }
    return known;
  }

  public Kind kind() {
    return kind;
  }

  /// The SDK's variables for clients of it; with our own engines, without their endpoints.
  public Map<String, String> environment() {
    return environment;
  }

  /// Its name, for people.
  public String description() {
    return Optional.ofNullable(environment.get("AWS_ENDPOINT_URL"))
        .map(url -> kind.name + " at " + url)
        .orElse(kind.name);
  }

  /// Skips the rest of a test that the engine cannot show, with the reason.
  public void assume(Capability capability) {
    Optional<String> missing = missing(capability);
    Assumptions.assumeTrue(missing.isEmpty(), () -> description() + ": " + missing.orElseThrow());
  }

  /// Why the engine cannot show something. Ours and AWS itself must show everything: for these
  /// nobody asks, so that a failing test fails.
  private Optional<String> missing(Capability capability) {
    return switch (kind) {
      case EMBEDDED, ACCOUNT -> Optional.empty();
      case MOTO, LOCALSTACK, OTHER ->
          missing.computeIfAbsent(
              capability,
              asked ->
                  switch (asked) {
                    case PRESIGN_VERIFIED -> EngineProbe.presignedUploadsUnchecked(environment);
                    case ATOMIC_UPDATES -> EngineProbe.updatesLost(environment);
                  });
    };
  }

  private static AwsEngine of(String choice) {
    Map<String, String> environment = new HashMap<>();
    environment.put("AWS_REGION", "eu-central-1");
    if (choice.equals("account") || choice.equals("real")) {
      environment.putAll(System.getenv());
      return new AwsEngine(Kind.ACCOUNT, environment);
    }
    environment.put("AWS_ACCESS_KEY_ID", "test");
    environment.put("AWS_SECRET_ACCESS_KEY", "test");
    if (choice.isBlank()) {
      return new AwsEngine(Kind.EMBEDDED, environment);
    }
    String url = choice.equals("localstack") ? localStack() : choice;
    environment.put("AWS_ENDPOINT_URL", url);
    return new AwsEngine(kind(url), environment);
  }

  private static Kind kind(String url) {
    if (answers(url + "/moto-api/data.json")) {
      return Kind.MOTO;
    }
    return answers(url + "/_localstack/health") ? Kind.LOCALSTACK : Kind.OTHER;
  }

  private static boolean answers(String url) {
    try {
      HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
      connection.setConnectTimeout(PROBE_MILLIS);
      connection.setReadTimeout(PROBE_MILLIS);
      return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
    } catch (IOException e) {
      return false;
    }
  }

  /// Starts it for this process; it ends with the process.
  private static String localStack() {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      throw new IllegalStateException(
          "LocalStack was asked for, and there is no Docker here to run it: start Docker, or set"
              + " FIRMAMENT_AWS to the URL of one that runs, or leave -Plocalstack away");
    }
    String image = System.getenv().getOrDefault("FIRMAMENT_LOCALSTACK_IMAGE", LOCALSTACK);
    LocalStackContainer container =
        new LocalStackContainer(
                DockerImageName.parse(image).asCompatibleSubstituteFor("localstack/localstack"))
            .withServices("dynamodb", "s3", "sqs", "kms", "events")
            .withEnv("S3_SKIP_SIGNATURE_VALIDATION", "0");
    Optional.ofNullable(System.getenv(TOKEN)).ifPresent(token -> container.withEnv(TOKEN, token));
    container.start();
    return container.getEndpoint().toString();
  }
}
