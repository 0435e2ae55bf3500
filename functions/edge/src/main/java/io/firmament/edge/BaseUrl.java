package io.firmament.edge;

import java.util.Map;
import java.util.Optional;

/// Where callers reach us, without a trailing slash.
public final class BaseUrl {
  private BaseUrl() {}

  /// The configured URL, or what the request says of itself.
  public static String of(Map<String, String> headers, Optional<String> configured) {
    return configured.orElseGet(
        () ->
            headers.getOrDefault("x-forwarded-proto", "http")
                + "://"
                + headers.getOrDefault(
                    "x-forwarded-host", headers.getOrDefault("host", "localhost")));
  }
}
