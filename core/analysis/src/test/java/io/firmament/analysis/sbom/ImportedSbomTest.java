package io.firmament.analysis.sbom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.advisory.Components;
import io.firmament.base.finding.Component;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImportedSbomTest {
  private static final String VALID =
      """
      {"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[
      {"type":"library","name":"openssl","version":"1.0.1e","purl":"pkg:generic/openssl@1.0.1e","cpe":"cpe:2.3:a:openssl:openssl:1.0.1e:*:*:*:*:*:*:*"},
      {"type":"application","name":"secret-daemon","version":"3","licenses":[{"license":{"id":"MIT"}}],
      "components":[{"type":"library","name":"inner","version":"4"}]}]}
      """;

  @Test
  void readsValidCycloneDx() {
    ImportedSbom.SbomRead read = read(VALID);
    assertEquals("1.5", read.version());
    assertEquals(
        List.of("openssl", "secret-daemon", "inner"),
        read.components().stream().map(Component::name).toList());
    assertEquals(List.of("MIT"), read.components().get(1).licenses());
    assertEquals("openssl", read.components().getFirst().vendor());
  }

  @Test
  void refusesWhatIsNotValidAndSaysWhy() {
    assertRefused("", "empty");
    assertRefused("  \n", "empty");
    assertRefused("hello", "cannot be read");
    assertRefused("{}", "neither CycloneDX JSON nor CycloneDX XML");
    assertRefused("{\"spdxVersion\":\"SPDX-2.3\"}", "not valid SPDX-2.3: /: required property");
    assertRefused("{\"spdxVersion\":\"SPDX-2.1\"}", "SPDX-2.1, which cannot be read");
    assertRefused("<Document/>", "lists no packages");
    assertRefused("<Document><packages><versionInfo>1</versionInfo></packages></Document>", "name");
    assertRefused("SPDXVersion: SPDX-2.3\n", "lists no packages");
    assertRefused("SPDXVersion: SPDX-1.2\nPackageName: x", "neither");
    assertRefused("<a/>", "neither");
    assertRefused(VALID.substring(0, 100), "cannot be read");
    assertRefused(VALID.replace("1.5", "1.8"), "CycloneDX 1.8, which cannot be read");
    assertRefused(
        VALID.replace("1.5", "1.7").replace("\"name\"", "\"nom\""), "CycloneDX 1.7: /comp");
    assertRefused(
        "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.7\"><component/></bom>",
        "not valid CycloneDX 1.7: line 1");
    assertRefused(VALID.replace("\"library\"", "\"potato\""), "not valid CycloneDX 1.5");
    assertRefused("{\"bomFormat\":\"CycloneDX\",\"x\":" + "[".repeat(200), "nested too deeply");
  }

  @Test
  void readsNoEntities() {
    String xxe =
        "<?xml version=\"1.0\"?><!DOCTYPE bom [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><bom"
            + " xmlns=\"http://cyclonedx.org/schema/bom/1.5\" version=\"1\"><components><component"
            + " type=\"library\"><name>&x;</name></component></components></bom>";
    assertRefused(xxe, "document type declaration");
  }

  /// Billions of laughs, quadratic ones, an external type declaration, and one inside of SPDX.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "<!DOCTYPE bom [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c"
            + " \"&b;&b;&b;&b;&b;&b;&b;&b;\">]><bom"
            + " xmlns=\"http://cyclonedx.org/schema/bom/1.7\">&c;</bom>",
        "<!DOCTYPE bom SYSTEM \"http://127.0.0.1:9/x.dtd\"><bom"
            + " xmlns=\"http://cyclonedx.org/schema/bom/1.6\"/>",
        "<!DOCTYPE Document [<!ENTITY x SYSTEM"
            + " \"file:///etc/passwd\">]><Document><packages><name>&x;</name></packages></Document>",
      })
  void refusesDeclarations(String document) {
    assertRefused(document, "document type declaration");
  }

  @Test
  void refusesWhatIsTooDeepOrTooMuch() {
    assertRefused(
        "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.7\">" + "<a>".repeat(200_000), "depth");
    assertRefused("SPDXVersion: SPDX-2.3\n" + "PackageName: x\n".repeat(100_001), "more than");
    ImportedSbom refused = ImportedSbom.parse(new byte[ImportedSbom.MAX_BYTES + 1]);
    assertTrue(
        assertInstanceOf(ImportedSbom.SbomRefused.class, refused).reason().contains("larger"));
  }

  /// Any change of any byte is read or refused, never an exception.
  @Test
  void neverThrowsForWhatItReads() {
    Random random = new Random(7);
    List<String> documents =
        List.of(
            VALID,
            VALID.replace("1.5", "1.7"),
            TAG_VALUE,
            "<Document><packages><name>a</name><externalRefs><referenceType>purl</referenceType>"
                + "</externalRefs></packages></Document>");
    for (String document : documents) {
      byte[] bytes = document.getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < 200; i++) {
        byte[] changed = bytes.clone();
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
        ImportedSbom.parse(
            i % 2 == 0 ? changed : Arrays.copyOf(bytes, random.nextInt(bytes.length)));
      }
    }
  }

  private static final String TAG_VALUE =
      """
      SPDXVersion: SPDX-2.3
      SPDXID: SPDXRef-DOCUMENT
      DocumentComment: <text>over
      PackageName: not-one
      lines</text>
      Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-image
      PackageName: image
      SPDXID: SPDXRef-image
      PackageName: zlib
      SPDXID: SPDXRef-zlib
      PackageVersion: 1.2.11
      PackageLicenseDeclared: Zlib
      ExternalRef: SECURITY cpe23Type cpe:2.3:a:zlib:zlib:1.2.11:*:*:*:*:*:*:*
      ExternalRef: PACKAGE-MANAGER purl pkg:generic/zlib@1.2.11
      FileName: ./a
      SPDXID: SPDXRef-file
      """;

  @Test
  void readsSpdxTagValue() {
    Component zlib = read(TAG_VALUE).components().getFirst();
    assertEquals(1, read(TAG_VALUE).components().size());
    assertEquals("zlib 1.2.11", zlib.name() + " " + zlib.version());
    assertEquals("pkg:generic/zlib@1.2.11", zlib.purl());
    assertEquals("zlib", zlib.vendor());
    assertEquals(List.of("Zlib"), zlib.licenses());
  }

  @Test
  void joinsWhatWasDetectedWithWhatIsListed() {
    Component detected = Components.of("openssl", "openssl", "1.0.1e");
    List<Component> merged = SbomMerge.merge(List.of(detected), read(VALID).components());
    assertEquals(
        List.of("inner", "openssl", "secret-daemon"),
        merged.stream().map(Component::name).toList());
    Component openssl = merged.get(1);
    assertEquals(detected.id(), openssl.id());
    assertEquals(1, openssl.fileCount());
    assertEquals("pkg:generic/openssl@1.0.1e", openssl.purl());
    assertTrue(openssl.evidence().stream().anyMatch(e -> e.detector().equals("sbom-import")));
    assertEquals(List.of(0, 1, 0), merged.stream().map(Component::fileCount).toList());
  }

  private static ImportedSbom.SbomRead read(String document) {
    return assertInstanceOf(
        ImportedSbom.SbomRead.class, ImportedSbom.parse(document.getBytes(StandardCharsets.UTF_8)));
  }

  private static void assertRefused(String document, String reason) {
    ImportedSbom.SbomRefused refused =
        assertInstanceOf(
            ImportedSbom.SbomRefused.class,
            ImportedSbom.parse(document.getBytes(StandardCharsets.UTF_8)));
    assertTrue(refused.reason().contains(reason), refused::reason);
  }
}
