package io.firmament.platform.secret;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.firmament.base.Secret;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EnvelopeTest {
  private static final Secret SECRET = new Secret("pass wörd");

  private final SecureRandom random = new SecureRandom();
  private final SoftwareDataKeys keys = SoftwareDataKeys.generate(random);
  private final Envelope envelope = new Envelope(keys, random);
  private final SortedMap<String, String> context = context("a", "b");

  private static SortedMap<String, String> context(String tenant, String registry) {
    return new TreeMap<>(Map.of("tenant", tenant, "registry", registry));
  }

  @Test
  void opensWhatItSealedForTheSameThingAlone() {
    Sealed sealed = envelope.seal(SECRET, context);
    assertEquals(Optional.of(SECRET), envelope.open(sealed, context));
    assertEquals(Optional.empty(), envelope.open(sealed, context("a", "c")));
    assertEquals(Optional.empty(), envelope.open(sealed, context("ab", "")));
    assertFalse(sealed.toString().contains("pass"));
  }

  @Test
  void opensNothingThatWasChangedByOneBit() {
    Sealed sealed = envelope.seal(SECRET, context);
    byte[] key = Base64.getDecoder().decode(sealed.wrappedKey());
    byte[] text = Base64.getDecoder().decode(sealed.ciphertext());
    for (int i = 0; i < text.length; i++) {
      byte[] changed = text.clone();
      changed[i] ^= 1;
      assertEquals(Optional.empty(), envelope.open(Sealed.of(key, changed), context));
    }
    for (int i = 0; i < key.length; i++) {
      byte[] changed = key.clone();
      changed[i] ^= 1;
      assertEquals(Optional.empty(), envelope.open(Sealed.of(changed, text), context));
    }
    assertEquals(Optional.empty(), envelope.open(Sealed.of(new byte[3], text), context));
    assertEquals(Optional.empty(), envelope.open(Sealed.of(key, new byte[0]), context));
  }

  @Test
  void sealsUnderANewKeyAndNonceEachTime() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      Sealed sealed = envelope.seal(SECRET, context);
      seen.add(sealed.wrappedKey());
      seen.add(sealed.ciphertext().substring(0, 16));
    }
    assertEquals(200, seen.size());
  }

  @Test
  void opensAfterARestartWithTheKeyThatWasKept() {
    Sealed sealed = envelope.seal(SECRET, context);
    SoftwareDataKeys kept = SoftwareDataKeys.of(keys.key(), random);
    assertArrayEquals(keys.key(), kept.key());
    assertEquals(Optional.of(SECRET), new Envelope(kept, random).open(sealed, context));
    SoftwareDataKeys other = SoftwareDataKeys.generate(random);
    assertEquals(Optional.empty(), new Envelope(other, random).open(sealed, context));
    assertThrows(IllegalArgumentException.class, () -> SoftwareDataKeys.of(new byte[16], random));
  }
}
