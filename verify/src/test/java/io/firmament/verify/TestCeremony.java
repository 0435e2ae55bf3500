package io.firmament.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.firmament.trust.SoftwareSigner;
import io.firmament.tuf.Json;
import io.firmament.tuf.JsonReader;
import io.firmament.tuf.TufException;
import io.firmament.tuf.repository.Signers;
import io.firmament.tuf.repository.SigningRequest;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/// Begins a tenant's repository over the API.
final class TestCeremony {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private TestCeremony() {}

  /// Holds the first ceremony with one key, and waits until the platform has seen to what is due.
  ///
  /// @return the id of the offline key
  static String begin(TestTenant tenant) {
    SoftwareSigner key = SoftwareSigner.generate();
    Json.Obj offline =
        Json.Obj.EMPTY
            .with("keys", new Json.Arr(List.of(Signers.keyOf(key).json())))
            .with("threshold", 1);
    Answer prepared =
        post(
            tenant,
            "/api/v1/trust/ceremony",
            Json.Obj.EMPTY.with("root", offline).with("targets", offline));
    assertEquals(200, prepared.status(), prepared::toString);
    Answer last = prepared;
    try {
      Json.Obj body = JsonReader.readObject(prepared.text().getBytes(StandardCharsets.UTF_8));
      for (Json each : ((Json.Arr) Objects.requireNonNull(body.get("documents"))).elements()) {
        Json.Obj document = (Json.Obj) each;
        String role = ((Json.Text) Objects.requireNonNull(document.get("role"))).value();
        byte[] file = Objects.requireNonNull(document.get("document")).toBytes();
        last = post(tenant, "/api/v1/trust/" + role, SigningRequest.sign(file, key).json());
        assertEquals(200, last.status(), last::toString);
      }
    } catch (TufException e) {
      throw new AssertionError(e);
    }
    assertEquals("true", last.at("begun"), last::toString);
    awaitQuiet();
    return Signers.keyOf(key).id();
  }

  private static Answer post(TestTenant tenant, String path, Json.Obj body) {
    String text = new String(body.toBytes(), StandardCharsets.UTF_8);
    return Call.json("POST", path, text).bearer(tenant.bearer()).send();
  }

  private static void awaitQuiet() {
    Clock clock = Clock.systemUTC();
    Instant end = clock.instant().plus(PATIENCE);
    while (!Running.platform().ports().trust().due(clock.instant(), 1).isEmpty()) {
      if (clock.instant().isAfter(end)) {
        throw new AssertionError("nobody renews repositories");
      }
      try {
        Thread.sleep(200);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }
}
