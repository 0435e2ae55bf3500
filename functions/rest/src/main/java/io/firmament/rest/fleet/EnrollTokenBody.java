package io.firmament.rest.fleet;

import io.avaje.jsonb.Json;
import io.firmament.base.Secret;
import io.firmament.platform.fleet.EnrollToken;
import io.firmament.platform.fleet.HardwareId;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An enrolment token as it is answered.
///
/// @param name what people call it
/// @param state `active`, `exhausted` or `expired`
/// @param hardwareId null where it is for any hardware
/// @param token the secret, in the answer to the creation only
@Json(naming = Json.Naming.LowerUnderscore)
record EnrollTokenBody(
    String id,
    String name,
    String fleet,
    Map<String, String> tags,
    @Nullable String hardwareId,
    String createdAt,
    String expiresAt,
    int maxUses,
    int uses,
    String state,
    @Nullable String token) {

  static EnrollTokenBody of(EnrollToken token, Instant now) {
    return of(token, now, null);
  }

  static EnrollTokenBody withSecret(EnrollToken token, Instant now, Secret secret) {
    return of(token, now, secret.reveal());
  }

  private static EnrollTokenBody of(EnrollToken token, Instant now, @Nullable String secret) {
    return new EnrollTokenBody(
        token.id().toString(),
        token.label(),
        token.binding().fleet().value(),
        token.binding().tags().values(),
        token.binding().hardwareId().map(HardwareId::value).orElse(null),
        token.createdAt().toString(),
        token.expiresAt().toString(),
        token.maxUses(),
        token.uses(),
        token.state(now).name().toLowerCase(Locale.ROOT),
        secret);
  }

  /// A page of tokens.
  ///
  /// @param total of all pages
  /// @param next absent on the last page
  @Json
  record Page(
      List<EnrollTokenBody> items, int limit, int offset, long total, @Nullable String next) {}

  /// Hides the secret.
  @Override
  public String toString() {
    return "EnrollTokenBody[" + id + "]";
  }
}
