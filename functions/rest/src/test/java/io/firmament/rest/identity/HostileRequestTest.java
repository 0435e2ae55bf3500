package io.firmament.rest.identity;

import static io.firmament.rest.identity.RestUnderTest.call;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.rest.identity.RestUnderTest.Answer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileRequestTest {
  private final RestUnderTest rest = new RestUnderTest();

  @AfterAll
  void stop() {
    rest.close();
  }

  @Test
  void refusesWhatIsNotTheJsonItTakes() {
    for (String body :
        List.of(
            "{",
            "[]",
            "null",
            "7",
            "\"x\"",
            "{\"email\":{}}",
            "{\"email\":[1]}",
            "\u0000",
            "{\"email\":\"a",
            "{\"email\":\"\\u12\"}",
            "[".repeat(100_000))) {
      Answer answer = rest.send(call("login", body));
      assertEquals(400, answer.status(), body.substring(0, Math.min(20, body.length())));
      assertEquals("request-1", answer.text("request_id"));
    }
    Answer empty = rest.send(call("login"));
    assertEquals(400, empty.status());
    assertEquals("malformed_request", empty.text("code"));
  }

  @Test
  void namesAMissingOrOverlongField() {
    Answer missing = rest.send(call("login", "{}"));
    assertEquals(400, missing.status());
    assertTrue(missing.text("details").contains("email"));
    Answer overlong = rest.send(call("login", "{\"email\":\"" + "x".repeat(400) + "\"}"));
    assertEquals(400, overlong.status());
  }

  @Test
  void refusesABodyThatIsTooLargeByItsHeaderOrByItself() {
    Answer declared = rest.send(call("login", "{}").with("content-length", "1073741824"));
    assertEquals(413, declared.status());
    assertEquals("body_too_large", declared.text("code"));
    String large = "{\"email\":\"" + "x".repeat(1024 * 1024) + "\"}";
    assertEquals(413, rest.send(call("login", large)).status());
    assertEquals(400, rest.send(call("login", "{}").with("content-length", "many")).status());
  }

  @Test
  void refusesAnotherContentType() {
    for (String type : List.of("text/plain", "application/x-www-form-urlencoded", "")) {
      Answer answer = rest.send(call("login", "{}").with("content-type", type));
      assertEquals(415, answer.status());
    }
    Answer charset =
        rest.send(
            call("login", "{\"email\":\"a@b\"}")
                .with("content-type", "Application/JSON; charset=utf-8"));
    assertEquals(200, charset.status());
  }

  @Test
  void refusesABrokenQuery() {
    assertEquals(400, rest.send(call("openFirmwarePage").query("firmwareId=%zz")).status());
  }

  @Test
  void writesOnlyAnIdIntoAPage() {
    String id = "11111111-1111-4111-8111-111111111111";
    Answer page = rest.send(call("openIssuesPage").query("firmwareId=" + id));
    assertEquals(200, page.status());
    assertTrue(page.body().contains(id));
    assertEquals("text/html; charset=utf-8", page.headers().get("content-type"));
    Answer odd =
        rest.send(
            call("openCvesPage")
                .query("firmwareId=%3Cscript%3Ealert(1)%3C/script%3E")
                .with("host", "<script>"));
    assertEquals(200, odd.status());
    assertFalse(odd.body().contains("<script>"));
    Answer compare =
        rest.send(call("openComparePage").query("baseFirmwareId=" + id + "&otherFirmwareId=x"));
    assertTrue(compare.body().contains("other: \\\"FIRMWARE_ID\\\""));
  }

  @Test
  void tellsItsVersionToAnybody() {
    Answer version = rest.send(call("getVersion"));
    assertEquals("{\"api\":\"0.1.0\",\"platform\":\"0.1.0\"}", version.body());
    assertEquals("no-store", version.headers().get("cache-control"));
  }
}
