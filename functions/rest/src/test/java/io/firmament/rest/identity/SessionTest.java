package io.firmament.rest.identity;

import static io.firmament.rest.identity.RestUnderTest.PASSWORD;
import static io.firmament.rest.identity.RestUnderTest.call;
import static java.util.Objects.requireNonNull;
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
class SessionTest {
  private final RestUnderTest rest = new RestUnderTest();
  private final NewTenant acme = rest.tenant("Operator@Example.com");

  @AfterAll
  void stop() {
    rest.close();
  }

  @Test
  void signsInByACookieThatScriptsCannotReadAndOut() {
    Answer login = login("operator@example.com", PASSWORD);
    assertEquals(204, login.status(), login.body());
    assertEquals("", login.body());
    String set = String.valueOf(login.cookies().getFirst());
    assertTrue(
        set.matches(
            "firmament_session=[A-Za-z0-9_-]{43}; Max-Age=43200; Path=/; HttpOnly;"
                + " SameSite=Lax; Secure"),
        set);
    String cookie = set.substring(0, set.indexOf(';'));
    Answer me = rest.send(call("fleetMe").with("cookie", "theme=dark; " + cookie));
    assertEquals(200, me.status(), me.body());
    assertEquals("session", me.text("credential"));
    assertEquals("operator@example.com", me.text("email"));
    Map<?, ?> tenant = (Map<?, ?>) requireNonNull(me.json().get("tenant"));
    assertEquals(acme.tenant().id().toString(), tenant.get("id"));

    Answer logout = rest.send(call("fleetLogout").with("cookie", cookie));
    assertEquals(204, logout.status());
    assertTrue(String.valueOf(logout.cookies().getFirst()).contains("Max-Age=0"));
    assertEquals(401, rest.send(call("fleetMe").with("cookie", cookie)).status());
  }

  @Test
  void leavesOutSecureWhereTheCallerCameWithoutTls() {
    Map<String, String> body = Map.of("email", "operator@example.com", "password", PASSWORD);
    Answer login = rest.send(call("fleetLogin", body).with("x-forwarded-proto", "http"));
    assertFalse(String.valueOf(login.cookies().getFirst()).contains("Secure"));
  }

  @Test
  void endsASessionWhenItsTimeIsOver() {
    String set = String.valueOf(login("operator@example.com", PASSWORD).cookies().getFirst());
    String cookie = set.substring(0, set.indexOf(';'));
    rest.later(Duration.ofHours(12));
    assertEquals(401, rest.send(call("fleetMe").with("cookie", cookie)).status());
  }

  @Test
  void refusesAKeyWhereASessionIsNeeded() {
    Answer refused = rest.send(call("fleetLogout").bearer(rest.signIn(acme)));
    assertEquals(403, refused.status());
    assertEquals("session_required", refused.text("code"));
    assertEquals(401, rest.send(call("fleetLogout")).status());
  }

  @Test
  void answersAWrongPasswordInTheShapeOfTheFleetApi() {
    Answer refused = login("operator@example.com", "incorrect horse");
    assertEquals(401, refused.status());
    assertEquals("e-mail address or password is wrong", refused.text("error"));
    assertEquals("request-1", refused.text("request_id"));
    assertEquals(List.of(), refused.cookies());
  }

  private Answer login(String email, String password) {
    return rest.send(call("fleetLogin", Map.of("email", email, "password", password)));
  }
}
