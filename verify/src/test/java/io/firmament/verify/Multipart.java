package io.firmament.verify;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Bodies of `multipart/form-data` (RFC 7578).
final class Multipart {
  static final String BOUNDARY = "firmament-verify";

  private Multipart() {}

  static byte[] of(Map<String, byte[]> parts) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    parts.forEach(
        (name, content) -> {
          body.writeBytes(text("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\""));
          body.writeBytes(text(name + "\"; filename=\"" + name + ".bin\"\r\n\r\n"));
          body.writeBytes(content);
          body.writeBytes(text("\r\n"));
        });
    body.writeBytes(text("--" + BOUNDARY + "--\r\n"));
    return body.toByteArray();
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
