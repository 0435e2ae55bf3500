package io.firmament.analysis.sbom;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.advisory.AdvisoryIndex;
import io.firmament.analysis.advisory.Components;
import io.firmament.analysis.advisory.FirmwareEnvironment;
import io.firmament.analysis.advisory.Matcher;
import io.firmament.base.Sha256;
import io.firmament.base.finding.Component;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cyclonedx.Version;
import org.cyclonedx.exception.ParseException;
import org.cyclonedx.parsers.JsonParser;
import org.cyclonedx.parsers.XmlParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SbomWriterTest {
  private static final SbomTool TOOL = new SbomTool("Firmament", "firmament", "0.1.0");
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

  @ParameterizedTest
  @EnumSource(
      value = SbomFormat.class,
      names = {"CYCLONEDX_.*_1_[456]"},
      mode = EnumSource.Mode.MATCH_ANY)
  void theLibraryFindsCycloneDxValid(SbomFormat format) throws IOException {
    Version version = Version.fromVersionString(format.version());
    byte[] written = write(document(), format);
    boolean json = format.mediaType().endsWith("json");
    List<ParseException> errors =
        json
            ? new JsonParser().validate(written, version)
            : new XmlParser().validate(written, version);
    assertEquals(List.of(), errors.stream().map(Throwable::getMessage).toList());
  }

  @Test
  void theValidatorIsNotAsleep() throws IOException {
    byte[] written = write(document(), SbomFormat.CYCLONEDX_JSON_1_6);
    String broken =
        new String(written, StandardCharsets.UTF_8).replace("\"firmware\"", "\"potato\"");
    assertFalse(
        new JsonParser()
            .validate(broken.getBytes(StandardCharsets.UTF_8), Version.VERSION_16)
            .isEmpty());
  }

  @ParameterizedTest
  @EnumSource(SbomFormat.class)
  void theSameDocumentGivesTheSameBytes(SbomFormat format) throws IOException {
    assertArrayEquals(write(document(), format), write(document(), format));
  }

  @Test
  void everyFormatHoldsComponentsAndIdentity() throws IOException {
    for (SbomFormat format : SbomFormat.values()) {
      String text = new String(write(document(), format), StandardCharsets.UTF_8);
      assertTrue(text.contains("cpe:2.3:a:openssl:openssl:1.0.1e:*:*:*:*:*:*:*"), format.name());
      assertTrue(text.contains("pkg:deb/debian/zlib1g@1:1.2.11.dfsg-2"), format.name());
      assertTrue(text.contains("2026-01-02T03:04:05"), format.name());
      assertEquals(
          format != SbomFormat.SPDX_JSON_2_3, text.contains("CVE-2014-0160"), format.name());
      assertTrue(text.contains("GPL-2.0-only AND (MIT OR Apache-2.0)"), format.name());
    }
  }

  @Test
  void whatIsNoSpdxLicenceIsNamedAsItIs() throws IOException {
    String cyclonedx =
        new String(write(document(), SbomFormat.CYCLONEDX_JSON_1_7), StandardCharsets.UTF_8);
    assertTrue(cyclonedx.contains("\"name\" : \"Our Own Licence\""), cyclonedx);
    String spdx = new String(write(document(), SbomFormat.SPDX_JSON_2_3), StandardCharsets.UTF_8);
    assertTrue(spdx.contains("\"extractedText\" : \"Our Own Licence\""), spdx);
  }

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    for (SbomFormat format : List.of(SbomFormat.CYCLONEDX_JSON_1_6, SbomFormat.CYCLONEDX_XML_1_5)) {
      ImportedSbom.SbomRead read =
          assertInstanceOf(
              ImportedSbom.SbomRead.class, ImportedSbom.parse(write(document(), format)));
      assertEquals(
          List.of("openssl", "zlib1g", "licensed", "named"),
          read.components().stream()
              .map(Component::name)
              .filter(n -> !n.contains("evil"))
              .toList());
      assertEquals(document().components().size(), read.components().size());
      assertTrue(read.components().stream().allMatch(c -> c.fileCount() == 0));
    }
  }

  @Test
  void tenThousandComponentsAreStreamed() throws IOException {
    List<Component> components = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      components.add(Components.of("vendor", "product" + i, "1." + i));
    }
    CountingStream out = new CountingStream();
    SbomDocument document = SbomDocument.of(subject(), components, List.of(), TOOL, NOW);
    SbomWriter.write(document, SbomFormat.CYCLONEDX_JSON_1_7, out);
    assertTrue(out.writes > 100, "it is written in pieces, not at once: " + out.writes);
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
    List<Component> components =
        List.of(
            Components.of("openssl", "openssl", "1.0.1e"),
            Components.packaged("deb", "zlib1g", "zlib", "1:1.2.11.dfsg-2", "debian-11"),
            hostile,
            licensed,
            named);
    try (AdvisoryIndex index = AdvisoryIndex.starter()) {
      return new SbomDocument(
          subject(),
          components,
          new Matcher().match(components, FirmwareEnvironment.of(components), index),
          Map.of("c-openssl", Sha256.of(new byte[] {2})),
          Map.of("c-openssl", List.of("p-zlib1g", "not-there")),
          TOOL,
          NOW);
    }
  }

  private static Component withLicenses(Component c, List<String> licenses) {
    return new Component(
        c.id(),
        c.type(),
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

  /// Counts how often it is written to.
  private static final class CountingStream extends OutputStream {
    private int writes;

    @Override
    public void write(int b) {
      writes++;
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
      writes++;
    }
  }
}
