package io.firmament.aws;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.firmament.base.ProblemException;
import io.firmament.base.Secret;
import io.firmament.base.TenantId;
import io.firmament.platform.registry.Access;
import io.firmament.platform.registry.CloudLogin;
import io.firmament.platform.registry.Login;
import io.firmament.platform.registry.RegistryHost;
import io.firmament.platform.registry.RegistryProblem;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/// Logins for Amazon ECR: the tenant's role is assumed with the tenant's id as external id, and its
/// registry asked for a token in the name of that role.
///
/// The two calls are signed by the SDK's own signer; the clients of STS and ECR would add 2.6 MB to
/// every function for them.
public final class EcrLogin implements CloudLogin {
  private static final JsonType<Object> JSON = Jsonb.builder().build().type(Object.class);
  private static final Duration SESSION = Duration.ofHours(1);
  private static final int ANSWER_BYTES = 64 * 1024;
  private static final Pattern FIELD =
      Pattern.compile("<(AccessKeyId|SecretAccessKey|SessionToken)>([^<>]{1,8000})</\\1>");

  private final AwsClients clients;
  private final Clock clock;
  private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();

  /// Asks for nothing yet.
  public EcrLogin(AwsClients clients, Clock clock) {
    this.clients = clients;
    this.clock = clock;
  }

  /// A service of a region.
  ///
  /// @param name as requests for it are signed
  /// @param host where AWS has it
  private record Service(String name, String host, String region) {}

  private record Answer(int status, String body) {}

  @Override
  public Login login(TenantId tenant, RegistryHost host, Access.AwsRole role) {
    Access.AwsRole.Place place = Access.AwsRole.place(host);
    String suffix = host.value().endsWith(".cn") ? ".amazonaws.com.cn" : ".amazonaws.com";
    Instant until = clock.instant().plus(SESSION);
    AwsCredentialsIdentity session =
        assume(
            new Service("sts", "sts." + place.region() + suffix, place.region()),
            tenant,
            host,
            role);
    return token(
        new Service("ecr", "api.ecr." + place.region() + suffix, place.region()),
        host,
        session,
        until);
  }

  private AwsCredentialsIdentity assume(
      Service sts, TenantId tenant, RegistryHost host, Access.AwsRole role) {
    String form =
        "Action=AssumeRole&Version=2011-06-15&RoleSessionName=firmament-registry"
            + "&DurationSeconds="
            + SESSION.toSeconds()
            + "&RoleArn="
            + URLEncoder.encode(role.role(), StandardCharsets.UTF_8)
            + "&ExternalId="
            + URLEncoder.encode(Access.AwsRole.externalId(tenant), StandardCharsets.UTF_8);
    Answer answer =
        call(
            sts,
            clients.credentials().resolveCredentials(),
            Map.of("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
            form);
    if (answer.status() == 403 || answer.status() == 400) {
      throw RegistryProblem.REGISTRY_LOGIN_REFUSED.with(
          "host",
          host,
          "detail",
          "the role "
              + role.role()
              + " cannot be assumed; it must trust the platform, with the external id "
              + Access.AwsRole.externalId(tenant));
    }
    String key = "";
    String secret = "";
    String token = "";
    Matcher field = FIELD.matcher(answer.body());
    while (field.find()) {
      switch (field.group(1)) {
        case "AccessKeyId" -> key = field.group(2);
        case "SecretAccessKey" -> secret = field.group(2);
        default -> token = field.group(2);
      }
    }
    if (answer.status() != 200 || key.isEmpty() || secret.isEmpty() || token.isEmpty()) {
      throw unreachable(sts, "it answers " + answer.status());
    }
    return AwsSessionCredentials.create(key, secret, token);
  }

  private Login token(
      Service ecr, RegistryHost host, AwsCredentialsIdentity session, Instant until) {
    Answer answer =
        call(
            ecr,
            session,
            Map.of(
                "content-type", "application/x-amz-json-1.1",
                "x-amz-target", "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken"),
            "{}");
    if (answer.status() == 400 || answer.status() == 403) {
      throw RegistryProblem.REGISTRY_LOGIN_REFUSED.with(
          "host", host, "detail", "the role may not call ecr:GetAuthorizationToken");
    }
    String pair =
        answer.status() == 200
            ? pair(answer.body()).orElseThrow(() -> unreachable(ecr, "it gives no token"))
            : "";
    int colon = pair.indexOf(':');
    if (colon < 0) {
      throw unreachable(ecr, "it answers " + answer.status());
    }
    return new Login(pair.substring(0, colon), new Secret(pair.substring(colon + 1)), until);
  }

  /// `AWS:password` in the answer.
  private static Optional<String> pair(String body) {
    try {
      if (JSON.fromJson(body) instanceof Map<?, ?> answer
          && answer.get("authorizationData") instanceof List<?> data
          && !data.isEmpty()
          && data.getFirst() instanceof Map<?, ?> first
          && first.get("authorizationToken") instanceof String token) {
        return Optional.of(new String(Base64.getDecoder().decode(token), StandardCharsets.UTF_8));
      }
    } catch (RuntimeException e) {
      // The parser has several exceptions for malformed text, and none says more than this.
    }
    return Optional.empty();
  }

  private Answer call(
      Service service, AwsCredentialsIdentity identity, Map<String, String> headers, String body) {
    URI uri =
        clients
            .endpoint(service.name().equals("sts") ? "STS" : "ECR")
            .orElseGet(() -> URI.create("https://" + service.host()));
    SdkHttpFullRequest.Builder request =
        SdkHttpFullRequest.builder()
            .method(SdkHttpMethod.POST)
            .uri(uri.resolve("/"))
            .putHeader("host", uri.getAuthority());
    headers.forEach(request::putHeader);
    ContentStreamProvider content = ContentStreamProvider.fromUtf8String(body);
    SdkHttpRequest unsigned = request.build();
    SignedRequest signed =
        signer.sign(
            b ->
                b.identity(identity)
                    .request(unsigned)
                    .payload(content)
                    .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, service.name())
                    .putProperty(AwsV4HttpSigner.REGION_NAME, service.region()));
    try (SdkHttpClient http = clients.http().build()) {
      HttpExecuteResponse response =
          http.prepareRequest(
                  HttpExecuteRequest.builder()
                      .request(signed.request())
                      .contentStreamProvider(signed.payload().orElse(content))
                      .build())
              .call();
      return new Answer(response.httpResponse().statusCode(), text(response));
    } catch (IOException e) {
      throw unreachable(service, "no answer");
    }
  }

  private static String text(HttpExecuteResponse response) throws IOException {
    Optional<? extends InputStream> body = response.responseBody();
    if (body.isEmpty()) {
      return "";
    }
    try (InputStream in = body.get()) {
      return new String(in.readNBytes(ANSWER_BYTES), StandardCharsets.UTF_8);
    }
  }

  private static ProblemException unreachable(Service service, String detail) {
    return RegistryProblem.REGISTRY_UNREACHABLE.with("host", service.host(), "detail", detail);
  }
}
