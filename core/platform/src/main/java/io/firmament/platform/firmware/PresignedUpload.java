package io.firmament.platform.firmware;

import java.net.URI;
import java.time.Instant;
import java.util.Map;

/// One request that anybody may send.
///
/// @param method `PUT` or `POST`
/// @param headers that must be sent as they are
public record PresignedUpload(
    String method, URI url, Map<String, String> headers, Instant expiresAt) {
  public PresignedUpload {
    headers = Map.copyOf(headers);
  }
}
