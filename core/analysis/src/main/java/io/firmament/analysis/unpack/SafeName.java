package io.firmament.analysis.unpack;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A path of a container made harmless: relative, without `.`, `..`, empty segments and NUL.
///
/// @param text one character for each byte, empty for the root itself
/// @param changed what was unsafe about it; empty where nothing was
record SafeName(String text, String changed) {
  static SafeName of(byte[] raw) {
    String name = new String(raw, StandardCharsets.ISO_8859_1);
    List<String> changes = new ArrayList<>();
    if (name.isEmpty()) {
      changes.add("empty name");
    }
    if (name.startsWith("/")) {
      changes.add("absolute path");
    }
    if (name.indexOf('\0') >= 0) {
      changes.add("NUL in name");
      name = name.replace('\0', '_');
    }
    List<String> segments = new ArrayList<>();
    boolean parent = false;
    for (String segment : name.split("/", -1)) {
      if (segment.equals("..")) {
        parent = true;
      } else if (!segment.isEmpty() && !segment.equals(".")) {
        segments.add(segment);
      }
    }
    if (parent) {
      changes.add("path through a parent directory");
    }
    if (name.isEmpty() || (segments.isEmpty() && parent)) {
      segments.add("unnamed");
    }
    return new SafeName(String.join("/", segments), String.join(", ", changes));
  }
}
