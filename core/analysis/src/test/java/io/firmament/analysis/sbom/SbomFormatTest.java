package io.firmament.analysis.sbom;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SbomFormatTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/vnd.cyclonedx+json; version=1.7 | CYCLONEDX_JSON_1_7",
        "application/vnd.cyclonedx+json;version=\"1.6\" | CYCLONEDX_JSON_1_6",
        "application/vnd.cyclonedx+json | CYCLONEDX_JSON_1_7",
        "application/vnd.cyclonedx+xml; version=1.4 | CYCLONEDX_XML_1_4",
        "Application/VND.CycloneDX+XML | CYCLONEDX_XML_1_7",
        "application/spdx+json | SPDX_JSON_2_3",
        "application/vnd.cyclonedx+json; version=1.2 | CYCLONEDX_JSON_1_2",
        "application/vnd.cyclonedx+xml; version=1.1 | CYCLONEDX_XML_1_1",
        "application/spdx+xml | SPDX_XML_2_3",
        "application/spdx+json; version=3.0.1 | SPDX_JSON_3_0_1",
        "application/spdx+json; version=2.3 | SPDX_JSON_2_3",
        "*/* | CYCLONEDX_JSON_1_7",
        "text/html, */*;q=0.1 | CYCLONEDX_JSON_1_7",
        "application/spdx+json;q=0.5, application/vnd.cyclonedx+xml;q=0.9 | CYCLONEDX_XML_1_7",
        "application/spdx+json, application/vnd.cyclonedx+xml | SPDX_JSON_2_3",
        "application/spdx+json;q=0, application/vnd.cyclonedx+xml;q=0.1 | CYCLONEDX_XML_1_7",
      })
  void picksWhatIsAskedForMost(String header, SbomFormat expected) {
    assertEquals(Optional.of(expected), SbomFormat.negotiate(header));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''",
        "application/json",
        "application/*",
        "text/html, application/xml",
        "application/vnd.cyclonedx+json; version=1.8",
        "application/vnd.cyclonedx+json; version=1.1",
        "application/vnd.cyclonedx+xml; version=1.0",
        "application/spdx+json; version=2.2",
        "application/spdx+xml; version=3.0.1",
        "application/vnd.cyclonedx+json;q=0",
        "application/vnd.cyclonedx+json;q=2",
        "application/vnd.cyclonedx+json;q=x",
        "application/vnd.cyclonedx+json;q=0, */*;q=0.5",
        ";;;,,,q=1",
      })
  void nothingElseIsAcceptable(String header) {
    assertEquals(Optional.empty(), SbomFormat.negotiate(header));
  }

  @Test
  void aMissingHeaderIsNotAcceptable() {
    assertEquals(Optional.empty(), SbomFormat.negotiate(null));
  }

  @Test
  void saysItsContentType() {
    assertEquals(
        "application/vnd.cyclonedx+xml; version=1.7", SbomFormat.CYCLONEDX_XML_1_7.contentType());
  }
}
