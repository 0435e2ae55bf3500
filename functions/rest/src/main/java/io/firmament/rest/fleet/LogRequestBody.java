package io.firmament.rest.fleet;

import io.avaje.jsonb.Json;
import io.firmament.platform.logs.LogRequest;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A request for logs as it is answered.
///
/// @param state `requested`, `sent`, `not_allowed`, `unavailable` or `expired`
/// @param expiresAt when an open request expires, and when any other is forgotten with its logs
/// @param size in bytes, compressed
@Json(naming = Json.Naming.LowerUnderscore)
record LogRequestBody(
    String id,
    String device,
    String source,
    String state,
    @Nullable String since,
    long maxBytes,
    String requestedBy,
    String requestedAt,
    String expiresAt,
    @Nullable String answeredAt,
    @Nullable Long size,
    @Nullable String sha256,
    @Nullable String detail) {

  /// A page of requests, newest first.
  ///
  /// @param total of all pages
  /// @param next absent on the last page
  @Json
  record Page(
      List<LogRequestBody> items, int limit, int offset, long total, @Nullable String next) {}

  static LogRequestBody of(LogRequest request, Instant now) {
    String answeredAt = null;
    Long size = null;
    String sha256 = null;
    String detail = null;
    switch (request.answer()) {
      case LogRequest.Answer.None _ -> {}
      case LogRequest.Answer.Sent sent -> {
        answeredAt = sent.at().toString();
        size = sent.size();
        sha256 = sent.sha256().hex();
      }
      case LogRequest.Answer.Refused refused -> {
        answeredAt = refused.at().toString();
        detail = refused.detail();
      }
    }
    return new LogRequestBody(
        request.id().toString(),
        request.device().value(),
        request.source(),
        request.state(now).name().toLowerCase(Locale.ROOT),
        request.since().map(Instant::toString).orElse(null),
        request.maxBytes(),
        request.requestedBy(),
        request.requestedAt().toString(),
        (request.open(now) ? request.validUntil() : request.keptUntil()).toString(),
        answeredAt,
        size,
        sha256,
        detail);
  }
}
