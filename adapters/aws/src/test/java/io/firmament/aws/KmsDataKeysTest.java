package io.firmament.aws;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.Secret;
import io.firmament.platform.secret.DataKeys;
import io.firmament.platform.secret.Envelope;
import io.firmament.platform.secret.Sealed;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KmsDataKeysTest {
  private static final SortedMap<String, String> MINE =
      new TreeMap<>(Map.of("tenant", "one", "registry", "r"));
  private static final SortedMap<String, String> THEIRS =
      new TreeMap<>(Map.of("tenant", "two", "registry", "r"));

  private final KmsUnderTest kms = KmsUnderTest.start();
  private final DataKeys keys = new KmsDataKeys(kms.client(), kms.secretKey());

  @AfterAll
  void end() {
    kms.close();
  }

  @Test
  void opensAKeyForItsOwnContextAlone() {
    DataKeys.DataKey key = keys.generate(MINE);
    assertEquals(32, key.plain().length);
    assertArrayEquals(key.plain(), keys.open(key.wrapped(), MINE).orElseThrow());
    assertTrue(keys.open(key.wrapped(), THEIRS).isEmpty());
  }

  @Test
  void opensNothingThatIsDamagedOrOfAnotherKey() {
    byte[] wrapped = keys.generate(MINE).wrapped();
    DataKeys others = new KmsDataKeys(kms.client(), kms.secretKey());
    assertTrue(others.open(wrapped, MINE).isEmpty());
    wrapped[wrapped.length - 1] ^= 1;
    assertTrue(keys.open(wrapped, MINE).isEmpty());
  }

  @Test
  void opensNothingWhereTheKeyIsGone() {
    DataKeys gone = new KmsDataKeys(kms.client(), "00000000-0000-4000-8000-000000000000");
    assertTrue(gone.open(keys.generate(MINE).wrapped(), MINE).isEmpty());
  }

  @Test
  void sealsASecretUnderAKeyOfItsOwn() {
    Envelope envelope = new Envelope(keys, new SecureRandom());
    Secret secret = new Secret("a password");
    Sealed one = envelope.seal(secret, MINE);
    Sealed other = envelope.seal(secret, MINE);
    assertFalse(one.equals(other));
    assertEquals(Optional.of(secret), envelope.open(one, MINE));
    assertEquals(Optional.empty(), envelope.open(one, THEIRS));
    assertEquals(
        Optional.empty(),
        envelope.open(new Sealed(one.wrappedKey(), other.ciphertext()), MINE),
        "a ciphertext belongs to its key");
  }
}
