package io.firmament.platform.identity;

import io.firmament.base.Secret;
import java.security.SecureRandom;
import java.util.Base64;

/// Where new secrets come from: 256 bits, as 43 URL-safe characters.
public final class SecretSource {
  private static final int BYTES = 32;

  private final SecureRandom random;

  public SecretSource(SecureRandom random) {
    this.random = random;
  }

  public Secret next() {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return new Secret(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }
}
