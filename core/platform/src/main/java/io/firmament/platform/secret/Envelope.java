package io.firmament.platform.secret;

import io.firmament.base.Secret;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.SortedMap;

/// Seals secrets, each under a data key of its own, by AES-256-GCM. What the secret is for is
/// associated data of both the wrapped key and the ciphertext: moved to another record, neither
/// opens.
public final class Envelope {
  private final DataKeys keys;
  private final SecureRandom random;

  public Envelope(DataKeys keys, SecureRandom random) {
    this.keys = keys;
    this.random = random;
  }

  public Sealed seal(Secret secret, SortedMap<String, String> context) {
    DataKeys.DataKey key = keys.generate(context);
    byte[] plain = secret.reveal().getBytes(StandardCharsets.UTF_8);
    try {
      return Sealed.of(key.wrapped(), Gcm.encrypt(key.plain(), plain, Gcm.bytes(context), random));
    } finally {
      Arrays.fill(plain, (byte) 0);
      Arrays.fill(key.plain(), (byte) 0);
    }
  }

  /// Empty where the secret cannot be had any more: its key is another one now, it is damaged, or
  /// it was sealed for something else.
  public Optional<Secret> open(Sealed sealed, SortedMap<String, String> context) {
    Base64.Decoder decoder = Base64.getDecoder();
    Optional<byte[]> key = keys.open(decoder.decode(sealed.wrappedKey()), context);
    if (key.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Gcm.decrypt(key.get(), decoder.decode(sealed.ciphertext()), Gcm.bytes(context))
          .map(plain -> new Secret(new String(plain, StandardCharsets.UTF_8)));
    } finally {
      Arrays.fill(key.get(), (byte) 0);
    }
  }
}
