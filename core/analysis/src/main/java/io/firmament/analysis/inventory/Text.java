package io.firmament.analysis.inventory;

import io.firmament.analysis.tree.ByteSource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Text files of an image, read with a bound.
final class Text {
  private static final int LONGEST = 64 << 20;
  private static final int LONGEST_MATCH = 200;

  private Text() {}

  /// The content as UTF-8, cut at 64 MiB.
  static String of(ByteSource source) {
    byte[] bytes = new byte[(int) Math.min(source.size(), LONGEST)];
    int filled = 0;
    while (filled < bytes.length) {
      int count = source.read(filled, bytes, filled, bytes.length - filled);
      if (count <= 0) {
        break;
      }
      filled += count;
    }
    return new String(bytes, 0, filled, StandardCharsets.UTF_8);
  }

  /// RFC 822 style stanzas, as dpkg and opkg write them: fields by lower-case name, continuation
  /// lines joined with a newline.
  static List<Map<String, String>> stanzas(String text) {
    List<Map<String, String>> stanzas = new ArrayList<>();
    Map<String, String> stanza = new LinkedHashMap<>();
    String name = "";
    for (String line : text.split("\r?\n")) {
      if (line.isBlank()) {
        if (!stanza.isEmpty()) {
          stanzas.add(stanza);
        }
        stanza = new LinkedHashMap<>();
        name = "";
      } else if ((line.startsWith(" ") || line.startsWith("\t")) && !name.isEmpty()) {
        stanza.merge(name, line.strip(), (first, next) -> first + "\n" + next);
      } else if (line.indexOf(':') > 0) {
        name = line.substring(0, line.indexOf(':')).toLowerCase(java.util.Locale.ROOT);
        stanza.put(name, line.substring(line.indexOf(':') + 1).strip());
      }
    }
    if (!stanza.isEmpty()) {
      stanzas.add(stanza);
    }
    return stanzas;
  }

  /// A comma separated list of package relations without versions and architectures (Debian Policy
  /// 7.1): `libc6 (>= 2.31), a | b:any` is `libc6` and `a|b`.
  static List<String> relations(String field) {
    List<String> relations = new ArrayList<>();
    for (String relation : field.split(",")) {
      String names = relation.replaceAll("\\([^)]*\\)|\\[[^]]*]|<[^>]*>|:[a-z0-9-]+|\\s", "");
      if (!names.isEmpty()) {
        relations.add(names);
      }
    }
    return relations;
  }

  /// Shell style `KEY=value` lines; quotes are taken off.
  static Map<String, String> assignments(String text) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String line : text.split("\r?\n")) {
      int equals = line.indexOf('=');
      if (equals > 0 && !line.startsWith("#")) {
        String value = line.substring(equals + 1).strip();
        boolean quoted =
            value.length() >= 2
                && (value.charAt(0) == '"' || value.charAt(0) == '\'')
                && value.charAt(value.length() - 1) == value.charAt(0);
        values.put(
            line.substring(0, equals).strip(),
            quoted ? value.substring(1, value.length() - 1) : value);
      }
    }
    return values;
  }

  /// Short enough for an evidence, control characters as spaces.
  static String brief(String text) {
    String line = text.replaceAll("[\\p{Cntrl}]+", " ").strip();
    return line.length() <= LONGEST_MATCH ? line : line.substring(0, LONGEST_MATCH);
  }
}
