package io.firmament.analysis.vex;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.finding.VexDecision;
import io.firmament.base.finding.VexDecisions;
import io.firmament.base.finding.VexSource;
import io.firmament.base.finding.VexStatement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class VexImportTest {
  private static final Instant LATER = Instant.parse("2026-06-01T00:00:00Z");

  /// The words of other formats are fewer: what they have no word for comes back as the nearest.
  @ParameterizedTest
  @EnumSource(VexFormat.class)
  void whatWeWriteWeReadBackAsStatementsOfTheSameMatches(VexFormat format) throws IOException {
    VexDocument document = read(VexSamples.write(VexSamples.report(), format));
    Map<String, VexStatement.State> states = new HashMap<>();
    Map<String, VexStatement.Justification> reasons = new HashMap<>();
    for (VexDecision each : apply(document)) {
      states.put(each.match(), each.statement().state());
      if (each.statement().justification() != null) {
        reasons.put(each.match(), each.statement().justification());
      }
      assertTrue(each.specific(), each.match());
    }
    boolean falsePositives = format == VexFormat.CYCLONEDX;
    Map<String, VexStatement.State> expected =
        new HashMap<>(
            Map.of(
                "m1", VexStatement.State.EXPLOITABLE,
                "m2", VexStatement.State.RESOLVED,
                "m3", VexStatement.State.NOT_AFFECTED,
                "m5",
                    falsePositives
                        ? VexStatement.State.FALSE_POSITIVE
                        : VexStatement.State.NOT_AFFECTED,
                "m6", VexStatement.State.NOT_AFFECTED,
                "m7", VexStatement.State.EXPLOITABLE));
    if (format != VexFormat.CYCLONEDX) {
      expected.put("m4", VexStatement.State.IN_TRIAGE);
    }
    assertEquals(expected, states);
    assertEquals(Map.of("m3", VexStatement.Justification.CODE_NOT_PRESENT), reasons);
  }

  @Test
  void aPackageUrlWithoutAVersionIsOfEveryVersionAndOneWithAnotherIsOfNone() {
    assertTrue(VexMatching.samePurl("pkg:deb/debian/openssl", "pkg:deb/debian/openssl@1-1"));
    assertTrue(VexMatching.samePurl("pkg:DEB/debian/a%2Bb@1?x=y#z", "pkg:deb/debian/a+b@1"));
    assertFalse(VexMatching.samePurl("pkg:deb/debian/openssl@2", "pkg:deb/debian/openssl@1-1"));
    assertFalse(VexMatching.samePurl("pkg:apk/alpine/openssl", "pkg:deb/debian/openssl@1-1"));
    assertFalse(VexMatching.samePurl("pkg:npm/%40a/b", "pkg:npm/%40a/b2@1"));
  }

  @Test
  void aStatementAboutTheImageIsOfEachOfItsComponentsThatHasTheVulnerability() {
    String product = "{\"hashes\":{\"sha-256\":\"" + VexSamples.IMAGE.hex() + "\"}}";
    List<VexDecision> decisions = apply(read(openVex("CVE-2022-0778", product)));
    assertEquals(List.of("m1", "m5"), decisions.stream().map(VexDecision::match).toList());
    assertFalse(decisions.getFirst().specific());
  }

  @Test
  void aComponentNamedByItsMakerIsFoundWithoutTheImage() {
    List<VexDecision> decisions =
        apply(read(openVex("ghsa-x3mh-jvjw-3xwx", "{\"@id\":\"pkg:deb/debian/openssl\"}")));
    assertEquals(List.of("m1"), decisions.stream().map(VexDecision::match).toList());
  }

  @ParameterizedTest
  @CsvSource({
    // Another image, although the name is the same.
    "'{\"@id\":\"pkg:generic/Acme%20%26%20S%C3%B6hne/Router%205@2.0\",\"hashes\":{\"sha-256\":\"00\"}}',"
        + " true",
    "'{\"@id\":\"pkg:generic/Acme%20%26%20S%C3%B6hne/Router%205@2.0\",\"hashes\":{\"sha-256\":\"OTHER\"}}',"
        + " false",
    "'{\"@id\":\"pkg:generic/Acme%20%26%20S%C3%B6hne/Router%205@1.9\"}', false",
    "'{\"@id\":\"pkg:generic/somebody/else\"}', false",
    "'{\"identifiers\":{\"cpe23\":\"cpe:2.3:*:*:*:*:*:*:*:*:*:*:*\"}}', false",
    "'{\"identifiers\":{\"cpe23\":\"cpe:2.3:a:openssl:openssl:*:*:*:*:*:*:*:*\"}}', true",
    "'{\"identifiers\":{\"cpe23\":\"cpe:2.3:a:openssl:openssl:3.0.0:*:*:*:*:*:*:*\"}}', false",
    "'{\"@id\":\"pkg:generic/somebody/else\",\"subcomponents\":[{\"@id\":\"pkg:deb/debian/openssl\"}]}',"
        + " false",
  })
  void aNameThatIsNeitherTheImagesNorAComponentsIsOfNothing(String product, boolean found) {
    String text = product.replace("OTHER", "9".repeat(64));
    assertEquals(found, !apply(read(openVex("CVE-2022-0778", text))).isEmpty(), text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | neither OpenVEX nor CSAF nor CycloneDX",
        "[ | no JSON",
        "{\"a\":1,\"a\":2} | no JSON",
        "{} {} | more than one",
        "{\"@context\":\"https://openvex.dev/ns/v0.2.0\"} | /@id: is missing",
        "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.2\"} | /specVersion: is 1.2",
        "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[{}]} | /components/0:"
            + " required",
        "{\"document\":{\"csaf_version\":\"2.1\"}} | /document/csaf_version: is 2.1",
        "{\"document\":{\"csaf_version\":\"2.0\",\"category\":\"csaf_base\"}} | /document/category",
      })
  void whatIsNoDocumentIsRefusedWithThePlace(String text, String expected) {
    String errors = String.join("; ", refused(text).errors());
    assertTrue(errors.contains(expected), errors);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"status\":\"not_affected\" | /statements/0: not_affected wants a justification",
        "\"status\":\"affected\" | /statements/0/action_statement: is missing",
        "\"status\":\"fine\" | /statements/0/status: is no status: fine",
        "\"status\":7 | /statements/0/status: is no text",
        "\"status\":\"not_affected\",\"justification\":\"because\" | /statements/0/justification",
        "\"status\":\"fixed\",\"timestamp\":\"yesterday\" | /statements/0/timestamp: is no time",
        "\"status\":\"fixed\",\"products\":[] | /statements/0/products: names no product",
        "\"status\":\"fixed\",\"products\":[{}] | /statements/0/products/0: has neither",
        "\"status\":\"fixed\",\"products\":7 | /statements/0/products: is no array",
      })
  void aWrongStatementIsRefusedWithThePlace(String fields, String expected) {
    String text =
        openVex("CVE-2022-0778", "{\"@id\":\"pkg:a/b\"}").replace("\"status\":\"fixed\"", fields);
    String errors = String.join("; ", refused(dropFirstProducts(text, fields)).errors());
    assertTrue(errors.contains(expected), errors);
  }

  private static String dropFirstProducts(String text, String fields) {
    return fields.contains("products")
        ? text.replace("\"products\":[{\"@id\":\"pkg:a/b\"}],", "")
        : text;
  }

  @Test
  void csafIsHeldToTheRulesThatItsMeaningDependsOn() throws IOException {
    String good =
        new String(VexSamples.write(VexSamples.report(), VexFormat.CSAF), StandardCharsets.UTF_8);
    assertInstanceOf(
        VexDocument.Read.class, VexDocument.parse(good.getBytes(StandardCharsets.UTF_8)));
    Map<String, String> broken =
        Map.of(
            good.replace("\"known_affected\" : [ \"FIRMWARE:c1\" ]", "\"fixed\" : [ \"X\" ]"),
            "/product_status/fixed/0: no product has the id X",
            good.replaceFirst(
                "\"known_affected\" : \\[ \"FIRMWARE:c1\" ]",
                "\"known_affected\" : [ \"FIRMWARE:c1\", \"FIRMWARE:c3\" ]"),
            "FIRMWARE:c3 has another status besides",
            good.replace("\"category\" : \"impact\"", "\"category\" : \"exploit_status\""),
            "neither flags nor threats say why",
            good.replace("\"remediations\"", "\"remedies\""),
            "remediations do not say what is done",
            good.replaceFirst("\"product_id\" : \"c2\"", "\"product_id\" : \"c1\""),
            "is defined twice: c1",
            good.replace("\"final\"", "\"draft\""),
            "/document/tracking/status: is draft");
    broken.forEach(
        (text, expected) -> {
          String errors = String.join("; ", refused(text).errors());
          assertTrue(errors.contains(expected), expected + " in " + errors);
        });
  }

  @Test
  void damagedDocumentsAreRefusedOrReadButNeverEndInAnError() throws IOException {
    Random random = new Random(3);
    for (VexFormat format : VexFormat.values()) {
      byte[] good = VexSamples.write(VexSamples.report(), format);
      for (int i = 0; i < 150; i++) {
        byte[] bad = good.clone();
        for (int n = 0; n <= i % 4; n++) {
          bad[random.nextInt(bad.length)] = (byte) random.nextInt(128);
        }
        if (VexDocument.parse(bad) instanceof VexDocument.Read read) {
          apply(read.document());
        }
      }
    }
  }

  @Test
  void aDeepDocumentIsRefused() {
    refused("[".repeat(100_000));
    refused("{\"@context\":\"https://openvex.dev/ns\",\"x\":" + "[".repeat(5_000));
  }

  @Test
  void whatStandsDoesNotDependOnTheOrderInWhichDocumentsCame() {
    VexDecisions old = said("a", "2026-01-01T00:00:00Z", VexStatement.State.EXPLOITABLE, true);
    VexDecisions image = said("b", "2026-02-01T00:00:00Z", VexStatement.State.RESOLVED, false);
    VexDecisions component =
        said("c", "2026-02-01T00:00:00Z", VexStatement.State.NOT_AFFECTED, true);
    VexDecisions careful = said("0", "2026-02-01T00:00:00Z", VexStatement.State.IN_TRIAGE, true);
    assertStands("a", old);
    assertStands("b", old, image);
    assertStands("c", old, image, component);
    assertStands("0", old, image, component, careful);
    assertStands("0", careful, component, image, old);
  }

  @Test
  void whatIsSaidToHaveBeenSaidInTheFutureCountsAsSaidNow() {
    String text =
        openVex("CVE-2022-0778", "{\"@id\":\"pkg:deb/debian/openssl\"}")
            .replace("\"status\"", "\"timestamp\":\"2999-01-01T00:00:00Z\",\"status\"");
    assertEquals(LATER.toString(), apply(read(text)).getFirst().at());
  }

  private static void assertStands(String document, VexDecisions... all) {
    VexDecisions.Said standing =
        Objects.requireNonNull(VexDecisions.resolve(List.of(all)).get("m"));
    assertEquals(document, standing.source().document());
  }

  private static VexDecisions said(
      String document, String at, VexStatement.State state, boolean specific) {
    return new VexDecisions(
        new VexSource(document, "openvex", "", at, ""),
        List.of(new VexDecision("m", new VexStatement(state, null, List.of(), ""), at, specific)));
  }

  private static String openVex(String vulnerability, String product) {
    return "{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"@id\":\"urn:x\",\"author\":\"a\","
        + "\"timestamp\":\"2026-01-01T00:00:00+01:00\",\"version\":1,\"statements\":[{"
        + "\"vulnerability\":{\"name\":\""
        + vulnerability
        + "\"},\"products\":["
        + product
        + "],\"status\":\"fixed\"}]}";
  }

  private static List<VexDecision> apply(VexDocument document) {
    return new VexMatching(VexSamples.report().document()).apply(document, LATER).decisions();
  }

  private static VexDocument read(String text) {
    return read(text.getBytes(StandardCharsets.UTF_8));
  }

  private static VexDocument read(byte[] bytes) {
    VexDocument.Outcome outcome = VexDocument.parse(bytes);
    assertInstanceOf(VexDocument.Read.class, outcome, outcome.toString());
    return ((VexDocument.Read) outcome).document();
  }

  private static VexDocument.Refused refused(String text) {
    return assertInstanceOf(
        VexDocument.Refused.class, VexDocument.parse(text.getBytes(StandardCharsets.UTF_8)));
  }
}
