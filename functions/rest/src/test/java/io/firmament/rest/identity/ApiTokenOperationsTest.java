package io.firmament.rest.identity;

import static io.firmament.rest.identity.RestUnderTest.at;
import static io.firmament.rest.identity.RestUnderTest.call;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.platform.identity.NewTenant;
import io.firmament.rest.identity.RestUnderTest.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiTokenOperationsTest {
  private final RestUnderTest rest = new RestUnderTest();
  private final NewTenant acme = rest.tenant("tokens@example.com");

  @AfterAll
  void stop() {
    rest.close();
  }

  @Test
  void showsATokenOnceTakesItAndRefusesItOnceDeleted() {
    String session = rest.signIn(acme);
    Answer created = rest.send(call("createApiToken", Map.of("name", "ci")).bearer(session));
    assertEquals(201, created.status(), created.body());
    String token = created.text("token");
    String tenant = acme.tenant().id().toString();
    assertTrue(token.matches(tenant + "/[A-Za-z0-9_-]{43}"), token);

    Answer listed = rest.send(call("listApiTokens").bearer(token));
    assertEquals(200, listed.status());
    assertTrue(listed.body().contains(created.text("id")));
    assertFalse(listed.body().contains(token.substring(tenant.length() + 1)));

    String path = "/api/api-tokens/" + created.text("id");
    assertEquals(403, rest.send(at("deleteApiToken", path).bearer(token)).status());
    assertEquals(204, rest.send(at("deleteApiToken", path).bearer(session)).status());
    assertEquals(401, rest.send(call("listApiTokens").bearer(token)).status());
    assertEquals(404, rest.send(at("deleteApiToken", path).bearer(session)).status());
  }

  @Test
  void refusesATokenThatHasExpired() {
    String expiry = rest.clock.instant().plusSeconds(60).toString();
    Map<String, String> body = Map.of("name", "short", "expires_at", expiry);
    String token = rest.send(call("createApiToken", body).bearer(rest.signIn(acme))).text("token");
    assertEquals(200, rest.send(call("fleetMe").bearer(token)).status());
    rest.later(Duration.ofSeconds(60));
    assertEquals(401, rest.send(call("fleetMe").bearer(token)).status());
  }

  @Test
  void limitsATokenToItsPermissions() {
    Map<String, Object> body = Map.of("name", "narrow", "permissions", List.of("devices.read"));
    String token = rest.send(call("createApiToken", body).bearer(rest.signIn(acme))).text("token");
    Answer me = rest.send(call("fleetMe").bearer(token));
    assertEquals(List.of("devices.read"), me.json().get("permissions"));
    assertEquals("api_token", me.text("credential"));
  }

  @Test
  void letsATokenMintNoOther() {
    String token =
        rest.send(call("createApiToken", Map.of("name", "a")).bearer(rest.signIn(acme)))
            .text("token");
    Answer refused = rest.send(call("createApiToken", Map.of("name", "b")).bearer(token));
    assertEquals(403, refused.status());
    assertEquals("session_required", refused.text("code"));
  }

  @Test
  void namesTheMistakeInARequestForAToken() {
    String session = rest.signIn(acme);
    for (Map<String, Object> wrong :
        List.<Map<String, Object>>of(
            Map.of(),
            Map.of("name", " "),
            Map.of("name", "x".repeat(101)),
            Map.of("name", "n", "expires_at", "tomorrow"),
            Map.of("name", "n", "expires_at", "2020-01-01T00:00:00Z"),
            Map.of("name", "n", "permissions", List.of("devices.fly")))) {
      Answer answer = rest.send(call("createApiToken", wrong).bearer(session));
      assertEquals(400, answer.status(), answer.body());
      assertTrue(answer.json().containsKey("details"), answer.body());
    }
  }

  @Test
  void hidesTheTokensOfAnotherTenant() {
    NewTenant other = rest.tenant("stranger@example.com");
    String mine = rest.signIn(acme);
    String theirs = rest.signIn(other);
    Answer created = rest.send(call("createApiToken", Map.of("name", "mine")).bearer(mine));
    String path = "/api/api-tokens/" + created.text("id");
    Answer foreign = rest.send(at("deleteApiToken", path).bearer(theirs));
    Answer missing =
        rest.send(
            at("deleteApiToken", "/api/api-tokens/11111111-1111-4111-8111-111111111111")
                .bearer(theirs));
    assertEquals(404, foreign.status());
    assertEquals(missing, foreign);
    assertEquals("[]", rest.send(call("listApiTokens").bearer(theirs)).text("items"));
    String token = created.text("token");
    String moved = other.tenant().id() + token.substring(token.indexOf('/'));
    assertEquals(401, rest.send(call("fleetMe").bearer(moved)).status());
  }

  @Test
  void refusesWhatOnlyLooksLikeAToken() {
    for (String odd : List.of("/", "x/y", "/secret", acme.tenant().id() + "/", "a/b/c")) {
      assertEquals(401, rest.send(call("fleetMe").bearer(odd)).status(), odd);
    }
  }
}
