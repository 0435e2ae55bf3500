package io.firmament.analysis.sbom;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.firmament.analysis.advisory.AdvisoryIndex;
import io.firmament.analysis.advisory.Components;
import io.firmament.analysis.advisory.FirmwareEnvironment;
import io.firmament.analysis.advisory.Matcher;
import io.firmament.base.Sha256;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.VexStatement;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.spdx.jacksonstore.MultiFormatStore;
import org.spdx.library.SpdxModelFactory;
import org.spdx.library.model.v2.SpdxDocument;
import org.spdx.storage.simple.InMemSpdxStore;
import org.spdx.tools.Verify;

class SbomWriterTest {
  private static final SbomTool TOOL = new SbomTool("Firmament", "firmament", "0.1.0");
  private static final int COMPONENTS = 6;
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

  @ParameterizedTest
  @EnumSource(
      value = SbomFormat.class,
      names = {"CYCLONEDX_.*"},
      mode = EnumSource.Mode.MATCH_ANY)
  void cycloneDxIsValidAgainstTheSchemaOfItsVersion(SbomFormat format) throws IOException {
    for (SbomDocument document : List.of(document(), empty())) {
      assertEquals(List.of(), cycloneDxErrors(write(document, format), format), format.name());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = SbomFormat.class,
      names = {"CYCLONEDX_.*"},
      mode = EnumSource.Mode.MATCH_ANY)
  void theValidatorIsNotAsleep(SbomFormat format) throws IOException {
    String broken = text(document(), format).replace("\"library\"", "\"potato\"");
    assertFalse(cycloneDxErrors(broken.getBytes(StandardCharsets.UTF_8), format).isEmpty());
  }

  private static List<String> cycloneDxErrors(byte[] written, SbomFormat format)
      throws IOException {
    return SbomSchemas.errors(written, format.version(), format.mediaType().endsWith("json"));
  }

  @ParameterizedTest
  @CsvSource({"SPDX_JSON_2_3, v2.3", "SPDX_JSON_3_0_1, v3.0.1"})
  void spdxJsonIsValidAgainstTheSchemaOfItsVersion(SbomFormat format, String schema)
      throws IOException {
    Schema official = spdxSchema(schema);
    for (SbomDocument document : List.of(document(), empty())) {
      assertEquals(
          List.of(), official.validate(text(document, format), InputFormat.JSON), format.name());
    }
    String broken = text(document(), format).replaceFirst("(?i)\"sha256\"", "\"potato\"");
    assertFalse(official.validate(broken, InputFormat.JSON).isEmpty(), "the validator is asleep");
  }

  /// As the SPDX project's own tools carry it.
  private static Schema spdxSchema(String version) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            Verify.class.getResourceAsStream("/resources/spdx-schema-" + version + ".json"))) {
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(in);
    }
  }

  /// SPDX has no XML schema; its own library reads and verifies the document.
  @SuppressWarnings("try") // the library declares that closing may throw anything
  @ParameterizedTest
  @EnumSource(
      value = SbomFormat.class,
      names = {"SPDX_JSON_2_3", "SPDX_XML_2_3"})
  void theSpdxLibraryFindsNothingWrong(SbomFormat format) throws Exception {
    System.setProperty("org.spdx.useJARLicenseInfoOnly", "true");
    SpdxModelFactory.init();
    MultiFormatStore.Format form =
        format == SbomFormat.SPDX_XML_2_3
            ? MultiFormatStore.Format.XML
            : MultiFormatStore.Format.JSON;
    try (MultiFormatStore store = new MultiFormatStore(new InMemSpdxStore(), form)) {
      SpdxDocument read =
          store.deSerialize(new ByteArrayInputStream(write(document(), format)), false);
      assertEquals(List.of(), read.verify());
      assertEquals("Router", read.getName().orElseThrow());
      assertEquals(1, read.getDocumentDescribes().size());
    }
  }

  @Test
  void whatAVersionCannotSayIsAPropertyOrLeftOut() throws IOException {
    String v11 = text(document(), SbomFormat.CYCLONEDX_XML_1_1);
    assertTrue(v11.contains("<component type=\"device\""), v11);
    assertFalse(v11.contains("<metadata>") || v11.contains("<propert"), v11);
    String v12 = text(document(), SbomFormat.CYCLONEDX_JSON_1_2);
    assertFalse(v12.contains("\"properties\"") || v12.contains("\"compositions\""), v12);
    assertTrue(v12.contains("\"dependsOn\""), v12);
    String v13 = text(document(), SbomFormat.CYCLONEDX_JSON_1_3);
    assertFalse(v13.contains("CVE-2014-0160"), v13);
    assertTrue(v13.contains("\"firmament:occurrence\""), v13);
    assertTrue(v13.contains("bin/openssl@16"), v13);
    assertTrue(v13.contains("\"firmament:type\""), v13);
    String v14 = text(document(), SbomFormat.CYCLONEDX_JSON_1_4);
    assertFalse(v14.contains("\"occurrences\"") || v14.contains("CVSSv4"), v14);
    String v17 = text(document(), SbomFormat.CYCLONEDX_JSON_1_7);
    assertTrue(v17.contains("\"device-driver\"") && v17.contains("\"occurrences\""), v17);
    assertFalse(v17.contains("firmament:occurrence") || v17.contains("firmament:type"), v17);
  }

  @Test
  void saysWhatIsSaidOfVulnerabilities() throws IOException {
    String cyclonedx = text(document(), SbomFormat.CYCLONEDX_JSON_1_6);
    assertTrue(cyclonedx.contains("\"state\" : \"not_affected\""), cyclonedx);
    assertTrue(cyclonedx.contains("\"justification\" : \"code_not_present\""), cyclonedx);
    String spdx = text(document(), SbomFormat.SPDX_JSON_3_0_1);
    assertTrue(spdx.contains("\"vulnerableCodeNotPresent\""), spdx);
    assertTrue(spdx.contains("\"hasAssociatedVulnerability\""), spdx);
  }

  @Test
  void saysHowCompleteItIs() throws IOException {
    SbomDocument incomplete = document().withCompleteness(SbomCompleteness.INCOMPLETE);
    for (SbomFormat format :
        List.of(
            SbomFormat.CYCLONEDX_JSON_1_3,
            SbomFormat.CYCLONEDX_XML_1_7,
            SbomFormat.SPDX_JSON_3_0_1)) {
      assertTrue(text(incomplete, format).contains("incomplete"), format.name());
      assertFalse(text(document(), format).contains("incomplete"), format.name());
    }
  }

  @ParameterizedTest
  @EnumSource(SbomFormat.class)
  void everyFormatHasBothHashesAndTheDependencies(SbomFormat format) throws IOException {
    String text = text(document(), format);
    assertTrue(text.contains(Sha256.of(new byte[] {2}).hex()), format.name());
    assertTrue(text.contains("5a".repeat(64)), format.name());
    boolean none = format == SbomFormat.CYCLONEDX_XML_1_1;
    assertEquals(!none, text.matches("(?s).*(?i:depend).*"), format.name());
    assertFalse(text.contains("not-there"), format.name());
  }

  @ParameterizedTest
  @EnumSource(SbomFormat.class)
  void theSameDocumentGivesTheSameBytes(SbomFormat format) throws IOException {
    assertArrayEquals(write(document(), format), write(document(), format));
  }

  @ParameterizedTest
  @EnumSource(SbomFormat.class)
  void everyFormatHoldsComponentsAndIdentity(SbomFormat format) throws IOException {
    String text = text(document(), format);
    assertTrue(text.contains("cpe:2.3:a:openssl:openssl:1.0.1e:*:*:*:*:*:*:*"), text);
    assertTrue(text.contains("pkg:deb/debian/zlib1g@1:1.2.11.dfsg-2"), text);
    assertEquals(
        format != SbomFormat.CYCLONEDX_XML_1_1, text.contains("2026-01-02T03:04:05"), text);
    assertTrue(text.contains("GPL-2.0-only AND (MIT OR Apache-2.0)"), text);
    boolean silent = List.of("1.1", "1.2", "1.3", "2.3").contains(format.version());
    assertEquals(!silent, text.contains("CVE-2014-0160"), text);
  }

  @Test
  void whatIsNoSpdxLicenceIsNamedAsItIs() throws IOException {
    String cyclonedx =
        new String(write(document(), SbomFormat.CYCLONEDX_JSON_1_7), StandardCharsets.UTF_8);
    assertTrue(cyclonedx.contains("\"name\" : \"Our Own Licence\""), cyclonedx);
    String spdx = new String(write(document(), SbomFormat.SPDX_JSON_2_3), StandardCharsets.UTF_8);
    assertTrue(spdx.contains("\"extractedText\" : \"Our Own Licence\""), spdx);
  }

  @ParameterizedTest
  @EnumSource(value = SbomFormat.class, names = "SPDX_JSON_3_0_1", mode = EnumSource.Mode.EXCLUDE)
  void whatIsWrittenIsReadBack(SbomFormat format) throws IOException {
    ImportedSbom imported = ImportedSbom.parse(write(document(), format));
    ImportedSbom.SbomRead read =
        assertInstanceOf(ImportedSbom.SbomRead.class, imported, imported::toString);
    List<Component> components =
        read.components().stream().filter(c -> !c.name().equals("Router")).toList();
    assertEquals(COMPONENTS, components.size());
    Component zlib =
        components.stream().filter(c -> c.name().equals("zlib1g")).findFirst().orElseThrow();
    assertEquals("1:1.2.11.dfsg-2", zlib.version());
    assertEquals("pkg:deb/debian/zlib1g@1:1.2.11.dfsg-2", zlib.purl());
    Component openssl =
        components.stream().filter(c -> c.name().equals("openssl")).findFirst().orElseThrow();
    assertEquals("cpe:2.3:a:openssl:openssl:1.0.1e:*:*:*:*:*:*:*", openssl.cpe());
    assertEquals(List.of("GPL-2.0-only"), openssl.licenses());
    assertTrue(components.stream().allMatch(c -> c.fileCount() == 0));
  }

  /// What has been written is never far behind what has been asked for, so that nothing is kept.
  @ParameterizedTest
  @EnumSource(SbomFormat.class)
  void tenThousandComponentsAreStreamed(SbomFormat format) throws IOException {
    CountingStream out = new CountingStream();
    List<Long> written = new ArrayList<>();
    Iterable<Component> components =
        () ->
            IntStream.range(0, 10_000)
                .mapToObj(
                    i -> {
                      written.add(out.bytes);
                      return Components.of("vendor", "product" + i, "1." + i);
                    })
                .iterator();
    SbomWriter.write(SbomDocument.of(subject(), components, List.of(), TOOL, NOW), format, out);
    long perComponent = written.get(9_999) / 10_000;
    assertTrue(perComponent > 100, "a component takes " + perComponent + " bytes");
    for (int i = 0; i < 10_000; i++) {
      long due = perComponent * i - (64 << 10);
      assertTrue(written.get(i) >= due, i + " components asked for, " + written.get(i) + " bytes");
    }
  }

  private static byte[] write(SbomDocument document, SbomFormat format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SbomWriter.write(document, format, out);
    return out.toByteArray();
  }

  private static SbomSubject subject() {
    return new SbomSubject(
        "Router",
        "1.2.3",
        "Acme & Söhne",
        Sha256.of(new byte[] {1}),
        "cpe:2.3:o:acme:router_firmware:1.2.3:*:*:*:*:*:*:*");
  }

  /// Names and evidence that markup, control characters and broken surrogates try to break.
  private static SbomDocument document() {
    Component hostile =
        Components.of("ven dor", "<evil>&\"]]>\u0000\u001b\uD800", "1.0\n<x/>~\u0007");
    Component licensed =
        withLicenses(
            Components.of("acme", "licensed", "1"), List.of("GPL-2.0-only", "MIT OR Apache-2.0"));
    Component named =
        withLicenses(Components.of("acme", "named", null), List.of("Our Own Licence", "MIT"));
    Component driver = withType(Components.of("acme", "wifi", "2"), "device-driver");
    List<Component> components =
        List.of(
            Components.of("openssl", "openssl", "1.0.1e"),
            Components.packaged("deb", "zlib1g", "zlib", "1:1.2.11.dfsg-2", "debian-11"),
            hostile,
            licensed,
            named,
            driver);
    try (AdvisoryIndex index = AdvisoryIndex.starter()) {
      List<CveMatch> matches =
          new Matcher().match(components, FirmwareEnvironment.of(components), index);
      return SbomDocument.of(subject(), components, matches, TOOL, NOW)
          .withHashes(
              Map.of("c-openssl", new SbomHashes(Sha256.of(new byte[] {2}), "5a".repeat(64))))
          .withDependencies(Map.of("c-openssl", List.of("p-zlib1g", "not-there")))
          .withStatements(
              Map.of(
                  matches.getFirst().id(),
                  new VexStatement(
                      VexStatement.State.NOT_AFFECTED,
                      VexStatement.Justification.CODE_NOT_PRESENT,
                      List.of(VexStatement.Response.WILL_NOT_FIX),
                      "not compiled in"),
                  matches.getLast().id(),
                  new VexStatement(VexStatement.State.EXPLOITABLE, null, List.of(), "")));
    }
  }

  private static SbomDocument empty() {
    SbomSubject subject = new SbomSubject("x", null, null, Sha256.of(new byte[0]), null);
    return SbomDocument.of(subject, List.of(), List.of(), TOOL, NOW);
  }

  private static String text(SbomDocument document, SbomFormat format) throws IOException {
    return new String(write(document, format), StandardCharsets.UTF_8);
  }

  private static Component withLicenses(Component c, List<String> licenses) {
    return with(c, c.type(), licenses);
  }

  private static Component withType(Component c, String type) {
    return with(c, type, c.licenses());
  }

  private static Component with(Component c, String type, List<String> licenses) {
    return new Component(
        c.id(),
        type,
        c.name(),
        c.version(),
        c.update(),
        c.vendor(),
        c.product(),
        c.cpe(),
        c.purl(),
        licenses,
        c.sourcePackage(),
        c.distribution(),
        c.cryptographic(),
        c.paths(),
        c.fileCount(),
        c.evidence());
  }

  /// Counts what is written to it.
  private static final class CountingStream extends OutputStream {
    private long bytes;

    @Override
    public void write(int b) {
      bytes++;
    }

    @Override
    public void write(byte[] written, int from, int length) {
      bytes += length;
    }
  }
}
