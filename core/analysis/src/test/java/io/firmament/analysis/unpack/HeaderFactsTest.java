package io.firmament.analysis.unpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
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

  @Test
  void aNordicPackageTellsHowItsInitPacketIsSigned() throws IOException {
    Map<String, String> signed = facts("zip/nordic-signed");
    assertEquals("Nordic DFU", signed.get("package"));
    assertEquals("ecdsa-p256-sha256", signed.get("application.signature"));
    assertEquals("SHA-256", signed.get("application.hash"));
    assertEquals("ok", signed.get("application.digest"));
    assertEquals("7", signed.get("application.version"));
    assertEquals("none", facts("zip/nordic-unsigned").get("application.signature"));
    Map<String, String> old = facts("zip/nordic-old");
    assertEquals("none", old.get("application.signature"));
    assertEquals("CRC-16", old.get("application.hash"));
    assertEquals("ok", old.get("application.digest"));
    assertFalse(facts("zip/plain").containsKey("package"));
  }

  @Test
  void aNordicPackageTellsOfAnImageThatIsNotWhatItsPacketSays() throws IOException {
    assertEquals("wrong", repacked(bytes -> bytes, bytes -> flipped(bytes)).get("digest"));
    assertEquals("ok", repacked(bytes -> bytes, bytes -> bytes).get("digest"));
    assertEquals(
        Map.of("signature", "unknown"),
        repacked(bytes -> Arrays.copyOf(bytes, 20), bytes -> bytes));
    assertEquals(Map.of("signature", "unknown"), repacked(bytes -> new byte[5], bytes -> bytes));
  }

  private static byte[] flipped(byte[] bytes) {
    byte[] other = bytes.clone();
    other[100] ^= 1;
    return other;
  }

  /// Facts of the signed package's application, with another packet and image.
  private Map<String, String> repacked(UnaryOperator<byte[]> packet, UnaryOperator<byte[]> image)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Unpacked signed = Unpacked.of(fixture("zip/nordic-signed").bytes(), work);
        ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (String name : List.of("app.bin", "app.dat", "manifest.json")) {
        byte[] content = signed.bytes(name);
        zip.putNextEntry(new ZipEntry(name));
        zip.write(
            name.equals("app.bin")
                ? image.apply(content)
                : name.equals("app.dat") ? packet.apply(content) : content);
      }
    }
    try (Unpacked unpacked = Unpacked.of(bytes.toByteArray(), work)) {
      Map<String, String> own = new TreeMap<>();
      unpacked
          .result()
          .report()
          .chunks()
          .getFirst()
          .meta()
          .forEach(
              (name, value) -> {
                if (name.startsWith("application.")) {
                  own.put(name.substring("application.".length()), value);
                }
              });
      return own;
    }
  }
}
