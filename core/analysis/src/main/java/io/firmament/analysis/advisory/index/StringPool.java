package io.firmament.analysis.advisory.index;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// Strings written once each, in the order they come; offset 0 is the empty string.
final class StringPool {
  private static final int MAX_BYTES = 0xFFFF;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Map<String, Integer> offsets = new HashMap<>();

  StringPool() {
    add("");
  }

  int add(String text) {
    Integer known = offsets.get(text);
    if (known != null) {
      return known;
    }
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(utf8.length, MAX_BYTES);
    int offset = bytes.size();
    bytes.write(length);
    bytes.write(length >>> 8);
    bytes.write(utf8, 0, length);
    offsets.put(text, offset);
    return offset;
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }
}
