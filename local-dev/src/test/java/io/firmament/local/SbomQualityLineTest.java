package io.firmament.local;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.avaje.jsonb.Jsonb;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SbomQualityLineTest {
  @Test
  void namesTheScoresAndWhatIsMissedMost() {
    assertEquals(
        "SBOM quality: NTIA 85, CISA 2025 80; most missing: supplier (3 of 5)",
        line(
            """
            {"things":5,"profiles":[
            {"id":"ntia","score":85,"criteria":[{"id":"version","missing":1},
            {"id":"supplier","missing":3},{"id":"unique-identifiers","missing":3}]},
            {"id":"cisa-2025","score":80,"criteria":[{"id":"license","missing":4}]}]}
            """));
  }

  @Test
  void saysNothingOfMissingWhereNothingIs() {
    assertEquals(
        "SBOM quality: NTIA 100",
        line(
            """
            {"things":5,"profiles":[
            {"id":"ntia","score":100,"criteria":[{"id":"name","missing":0}]}]}
            """));
  }

  private static String line(String json) {
    Object value = Jsonb.instance().type(Object.class).fromJson(json);
    Map<String, Object> quality = ApiClient.asObject(value);
    return SbomQualityLine.of(quality);
  }
}
