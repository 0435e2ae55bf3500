package io.firmament.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.firmament.base.ProblemException;
import io.firmament.base.TenantId;
import io.firmament.platform.registry.Access;
import io.firmament.platform.registry.Login;
import io.firmament.platform.registry.RegistryHost;
import io.firmament.platform.registry.RegistryProblem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The two calls for a login, against a server that takes down what is sent.
class EcrLoginTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private static final RegistryHost HOST =
      new RegistryHost("123456789012.dkr.ecr.eu-west-3.amazonaws.com");
  private static final Access.AwsRole ROLE =
      new Access.AwsRole("arn:aws:iam::123456789012:role/firmament-pull");

  private final TenantId tenant = new TenantId(UUID.randomUUID());
  private final List<Seen> seen = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private volatile int stsStatus = 200;
  private volatile int ecrStatus = 200;
  private volatile String ecrAnswer =
      "{\"authorizationData\":[{\"authorizationToken\":\"%s\",\"expiresAt\":1.9e9}]}"
          .formatted(
              Base64.getEncoder()
                  .encodeToString("AWS:the:password".getBytes(StandardCharsets.UTF_8)));

  private record Seen(String authorization, String token, String target, String body) {}

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    seen.add(
        new Seen(
            header(exchange, "Authorization"),
            header(exchange, "X-Amz-Security-Token"),
            header(exchange, "X-Amz-Target"),
            body));
    boolean sts = header(exchange, "X-Amz-Target").isEmpty();
    byte[] answer =
        (sts
                ? """
                <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                 <AssumeRoleResult><Credentials><AccessKeyId>ASIA1</AccessKeyId>
                 <SecretAccessKey>se/cret+key</SecretAccessKey>
                 <SessionToken>session/token==</SessionToken></Credentials></AssumeRoleResult>
                </AssumeRoleResponse>
                """
                : ecrAnswer)
            .getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(sts ? stsStatus : ecrStatus, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  private static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "" : value;
  }

  private Login login() {
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    try (AwsClients clients =
        AwsClients.of(
            Map.of(
                "AWS_REGION", "eu-central-1",
                "AWS_ACCESS_KEY_ID", "AKIAOWN",
                "AWS_SECRET_ACCESS_KEY", "own",
                "AWS_ENDPOINT_URL", url))) {
      return new EcrLogin(clients, Clock.fixed(NOW, ZoneOffset.UTC)).login(tenant, HOST, ROLE);
    }
  }

  @Test
  void assumesTheRoleForTheTenantAndAsksInItsName() {
    Login login = login();
    assertEquals("AWS", login.username());
    assertEquals("the:password", login.password().reveal());
    assertEquals(NOW.plusSeconds(3_600), login.until());
    String form = URLDecoder.decode(seen.getFirst().body(), StandardCharsets.UTF_8);
    assertTrue(form.contains("Action=AssumeRole&"), form);
    assertTrue(form.contains("RoleArn=" + ROLE.role() + "&"), form);
    assertTrue(form.endsWith("ExternalId=" + tenant), form);
    assertTrue(
        seen.getFirst()
            .authorization()
            .matches(
                "AWS4-HMAC-SHA256 Credential=AKIAOWN/\\d{8}/eu-west-3/sts/aws4_request,"
                    + " .*Signature=[0-9a-f]{64}"),
        seen::toString);
    assertTrue(
        seen.get(1)
            .authorization()
            .matches("AWS4-HMAC-SHA256 Credential=ASIA1/\\d{8}/eu-west-3/ecr/aws4_request, .*"),
        seen::toString);
    assertEquals("session/token==", seen.get(1).token());
    assertEquals(
        "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken", seen.get(1).target());
    assertFalse(login.toString().contains("the:password"));
  }

  @Test
  void saysWhatTheRoleMustTrustWhereItCannotBeAssumed() {
    stsStatus = 403;
    ProblemException e = assertThrows(ProblemException.class, this::login);
    assertEquals(RegistryProblem.REGISTRY_LOGIN_REFUSED, e.problem());
    assertTrue(String.valueOf(e.getMessage()).contains(tenant.toString()), e::getMessage);
    assertEquals(1, seen.size());
  }

  @Test
  void saysThatTheRoleMayNotAskForAToken() {
    ecrStatus = 400;
    ProblemException e = assertThrows(ProblemException.class, this::login);
    assertEquals(RegistryProblem.REGISTRY_LOGIN_REFUSED, e.problem());
  }

  @Test
  void takesNoAnswerWithoutAToken() {
    for (String answer : List.of("", "{}", "[", "{\"authorizationData\":[]}", "<html>")) {
      ecrAnswer = answer;
      ProblemException e = assertThrows(ProblemException.class, this::login, answer);
      assertEquals(RegistryProblem.REGISTRY_UNREACHABLE, e.problem(), answer);
    }
    stsStatus = 500;
    ProblemException e = assertThrows(ProblemException.class, this::login);
    assertEquals(RegistryProblem.REGISTRY_UNREACHABLE, e.problem());
  }

  @Test
  void saysThatAwsDoesNotAnswer() {
    server.stop(0);
    ProblemException e = assertThrows(ProblemException.class, this::login);
    assertEquals(RegistryProblem.REGISTRY_UNREACHABLE, e.problem());
  }
}
