package io.firmament.rest.identity;

import static io.firmament.rest.identity.RestUnderTest.CLIENT;
import static io.firmament.rest.identity.RestUnderTest.PASSWORD;
import static io.firmament.rest.identity.RestUnderTest.call;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.avaje.jsonb.Jsonb;
import io.firmament.platform.identity.NewTenant;
import io.firmament.platform.identity.TokenSigner;
import io.firmament.rest.identity.RestUnderTest.Answer;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TokenFlowTest {
  private final RestUnderTest rest = new RestUnderTest();
  private final NewTenant acme = rest.tenant("Flow@Example.com");

  @AfterAll
  void stop() {
    rest.close();
  }

  @Test
  void saysTheSameForKnownAndUnknownAddresses() {
    Answer known = rest.send(call("login", Map.of("email", "flow@example.com")));
    Answer unknown = rest.send(call("login", Map.of("email", "nobody@example.com")));
    assertEquals(200, known.status());
    assertEquals("{\"mode\":\"local\"}", known.body());
    assertEquals(known, unknown);
  }

  @Test
  void givesAnIdTokenWithExactlyTheClaimsThatClientsCheck() throws Exception {
    Answer answer = rest.authorize("fLOW@example.com", PASSWORD);
    assertEquals(200, answer.status(), answer.body());
    assertTrue(answer.json().containsKey("policies_accepted_at"));
    String token = answer.text("id_token");
    Map<String, Object> claims = verified(token, "idTokenPublicKey");
    long now = rest.clock.instant().getEpochSecond();
    assertEquals("https://www.onekey.com/", claims.get("iss"));
    assertEquals("fLOW@example.com", claims.get("sub"));
    assertEquals(CLIENT, claims.get("aud"));
    assertEquals("n-1", claims.get("nonce"));
    assertEquals(now - 30, number(claims, "iat"));
    assertTrue(number(claims, "exp") >= now + 3 * 3600);
    assertFalse(claims.containsKey("nbf"));
    assertEquals(
        List.of(Map.of("id", acme.tenant().id().toString(), "name", "Acme")),
        claims.get("https://www.onekey.com/tenants"));
    assertEquals(Map.of("alg", "RS256", "typ", "JWT"), part(token, 0));
  }

  @Test
  void givesATenantTokenAsOftenAsTheIdTokenLasts() throws Exception {
    String idToken = rest.authorize("flow@example.com", PASSWORD).text("id_token");
    for (int i = 0; i < 2; i++) {
      Answer answer = rest.token(idToken, acme.tenant().id().toString());
      assertEquals(200, answer.status(), answer.body());
      Map<String, Object> claims = verified(answer.text("tenant_token"), "tenantTokenPublicKey");
      assertEquals("flow@example.com", claims.get("sub"));
      assertEquals("n-2", claims.get("nonce"));
      assertEquals(CLIENT, claims.get("aud"));
      assertEquals("flow@example.com", answer.text("user_email"));
      assertEquals(List.of("admin"), answer.json().get("roles"));
      assertTrue(answer.text("product_groups").contains("name=Default"));
      assertTrue(answer.text("user_groups").contains("Administrators"));
    }
  }

  @Test
  void servesTwoDifferentKeysInTheTextualEncoding() {
    Answer id = rest.send(call("idTokenPublicKey"));
    Answer tenant = rest.send(call("tenantTokenPublicKey"));
    assertTrue(id.body().startsWith("-----BEGIN PUBLIC KEY-----\n"));
    assertFalse(id.body().equals(tenant.body()));
  }

  @Test
  void refusesAWrongPasswordAndAnUnknownAddressAlike() {
    rest.tenant("wrong@example.com");
    Answer wrong = rest.authorize("wrong@example.com", "incorrect horse");
    Answer nobody = rest.authorize("nobody2@example.com", "incorrect horse");
    assertEquals(401, wrong.status());
    assertEquals("bad_credentials", wrong.text("code"));
    assertEquals(wrong, nobody);
  }

  @Test
  void throttlesAnAccountAndLetsItTryAgainLater() {
    rest.tenant("throttled@example.com");
    for (int i = 0; i < 10; i++) {
      assertEquals(401, rest.authorize("Throttled@example.com", "guess " + i).status());
    }
    Answer refused = rest.authorize("throttled@example.com", PASSWORD);
    assertEquals(429, refused.status());
    assertTrue(Integer.parseInt(String.valueOf(refused.headers().get("retry-after"))) <= 300);
    assertEquals(200, rest.authorize("flow@example.com", PASSWORD).status());
    rest.later(Duration.ofMinutes(5));
    assertEquals(200, rest.authorize("throttled@example.com", PASSWORD).status());
  }

  @Test
  void refusesAClientItDoesNotKnow() {
    Map<String, String> body =
        Map.of("email", "a@b.c", "password", "p", "client_id", "evil", "nonce", "n");
    Answer answer = rest.send(call("authorize", body));
    assertEquals(400, answer.status());
    assertEquals("unknown_client", answer.text("code"));
  }

  @Test
  void refusesAnIdTokenThatIsNotOneOrNotForThisClient() {
    String idToken = rest.authorize("flow@example.com", PASSWORD).text("id_token");
    String tenant = acme.tenant().id().toString();
    assertEquals(
        401, rest.token(idToken.substring(0, idToken.length() - 8) + "AAAAAAAA", tenant).status());
    assertEquals(401, rest.token(tampered(idToken), tenant).status());
    assertEquals(401, rest.token(unsigned(idToken), tenant).status());
    assertEquals(401, rest.token(rest.signIn(acme), tenant).status());
    assertEquals(401, rest.token("garbage", tenant).status());
    Map<String, String> otherClient =
        Map.of("id_token", idToken, "client_id", "web", "tenant_id", tenant, "nonce", "n");
    assertEquals(401, rest.send(call("issueTenantToken", otherClient)).status());
  }

  @Test
  void answersForAnotherTenantAsForNone() {
    String idToken = rest.authorize("flow@example.com", PASSWORD).text("id_token");
    NewTenant other = rest.tenant("other@example.com");
    Answer foreign = rest.token(idToken, other.tenant().id().toString());
    Answer missing = rest.token(idToken, "11111111-1111-4111-8111-111111111111");
    assertEquals(404, foreign.status());
    assertEquals(foreign, missing);
    assertEquals(foreign, rest.token(idToken, "no uuid"));
  }

  @Test
  void letsNoIdTokenPassAsATenantToken() {
    String idToken = rest.authorize("flow@example.com", PASSWORD).text("id_token");
    assertEquals(401, rest.send(call("listApiTokens").bearer(idToken)).status());
    String tenantToken = rest.signIn(acme);
    assertEquals(200, rest.send(call("listApiTokens").bearer(tenantToken)).status());
    assertEquals(401, rest.send(call("listApiTokens").bearer(tampered(tenantToken))).status());
    assertEquals(401, rest.send(call("listApiTokens").bearer(unsigned(tenantToken))).status());
    assertEquals(
        401, rest.send(call("listApiTokens").bearer(resigned(tenantToken, rest.idKey))).status());
    assertEquals(401, rest.send(call("listApiTokens")).status());
    assertEquals(
        401, rest.send(call("listApiTokens").with("authorization", "Basic eDp5")).status());
  }

  @Test
  void refusesATokenWhenItsTimeIsOver() {
    String idToken = rest.authorize("flow@example.com", PASSWORD).text("id_token");
    String tenantToken = rest.signIn(acme);
    rest.later(Duration.ofMinutes(29));
    assertEquals(200, rest.send(call("listApiTokens").bearer(tenantToken)).status());
    rest.later(Duration.ofMinutes(1));
    Answer expired = rest.send(call("listApiTokens").bearer(tenantToken));
    assertEquals(401, expired.status());
    assertEquals("unauthenticated", expired.text("code"));
    assertEquals(200, rest.token(idToken, acme.tenant().id().toString()).status());
    rest.later(Duration.ofHours(12));
    assertEquals(401, rest.token(idToken, acme.tenant().id().toString()).status());
  }

  private Map<String, Object> verified(String token, String keyOperation) throws Exception {
    String pem = rest.send(call(keyOperation)).body().replaceAll("-----[^-]+-----|\\s", "");
    PublicKey key =
        KeyFactory.getInstance("RSA")
            .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(pem)));
    String[] part = token.split("\\.", -1);
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initVerify(key);
    signature.update((part[0] + "." + part[1]).getBytes(StandardCharsets.US_ASCII));
    assertTrue(signature.verify(Base64.getUrlDecoder().decode(part[2])));
    return part(token, 1);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> part(String token, int index) {
    byte[] json = Base64.getUrlDecoder().decode(token.split("\\.", -1)[index]);
    return (Map<String, Object>) Jsonb.builder().build().type(Object.class).fromJson(json);
  }

  private static long number(Map<String, Object> claims, String name) {
    return ((Number) requireNonNull(claims.get(name))).longValue();
  }

  private static String tampered(String token) {
    String[] part = token.split("\\.", -1);
    String claims = new String(Base64.getUrlDecoder().decode(part[1]), StandardCharsets.UTF_8);
    return part[0]
        + "."
        + encoded(claims.replaceAll("(?i)example\\.com", "example.org"))
        + "."
        + part[2];
  }

  private static String unsigned(String token) {
    return encoded("{\"alg\":\"none\"}") + "." + token.split("\\.", -1)[1] + ".";
  }

  private static String resigned(String token, TokenSigner key) {
    String input = token.substring(0, token.lastIndexOf('.'));
    byte[] signature = key.sign(input.getBytes(StandardCharsets.US_ASCII));
    return input + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
  }

  private static String encoded(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
