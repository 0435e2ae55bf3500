package io.firmament.analysis.vex;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class VexWriterTest {
  @ParameterizedTest
  @CsvSource({
    "*/*, CYCLONEDX",
    "application/vnd.openvex+json, OPENVEX",
    "application/csaf+json; version=2.0, CSAF",
    "'text/html, application/csaf+json;q=0.5, application/vnd.openvex+json;q=0.9', OPENVEX",
    "'application/vnd.cyclonedx+json;q=0, */*', ",
    "application/csaf+json; version=2.1, ",
    "application/json, ",
  })
  void theFormatIsTheOneThatTheHeaderAsksForMost(String header, VexFormat format) {
    assertEquals(Optional.ofNullable(format), VexFormat.negotiate(header));
  }

  @Test
  void withoutAHeaderNoFormatIsAcceptable() {
    assertEquals(Optional.empty(), VexFormat.negotiate(null));
  }

  @ParameterizedTest
  @EnumSource(VexFormat.class)
  void theSameReportGivesTheSameBytes(VexFormat format) throws IOException {
    assertArrayEquals(
        VexSamples.write(VexSamples.report(), format),
        VexSamples.write(VexSamples.report(), format));
  }

  @Test
  void openVexHasOneStatementForEachMatchWithTheImageAsProduct() throws IOException {
    String text = text(VexFormat.OPENVEX);
    assertEquals(7, count(text, "\"vulnerability\""));
    assertEquals(
        7,
        count(
            text,
            "\"@id\" : \"pkg:generic/Acme%20%26%20S%C3%B6hne/Router%205@2.0?checksum=sha256:"
                + VexSamples.IMAGE.hex()));
    assertTrue(text.contains("\"@id\" : \"pkg:deb/debian/openssl@1.1.1k-1\""), text);
    assertTrue(text.contains("\"@id\" : \"cpe:/a:busybox:busybox:1.34.1\""), text);
    assertTrue(text.contains("\"@id\" : \"urn:firmament:component:c3\""), text);
  }

  /// The official schema wants exactly one of the two reasons of what is not affected, and an
  /// action for what is.
  @Test
  void openVexGivesEachStatusTheReasonThatItMustHave() throws IOException {
    List<String> statements =
        List.of(text(VexFormat.OPENVEX).split("\"vulnerability\"")).subList(1, 8);
    for (String each : statements) {
      int reasons = count(each, "\"justification\"") + count(each, "\"impact_statement\"");
      assertEquals(each.contains("\"not_affected\"") ? 1 : 0, reasons, each);
      assertEquals(
          each.contains("\"affected\"") ? 1 : 0, count(each, "\"action_statement\""), each);
    }
    assertTrue(statements.get(2).contains("\"vulnerable_code_not_present\""));
    assertTrue(statements.get(3).contains("\"under_investigation\""), "nothing was said of it");
    assertTrue(statements.get(4).contains("False positive: Another product."));
  }

  @Test
  void csafPutsEachComponentOfTheImageIntoTheGroupOfItsStatus() throws IOException {
    String text = text(VexFormat.CSAF).replaceAll("\\s+", "");
    assertTrue(text.contains("\"category\":\"csaf_vex\",\"csaf_version\":\"2.0\""), text);
    assertTrue(
        text.contains(
            "\"product_status\":{\"known_not_affected\":[\"FIRMWARE:c3\"],"
                + "\"known_affected\":[\"FIRMWARE:c1\"]}"),
        text);
    assertTrue(
        text.contains(
            "\"flags\":[{\"label\":\"vulnerable_code_not_present\","
                + "\"product_ids\":[\"FIRMWARE:c2\"]}]"),
        text);
    assertTrue(text.contains("\"category\":\"vendor_fix\""), text);
    assertTrue(text.contains("\"category\":\"none_available\""), text);
    assertTrue(
        text.contains("\"ids\":[{\"system_name\":\"DSA\",\"text\":\"DSA-5103-1\"}]"),
        "what is no CVE has no cve");
    assertFalse(text.contains("\"\""), "CSAF has no empty texts");
    assertTrue(text.contains("\"version\":\"2\""), "as many as there are revisions");
  }

  @Test
  void cycloneDxIsTheSbomWithItsVulnerabilities() throws IOException {
    String text = text(VexFormat.CYCLONEDX).replaceAll("\\s+", "");
    assertTrue(text.contains("\"specVersion\":\"1.7\""), text);
    assertTrue(text.contains("\"state\":\"exploitable\""), text);
  }

  private static String text(VexFormat format) throws IOException {
    return new String(VexSamples.write(VexSamples.report(), format), StandardCharsets.UTF_8);
  }

  private static int count(String text, String what) {
    Matcher matcher = Pattern.compile(Pattern.quote(what)).matcher(text);
    int count = 0;
    while (matcher.find()) {
      count++;
    }
    return count;
  }
}
