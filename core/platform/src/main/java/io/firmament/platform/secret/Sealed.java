package io.firmament.platform.secret;

import java.util.Base64;

/// A secret as it is stored: useless without the key that wrapped its key.
///
/// @param wrappedKey what [DataKeys#open] takes, in base64
/// @param ciphertext nonce, ciphertext and tag, in base64
public record Sealed(String wrappedKey, String ciphertext) {
  static Sealed of(byte[] wrappedKey, byte[] ciphertext) {
    Base64.Encoder encoder = Base64.getEncoder();
    return new Sealed(encoder.encodeToString(wrappedKey), encoder.encodeToString(ciphertext));
  }
}
