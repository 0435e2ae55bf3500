package io.firmament.analysis.unpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// What headers say beside their contents: signatures, keys, versions; and that a checksum is
/// really looked at.
class HeaderFactsTest {
  /// Fixtures, and in which eighth of the image the checked bytes are.
  private static final Map<String, Integer> CHECKED =
      Map.ofEntries(
          Map.entry("fit/inside", 3),
          Map.entry("fit/external", 5),
          Map.entry("android-payload/full", 5),
          Map.entry("vbmeta/signed", 5),
          Map.entry("trx/v1", 5),
          Map.entry("chk/both", 5),
          Map.entry("seama/sealed", 5),
          Map.entry("tplink/v1", 5),
          Map.entry("tplink-safeloader/cloud", 5),
          Map.entry("xiaomi/hdr2", 5),
          Map.entry("ubiquiti/ubnt", 5),
          Map.entry("dlink-shrs/image", 5),
          Map.entry("dfuse/two", 5),
          Map.entry("esp-image/esp32", 5),
          Map.entry("mcuboot/ed25519", 5),
          Map.entry("egon/mkimage", 5),
          Map.entry("stm32/mkimage", 5),
          Map.entry("matter-ota/image", 5),
          Map.entry("rpm/gzip", 7),
          Map.entry("lzip/plain", 5));

  @TempDir Path work;

  private static Fixture fixture(String name) {
    return Fixture.all().stream()
        .filter(fixture -> fixture.toString().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private Map<String, String> facts(String name) throws IOException {
    Fixture fixture = fixture(name);
    try (Unpacked unpacked = Unpacked.of(fixture.bytes(), work)) {
      return unpacked.result().report().chunks().stream()
          .filter(chunk -> chunk.format().equals(fixture.format()))
          .findFirst()
          .orElseThrow()
          .meta();
    }
  }

  /// One changed bit behind the header is a note, or the format is not recognised any more.
  @TestFactory
  Stream<DynamicTest> aChangedBitIsNeverPassedOver() {
    return CHECKED.keySet().stream()
        .sorted()
        .map(
            name ->
                DynamicTest.dynamicTest(
                    name,
                    () -> {
                      Fixture fixture = fixture(name);
                      byte[] image = fixture.bytes();
                      image[image.length / 8 * CHECKED.getOrDefault(name, 0)] ^= 4;
                      try (Unpacked unpacked = Unpacked.of(image, work)) {
                        UnpackReport report = unpacked.result().report();
                        boolean claimed =
                            report.chunks().stream()
                                .anyMatch(chunk -> chunk.format().equals(fixture.format()));
                        boolean noted =
                            report.notes().stream().anyMatch(note -> note.kind().equals("CORRUPT"));
                        assertTrue(noted || !claimed, () -> report.chunks().toString());
                      }
                    }));
  }

  @Test
  void aFitTellsWhatIsSignedAndByWhichKey() throws IOException {
    Map<String, String> signed = facts("fit/signed");
    assertEquals("1", signed.get("signedConfigurations"));
    assertEquals("signed=sha256,rsa2048 key=dev", signed.get("configuration.conf-1"));
    assertEquals("ok", signed.get("hashes"));
    Map<String, String> unsigned = facts("fit/inside");
    assertEquals("0", unsigned.get("signedConfigurations"));
    assertEquals("unsigned", unsigned.get("configuration.conf-1"));
  }

  @Test
  void verifiedBootMetadataTellsItsSignatureAndWhatIsSwitchedOff() throws IOException {
    Map<String, String> signed = facts("vbmeta/signed");
    assertEquals("ok", signed.get("digest"));
    assertEquals("ok", signed.get("signature"));
    assertEquals("hash boot", signed.get("descriptor.001"));
    assertEquals("chain-partition vbmeta_sys", signed.get("descriptor.003"));
    assertEquals("false", signed.get("verificationDisabled"));
    assertEquals("true", facts("vbmeta/disabled").get("verificationDisabled"));
  }

  @Test
  void aVariableStoreTellsTheSubjectOfItsPlatformKey() throws IOException {
    Map<String, String> facts = facts("uefi-variables/authenticated");
    assertEquals("CN=DO NOT TRUST - Fixture PK", facts.get("PK"));
    assertEquals("false", facts.get("setupMode"));
    assertEquals("absent", facts.get("KEK"));
    assertEquals("2 hashes", facts.get("dbx"));
  }

  @Test
  void mcubootTellsSignatureAndCounter() throws IOException {
    Map<String, String> facts = facts("mcuboot/ecdsa-p256");
    assertEquals("ecdsa", facts.get("signature"));
    assertEquals("5", facts.get("securityCounter"));
    assertEquals("1.2.3+4", facts.get("version"));
    assertEquals("none", facts("mcuboot/unsigned").get("signature"));
  }

  @Test
  void anEspressifImageTellsItsApplication() throws IOException {
    Map<String, String> facts = facts("esp-image/esp32");
    assertEquals("esp32", facts.get("chip"));
    assertEquals("fixture", facts.get("project"));
    assertEquals("v5.1.2", facts.get("idf"));
    assertFalse(facts("esp-image/esp8266").containsKey("project"));
  }
}
