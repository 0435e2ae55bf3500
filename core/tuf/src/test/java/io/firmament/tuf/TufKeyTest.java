package io.firmament.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TufKeyTest {
  private static final byte[] MESSAGE = "message".getBytes(StandardCharsets.UTF_8);

  static Stream<TestKey> keys() {
    return Stream.of(TestKey.ed25519(), TestKey.ecdsa(), TestKey.rsa(2048));
  }

  @ParameterizedTest
  @MethodSource("keys")
  void aSignatureIsOfOneKeyOverOneMessage(TestKey key) {
    byte[] signature = key.sign(MESSAGE);

    assertTrue(key.key().verifies(MESSAGE, signature));
    assertFalse(key.key().verifies("massage".getBytes(StandardCharsets.UTF_8), signature));
    for (int i = 0; i < signature.length; i += 7) {
      byte[] changed = signature.clone();
      changed[i] ^= 1;
      assertFalse(key.key().verifies(MESSAGE, changed), "byte " + i);
    }
    assertFalse(key.key().verifies(MESSAGE, new byte[0]));
    assertFalse(key.key().verifies(MESSAGE, Arrays.copyOf(signature, signature.length - 1)));
    assertFalse(key.key().verifies(MESSAGE, Arrays.copyOf(signature, signature.length + 1)));
    assertFalse(key.key().verifies(MESSAGE, new byte[100_000]));
  }

  @Test
  void rsaSaltMayBeAsLongAsTheDigestOrAsFits() {
    TestKey key = TestKey.rsa(2048);

    assertTrue(key.key().verifies(MESSAGE, key.sign(MESSAGE, 32)));
    assertTrue(key.key().verifies(MESSAGE, key.sign(MESSAGE, 256 - 32 - 2)));
  }

  @Test
  void theKeyIdIsTheHashOfTheCanonicalKey() throws TufException {
    // The first key of the example in 4.3.
    TufKey key =
        TufKey.read(
            JsonReader.readObject(
                """
                {"scheme": "ed25519", "keytype": "ed25519", "keyval":
                 {"public": "72378e5bc588793e58f81c8533da64a2e8f1565c1fcc7f253496394ffc52542c"}}
                """
                    .getBytes(StandardCharsets.UTF_8)));

    assertEquals("1bf1c6e3cdd3d3a8420b19199e27511999850f4b376c4547b2f32fba7e80fca3", key.id());
    assertTrue(key.isIdentifiedBy(key.id()));
    assertFalse(key.isIdentifiedBy(key.id().replace('1', '2')));
  }

  @Test
  void anIdMayLeaveOutWhatTheSpecificationDoesNotDefine() throws TufException {
    Json.Obj plain = TestKey.ed25519().key().json();

    TufKey owned = TufKey.read(plain.with("x-owner", "somebody"));

    assertTrue(owned.isIdentifiedBy(owned.id()));
    assertTrue(owned.isIdentifiedBy(TufKey.read(plain).id()));
    assertFalse(owned.id().equals(TufKey.read(plain).id()));
  }

  @Test
  void bothNamesOfTheEcdsaKeyTypeAreKnown() throws TufException {
    TestKey key = TestKey.ecdsa();

    TufKey other = TufKey.read(key.key().json().with("keytype", "ecdsa-sha2-nistp256"));

    assertTrue(other.verifies(MESSAGE, key.sign(MESSAGE)));
    assertEquals(key.key().identity(), other.identity());
  }

  @Test
  void aKeyThatIsNotKnownHereVerifiesNothing() throws TufException {
    TestKey key = TestKey.ed25519();
    Json.Obj json = key.key().json();
    List<Json.Obj> strangers =
        List.of(
            json.with("scheme", "ed448"),
            json.with("keytype", "rsa"),
            json.with("keyval", Json.Obj.EMPTY),
            json.with("keyval", Json.Obj.EMPTY.with("public", "zz")),
            json.with("keyval", Json.Obj.EMPTY.with("public", "00".repeat(31))),
            json.with("keyval", Json.Obj.EMPTY.with("public", 7)));
    for (Json.Obj stranger : strangers) {
      assertFalse(TufKey.read(stranger).verifies(MESSAGE, key.sign(MESSAGE)));
    }
  }

  @Test
  void aSmallRsaKeyVerifiesNothing() throws Exception {
    var generator = java.security.KeyPairGenerator.getInstance("RSA");
    generator.initialize(1024);
    var pair = generator.generateKeyPair();

    assertThrows(IllegalArgumentException.class, () -> TufKey.of(pair.getPublic()));
  }

  @Test
  void anotherCurveVerifiesNothing() throws Exception {
    var generator = java.security.KeyPairGenerator.getInstance("EC");
    generator.initialize(384);
    var pair = generator.generateKeyPair();

    assertThrows(IllegalArgumentException.class, () -> TufKey.of(pair.getPublic()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"keytype\":1,\"scheme\":\"a\",\"keyval\":{}}"})
  void anObjectThatIsNoKeyIsRefused(String json) throws TufException {
    Json.Obj object = JsonReader.readObject(json.getBytes(StandardCharsets.UTF_8));

    assertThrows(TufException.class, () -> TufKey.read(object));
  }

  @Test
  void aSignatureOfAnotherImplementationVerifies() throws TufException {
    // RFC 8032 7.1, test 2.
    TufKey key =
        TufKey.read(
            Json.Obj.EMPTY
                .with("keytype", "ed25519")
                .with("scheme", "ed25519")
                .with(
                    "keyval",
                    Json.Obj.EMPTY.with(
                        "public",
                        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")));

    assertTrue(
        key.verifies(
            new byte[] {0x72},
            HexFormat.of()
                .parseHex(
                    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                        + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")));
  }
}
