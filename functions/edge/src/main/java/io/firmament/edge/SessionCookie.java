package io.firmament.edge;

import io.firmament.base.Secret;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// The cookie of a signed-in browser: not readable by scripts, not sent by other sites' forms.
public final class SessionCookie {
  public static final String NAME = "firmament_session";

  private SessionCookie() {}

  public static Optional<Secret> in(Map<String, String> headers) {
    for (String pair : headers.getOrDefault("cookie", "").split(";", -1)) {
      String[] part = pair.strip().split("=", 2);
      if (part.length == 2 && part[0].equals(NAME) && !part[1].isEmpty()) {
        return Optional.of(new Secret(part[1]));
      }
    }
    return Optional.empty();
  }

  /// The value of `Set-Cookie` that signs a browser in.
  public static String set(Secret secret, Duration life, String baseUrl) {
    return NAME + "=" + secret.reveal() + "; Max-Age=" + life.toSeconds() + attributes(baseUrl);
  }

  /// The value of `Set-Cookie` that makes a browser forget.
  public static String cleared(String baseUrl) {
    return NAME + "=; Max-Age=0" + attributes(baseUrl);
  }

  private static String attributes(String baseUrl) {
    String secure = baseUrl.startsWith("https://") ? "; Secure" : "";
    return "; Path=/; HttpOnly; SameSite=Lax" + secure;
  }
}
