package io.firmament.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.util.Base64URL;
import io.firmament.edge.Tokens;
import io.firmament.platform.identity.Permission;
import io.firmament.platform.identity.Role;
import io.firmament.platform.identity.SoftwareTokenSigner;
import io.firmament.schema.Contract;
import io.firmament.schema.Route;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Every route of the contract with every wrong credential, and with every role.
final class CredentialsTest {
  private static TestTenant tenant;
  private static TestTenant other;

  @BeforeAll
  static void create() {
    tenant = TestTenant.create("credentials");
    other = TestTenant.create("other");
  }

  @Test
  void everyRouteRefusesEveryWrongBearer() throws Exception {
    Map<String, String> wrong = wrongBearers();
    List<String> failures = new ArrayList<>();
    for (Route route : Contract.routes()) {
      if (route.auth() == Route.Auth.TENANT || route.auth() == Route.Auth.SESSION_OR_KEY) {
        wrong.forEach(
            (name, header) ->
                unauthenticated(
                    failures, route, name, Routes.request(route).with("authorization", header)));
      }
    }
    assertEquals("", String.join("\n", failures));
  }

  @Test
  void everyRouteRefusesNoCredentialAndEveryWrongCookie() {
    Map<String, Call> wrong = new LinkedHashMap<>();
    List<String> failures = new ArrayList<>();
    String loggedOut = tenant.session();
    assertEquals(204, Call.of("POST", "/api/v1/auth/logout").cookie(loggedOut).send().status());
    for (Route route : Contract.routes()) {
      if (route.auth() == Route.Auth.NONE) {
        continue;
      }
      Call call = Routes.request(route);
      wrong.put("no credential", call);
      wrong.put("an unknown cookie", call.cookie("x".repeat(43)));
      wrong.put("an empty cookie", call.cookie(""));
      wrong.put("the cookie of a session that was logged out", call.cookie(loggedOut));
      wrong.put(
          "the cookie of an expired session", call.cookie(tenant.session(Duration.ofSeconds(-1))));
      if (route.auth() == Route.Auth.TENANT) {
        wrong.put("a session where a token is needed", call.cookie(tenant.session()));
      }
      wrong.forEach((name, request) -> unauthenticated(failures, route, name, request));
      wrong.clear();
    }
    assertEquals("", String.join("\n", failures));
  }

  /// A credential that a route does not look at changes nothing.
  @Test
  void openRoutesLookAtNoCredential() {
    for (Route route : Contract.routes()) {
      if (route.auth() == Route.Auth.NONE) {
        Call call = Routes.request(route);
        Answer plain = call.send();
        Answer withCredential = call.bearer("garbage").cookie("garbage").send();
        assertEquals(plain.status(), withCredential.status(), route.operationId());
        assertTrue(plain.status() < 500 && plain.status() != 401, route + ": " + plain);
      }
    }
  }

  @Test
  void sessionsAreAskedForWhereTokensAreNotEnough() {
    String token = tenant.apiToken().text();
    for (Call call :
        List.of(
            Call.of("POST", "/api/v1/auth/logout").bearer(tenant.bearer()),
            Call.of("POST", "/api/v1/auth/logout").bearer(token),
            Call.json("POST", "/api/api-tokens", "{\"name\":\"x\"}").bearer(token))) {
      Answer answer = call.send();
      assertEquals(403, answer.status(), answer::toString);
      assertEquals("session_required", answer.code());
    }
  }

  @Test
  void everyRouteNamesThePermissionThatARoleLacks() {
    List<String> failures = new ArrayList<>();
    Map<Role, TestTenant> users = new EnumMap<>(Role.class);
    Arrays.stream(Role.values()).forEach(role -> users.put(role, TestTenant.withRole(role)));
    Set<Role> refused = java.util.EnumSet.noneOf(Role.class);
    for (Route route : Contract.routes()) {
      if (route.permission().isPresent()) {
        String permission = route.permission().get();
        users.forEach(
            (role, user) -> {
              boolean holds = holders(permission).contains(role.id());
              Answer answer = Routes.request(route).bearer(user.bearer()).send();
              if (!holds) {
                refused.add(role);
              }
              check(failures, route, role.id(), permission, holds, answer);
            });
      }
    }
    assertEquals("", String.join("\n", failures));
    assertEquals(Role.values().length - 1, refused.size(), "every role but admin lacks something");
  }

