package io.firmament.platform.registry;

import io.firmament.base.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// What a registry, or who gives out its tokens, is shown.
///
/// @param until when it ends; null for never
public record Login(String username, Secret password, @Nullable Instant until) {
  /// The value of an `Authorization` header (RFC 7617).
  Secret basic() {
    String pair = username + ":" + password.reveal();
    return new Secret(
        "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
  }
}
