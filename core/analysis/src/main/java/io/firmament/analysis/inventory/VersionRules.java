package io.firmament.analysis.inventory;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// The version rules of `version-rules.txt`: stanzas of `key: value`, a key may be repeated, `\0`
/// and `\n` are escapes in literals. Validated when loaded.
final class VersionRules {
  private static final Set<String> KEYS =
      Set.of(
          "id",
          "name",
          "type",
          "part",
          "vendor",
          "product",
          "anchor",
          "version",
          "not",
          "soname",
          "file",
          "symbol",
          "embedded",
          "raw",
          "file-version",
          "package",
          "licence",
          "crypto",
          "source",
          "example",
          "example-file",
          "example-version",
          "counter");

  private VersionRules() {}

  static List<VersionRule> load() {
    try (InputStream in = VersionRules.class.getResourceAsStream("version-rules.txt")) {
      if (in == null) {
        throw new IllegalStateException("version-rules.txt is not in the jar");
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<VersionRule> parse(String text) {
    List<VersionRule> rules = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (String stanza : text.split("\n\\s*\n")) {
      Map<String, List<String>> fields = fields(stanza);
      if (!fields.isEmpty()) {
        VersionRule rule = rule(fields);
        if (!ids.add(rule.id())) {
          throw new IllegalArgumentException("version rule " + rule.id() + ": twice");
        }
        rules.add(rule);
      }
    }
    return List.copyOf(rules);
  }

  private static Map<String, List<String>> fields(String stanza) {
    Map<String, List<String>> fields = new LinkedHashMap<>();
    for (String line : stanza.split("\n")) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      int colon = line.indexOf(": ");
      String key = colon < 0 ? line : line.substring(0, colon);
      if (!KEYS.contains(key)) {
        throw new IllegalArgumentException("version rules: not a key: " + line);
      }
      fields.computeIfAbsent(key, _ -> new ArrayList<>()).add(line.substring(colon + 2));
    }
    return fields;
  }

  private static VersionRule rule(Map<String, List<String>> fields) {
    String id = one(fields, "id");
    return new VersionRule(
        id,
        one(fields, "name"),
        one(fields, "type"),
        fields.containsKey("part") ? one(fields, "part") : "a",
        one(fields, "vendor"),
        one(fields, "product"),
        literals(fields, "anchor"),
        pattern(fields, "version"),
        all(fields, "not").stream().map(Pattern::compile).toList(),
        pattern(fields, "soname"),
        pattern(fields, "file"),
        all(fields, "symbol"),
        literals(fields, "embedded"),
        flag(fields, "raw"),
        pattern(fields, "file-version"),
        fields.containsKey("package") ? all(fields, "package") : List.of(id),
        one(fields, "licence"),
        flag(fields, "crypto"),
        one(fields, "source"),
        new VersionRule.Example(
            one(fields, "example-file"),
            literals(fields, "example").stream().findFirst().orElse(""),
            one(fields, "example-version")),
        literals(fields, "counter").stream().findFirst().orElse(""));
  }

  private static List<String> all(Map<String, List<String>> fields, String key) {
    return fields.getOrDefault(key, List.of());
  }

  private static List<String> literals(Map<String, List<String>> fields, String key) {
    return all(fields, key).stream()
        .map(text -> text.replace("\\0", "\0").replace("\\n", "\n").replace("\\s", " "))
        .toList();
  }

  private static Optional<Pattern> pattern(Map<String, List<String>> fields, String key) {
    return all(fields, key).stream().findFirst().map(Pattern::compile);
  }

  private static boolean flag(Map<String, List<String>> fields, String key) {
    return all(fields, key).equals(List.of("yes"));
  }

  private static String one(Map<String, List<String>> fields, String key) {
    List<String> values = all(fields, key);
    if (values.size() != 1) {
      throw new IllegalArgumentException(
          "version rule " + all(fields, "id") + ": one " + key + " is wanted");
    }
    return values.getFirst();
  }
}