  @Test
  void anApiTokenCanDoNoMoreThanItWasMadeFor() {
    List<String> failures = new ArrayList<>();
    for (Route route : Contract.routes()) {
      if (route.permission().isPresent()) {
        String permission = route.permission().get();
        String all =
            Arrays.stream(Permission.values())
                .map(Permission::id)
                .filter(id -> !id.equals(permission))
                // Whoever may view the whole tenant may view every firmware of it.
                .filter(id -> !id.equals("tenant.view") || !permission.equals("firmware.view"))
                .map(id -> "\"" + id + "\"")
                .collect(Collectors.joining(","));
        String without = tenant.apiToken("{\"name\":\"t\",\"permissions\":[" + all + "]}").text();
        String only =
            tenant.apiToken("{\"name\":\"t\",\"permissions\":[\"" + permission + "\"]}").text();
        Call call = Routes.request(route);
        check(failures, route, "without", permission, false, call.bearer(without).send());
        check(failures, route, "only", permission, true, call.bearer(only).send());
      }
    }
    assertEquals("", String.join("\n", failures));
  }

  @Test
  void graphqlNamesThePermissionThatARoleLacks() {
    for (Role role : Role.values()) {
      TestTenant user = TestTenant.withRole(role);
      Answer answer = Firmware.prepare(user).answer();
      boolean holds = role.permissions().contains(Permission.FIRMWARE_UPLOAD);
      boolean sees = !answer.text().contains("not_found");
      assertEquals(
          holds, !answer.at("data.createFirmwareUpload.id").isEmpty(), () -> role + ": " + answer);
      if (!holds && sees) {
        Answer refused =
            Call.graphql(
                    """
                    mutation ($group: ID!) { createFirmwareUpload(input: {firmware: {name: "n"}
                      product: {name: "p", vendor: "v"} productGroup: {id: $group}})
                      { ... on MutationError { errors { code message } } } }
                    """,
                    Map.of("group", user.productGroup().toString()))
                .bearer(user.bearer())
                .send();
        boolean visible = refused.text().contains("missing permission: firmware.upload");
        assertTrue(visible || refused.text().contains("not_found"), () -> role + ": " + refused);
      }
    }
  }

  private static void check(
      List<String> failures,
      Route route,
      String who,
      String permission,
      boolean holds,
      Answer answer) {
    boolean named =
        answer.status() == 403
            && answer.code().equals("missing_permission")
            && answer.at("permission").equals(permission);
    boolean passed = answer.status() != 401 && answer.status() != 403 && answer.status() < 500;
    if (holds ? !passed : !named) {
      failures.add(route.operationId() + " as " + who + ": " + answer);
    }
  }

  private static List<String> holders(String permission) {
    return Contract.permissions().stream()
        .filter(entry -> entry.id().equals(permission))
        .findFirst()
        .orElseThrow()
        .roles();
  }

  private static void unauthenticated(
      List<String> failures, Route route, String credential, Call call) {
    Answer answer = call.send();
    boolean right =
        answer.status() == 401
            && answer.code().equals("unauthenticated")
            && !answer.at("error").isEmpty()
            && !answer.at("request_id").isEmpty()
            && answer.header("www-authenticate").equals("Bearer")
            && answer.header("content-type").equals("application/json")
            && answer.header("set-cookie").isEmpty();
    if (!right) {
      failures.add(route.operationId() + " with " + credential + ": " + answer);
    }
  }

