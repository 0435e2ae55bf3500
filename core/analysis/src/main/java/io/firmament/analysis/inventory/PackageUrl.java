package io.firmament.analysis.inventory;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Writes package URLs after the purl specification: percent-encoded parts, qualifiers sorted.
final class PackageUrl {
  private PackageUrl() {}

  static String of(
      String type,
      String namespace,
      String name,
      @Nullable String version,
      @Nullable String architecture,
      @Nullable String distribution) {
    StringBuilder url = new StringBuilder("pkg:").append(type).append('/');
    if (!namespace.isEmpty()) {
      url.append(encoded(namespace)).append('/');
    }
    url.append(encoded(name));
    if (version != null) {
      url.append('@').append(encoded(version));
    }
    char separator = '?';
    if (architecture != null) {
      url.append(separator).append("arch=").append(encoded(architecture));
      separator = '&';
    }
    if (distribution != null) {
      url.append(separator).append("distro=").append(encoded(distribution));
    }
    return url.toString();
  }

  private static String encoded(String text) {
    StringBuilder encoded = new StringBuilder(text.length());
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (plain || ".-_~:".indexOf(c) >= 0) {
        encoded.append(c);
      } else {
        encoded.append('%').append(String.format("%02X", (int) c));
      }
    }
    return encoded.toString();
  }
}
