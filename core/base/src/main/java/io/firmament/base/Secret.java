package io.firmament.base;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/// A secret text that never shows itself in a log or a message.
public final class Secret {
  private final String value;

  public Secret(String value) {
    this.value = value;
  }

  /// The secret itself; call it only where it must leave the process or be hashed.
  public String reveal() {
    return value;
  }

  /// SHA-256 of a high-entropy secret, the only form that is stored.
  public Sha256 sha256() {
    return Sha256.of(value.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret
        && MessageDigest.isEqual(
            value.getBytes(StandardCharsets.UTF_8), secret.value.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public int hashCode() {
    return 0;
  }

  @Override
  public String toString() {
    return "[secret]";
  }
}