  /// Values of `Authorization` by what is wrong with them.
  private static Map<String, String> wrongBearers() throws Exception {
    String good = tenant.bearer();
    Answer works = Call.get("/api/api-tokens").bearer(good).send();
    assertEquals(200, works.status(), "what is spoilt below works");
    Tokens ours = TestTenant.tokens(Clock.systemUTC());
    Tokens strange =
        new Tokens(
            SoftwareTokenSigner.generate(), SoftwareTokenSigner.generate(), Clock.systemUTC());
    Clock past = Clock.fixed(Instant.now().minus(Duration.ofHours(13)), ZoneOffset.UTC);
    TestTenant.ApiToken deleted = tenant.apiToken();
    String text = deleted.text();
    assertEquals(200, Call.get("/api/api-tokens").bearer(text).send().status());
    assertEquals(
        204, Call.of("DELETE", "/api/api-tokens/" + deleted.id()).bearer(good).send().status());
    String secretOfOther = other.apiToken().text().split("/", 2)[1];
    String apiToken = tenant.apiToken().text();
    Map<String, String> wrong = new LinkedHashMap<>();
    wrong.put("garbage", "Bearer garbage");
    wrong.put("nothing after the scheme", "Bearer ");
    wrong.put("another scheme", "Basic " + good);
    wrong.put("no scheme", good);
    wrong.put("three dots", "Bearer ...");
    wrong.put("a slash", "Bearer /");
    wrong.put("a broken encoding", "Bearer %00%zz.%%.\u00e9");
    wrong.put("a very long token", "Bearer " + "a".repeat(20_000));
    wrong.put(
        "an expired token",
        "Bearer " + TestTenant.tokens(past).tenantToken(tenant.subject(), tenant.id()));
    wrong.put(
        "a token of another key", "Bearer " + strange.tenantToken(tenant.subject(), tenant.id()));
    wrong.put("an id token", "Bearer " + ours.idToken(tenant.subject(), List.of()));
    wrong.put(
        "a token of a user who is no member",
        "Bearer " + ours.tenantToken(other.subject(), tenant.id()));
    wrong.put("alg none", "Bearer " + forged("{\"alg\":\"none\"}", good) + ".");
    wrong.put("alg None", "Bearer " + forged("{\"alg\":\"None\",\"typ\":\"JWT\"}", good) + ".");
    wrong.put(
        "the signature moved to alg none",
        "Bearer " + forged("{\"alg\":\"none\"}", good) + good.substring(good.lastIndexOf('.')));
    wrong.put(
        "HS256 with the PEM of the public key",
        "Bearer " + hs256(good, ours.tenantTokenPublicKey().getBytes(StandardCharsets.UTF_8)));
    wrong.put(
        "HS256 with the public key",
        "Bearer "
            + hs256(good, Running.platform().ports().tenantTokenKey().publicKey().getEncoded()));
    wrong.put("another tenant written into it", "Bearer " + tampered(good));
    wrong.put("the last byte of the signature cut off", "Bearer " + cut(good));
    wrong.put("a deleted API token", "Bearer " + text);
    wrong.put("another tenant's secret", "Bearer " + tenant.id() + "/" + secretOfOther);
    wrong.put(
        "an API token in another tenant", "Bearer " + other.id() + "/" + apiToken.split("/", 2)[1]);
    wrong.put("an API token cut off", "Bearer " + apiToken.substring(0, apiToken.length() - 1));
    wrong.put("an API token without a secret", "Bearer " + tenant.id() + "/");
    wrong.put("an API token of no tenant", "Bearer " + "x/" + secretOfOther);
    return wrong;
  }

  private static String forged(String header, String token) {
    return Base64URL.encode(header) + "." + token.split("\\.", -1)[1];
  }

  private static String cut(String token) {
    assertFalse(token.isEmpty());
    return token.substring(0, token.length() - 2);
  }

  private static String tampered(String token) {
    String[] part = token.split("\\.", -1);
    String claims = new Base64URL(part[1]).decodeToString();
    String others = claims.replace(tenant.id().toString(), other.id().toString());
    assertFalse(others.equals(claims), "the tenant is in the claims");
    return part[0] + "." + Base64URL.encode(others) + "." + part[2];
  }

  private static String hs256(String token, byte[] secret) throws JOSEException {
    String claims = new Base64URL(token.split("\\.", -1)[1]).decodeToString();
    JWSObject forged = new JWSObject(new JWSHeader(JWSAlgorithm.HS256), new Payload(claims));
    forged.sign(new MACSigner(secret));
    return forged.serialize();
  }
}
