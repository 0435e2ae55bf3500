package io.firmament.analysis.sbom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.advisory.Components;
import io.firmament.base.finding.Component;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

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
    assertRefused("{\"spdxVersion\":\"SPDX-2.3\"}", "neither");
    assertRefused("<a/>", "neither");
    assertRefused(VALID.substring(0, 100), "cannot be read");
    assertRefused(VALID.replace("1.5", "1.7"), "CycloneDX 1.7 cannot be read");
    assertRefused(VALID.replace("\"library\"", "\"potato\""), "not valid CycloneDX 1.5");
    assertRefused("{\"bomFormat\":\"CycloneDX\",\"x\":" + "[".repeat(200), "nested too deeply");
  }

  @Test
  void readsNoEntities() {
    String xxe =
        "<?xml version=\"1.0\"?><!DOCTYPE bom [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
            + "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\" version=\"1\"><components><component type=\"library\"><name>&x;</name></component></components></bom>";
    assertRefused(xxe, "document type declaration");
  }

  @Test
  void joinsWhatWasDetectedWithWhatIsListed() {
    Component detected = Components.of("openssl", "openssl", "1.0.1e");
    List<Component> merged = SbomMerge.merge(List.of(detected), read(VALID).components());
    assertEquals(3, merged.size());
    Component openssl = merged.getFirst();
    assertEquals(detected.id(), openssl.id());
    assertEquals(1, openssl.fileCount());
    assertEquals("pkg:generic/openssl@1.0.1e", openssl.purl());
    assertTrue(openssl.evidence().stream().anyMatch(e -> e.detector().equals("sbom-import")));
    assertEquals(List.of(0, 0), merged.stream().skip(1).map(Component::fileCount).toList());
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
