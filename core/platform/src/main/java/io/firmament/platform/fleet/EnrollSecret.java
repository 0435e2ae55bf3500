package io.firmament.platform.fleet;

import io.firmament.base.EnrollTokenId;
import io.firmament.base.Secret;
import io.firmament.base.TenantId;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/// The text of an enrolment token: it says whose token it is, so that one read finds it, and
/// has 256 random bits. `fenr_` and the URL-safe Base64 of tenant, token id and secret (16, 16,
/// 32 bytes).
public record EnrollSecret(TenantId tenant, EnrollTokenId token, Secret text) {
  private static final String PREFIX = "fenr_";
  private static final int RANDOM_BYTES = 32;
  private static final int LENGTH = 16 + 16 + RANDOM_BYTES;

  static EnrollSecret next(TenantId tenant, EnrollTokenId token, SecureRandom random) {
    byte[] secret = new byte[RANDOM_BYTES];
    random.nextBytes(secret);
    ByteBuffer bytes = ByteBuffer.allocate(LENGTH);
    put(bytes, tenant.value());
    put(bytes, token.value());
    bytes.put(secret);
    String text = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    return new EnrollSecret(tenant, token, new Secret(text));
  }

  /// Reads a token's text; empty for anything that cannot be one.
  public static Optional<EnrollSecret> parse(String text) {
    if (!text.startsWith(PREFIX) || text.length() > 128) {
      return Optional.empty();
    }
    byte[] decoded;
    try {
      decoded = Base64.getUrlDecoder().decode(text.substring(PREFIX.length()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    if (decoded.length != LENGTH) {
      return Optional.empty();
    }
    ByteBuffer bytes = ByteBuffer.wrap(decoded);
    TenantId tenant = new TenantId(new UUID(bytes.getLong(), bytes.getLong()));
    EnrollTokenId token = new EnrollTokenId(new UUID(bytes.getLong(), bytes.getLong()));
    return Optional.of(new EnrollSecret(tenant, token, new Secret(text)));
  }

  private static void put(ByteBuffer bytes, UUID id) {
    bytes.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
  }
}
