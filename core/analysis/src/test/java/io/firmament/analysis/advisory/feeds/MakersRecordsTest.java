package io.firmament.analysis.advisory.feeds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.firmament.analysis.advisory.version.FirmwareVersions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Records of CNAs and of OSV, whole and broken.
class MakersRecordsTest {
  private static final String RECORD =
      """
      {"cveMetadata":{"cveId":"CVE-2000-0001","state":"PUBLISHED"},"containers":{"cna":{
      "descriptions":[{"lang":"en","value":"words"}],
      "affected":[{"vendor":"Acme","product":"Some Router","defaultStatus":"unknown","versions":[
      {"version":"1.0","status":"affected"},
      {"version":"2.0","lessThan":"2.5","status":"affected","changes":[{"at":"2.3","status":"unaffected"}]},
      {"version":"3.0","lessThanOrEqual":"3.*","status":"unaffected"},
      {"version":"4.0","lessThanOrEqual":"4.2","status":"affected"},
      {"version":"9.0","lessThan":"*","status":"unaffected"}]}]}}}
      """;

  @ParameterizedTest
  @CsvSource({
    "1.0, AFFECTED",
    "1.1, UNKNOWN",
    "2.0, AFFECTED",
    "2.2.9, AFFECTED",
    "2.3, UNAFFECTED",
    "2.5, UNKNOWN",
    "3.9.9, UNAFFECTED",
    "4.2, AFFECTED",
    "4.2.1, UNKNOWN",
    "10.0, UNAFFECTED",
  })
  void evaluatesTheVersionsOfACveRecord(String version, CveRecord.Status status)
      throws IOException, MalformedRecord {
    CveRecord record = CveRecord.parse(bytes(RECORD));
    assertEquals(
        Optional.of(status),
        record.status("acme:some_router", version, FirmwareVersions.standard()));
    assertEquals("words", record.description());
  }

  @Test
  void saysNothingOfOtherProducts() throws IOException, MalformedRecord {
    assertEquals(
        Optional.empty(),
        CveRecord.parse(bytes(RECORD)).status("acme:other", "1.0", FirmwareVersions.standard()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "[]",
        "null",
        "{}",
        "{\"id\":7}",
        "{\"id\":\"X\",\"affected\":{}}",
        "{\"cveMetadata\":{\"cveId\":\"CVE-1\"},\"containers\":{\"cna\":{\"affected\":7}}}",
        "{\"a\":",
      })
  void refusesWhatIsNoRecord(String text) {
    assertThrows(MalformedRecord.class, () -> CveRecord.parse(bytes(text)));
    assertThrows(MalformedRecord.class, () -> OsvAdvisory.parse(bytes(text)));
  }

  @Test
  void refusesDeepNesting() {
    String deep = "{\"id\":" + "[".repeat(100_000);
    assertThrows(MalformedRecord.class, () -> OsvAdvisory.parse(bytes(deep)));
  }

  private static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
