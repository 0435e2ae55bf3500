package io.firmament.local;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Prints what an image is made of, and, loudly, what of it could not be read.
final class DemoUnpacking {
  private static final int MAX_LINES = 30;
  private static final int MAX_ALIKE = 3;
  private static final int MAX_NOTES = 12;
  private static final double ENOUGH_EXPLAINED = 95;
  private static final Set<String> HARMLESS = Set.of("UNSAFE_PATH", "DUPLICATE_PATH");

  private static final Map<String, String> MEANING =
      Map.of(
          "TRUNCATED", "cut off",
          "CORRUPT", "damaged",
          "LIMIT_HIT", "limit reached",
          "ENCRYPTED", "encrypted",
          "ENCRYPTED_OR_COMPRESSED_UNKNOWN", "encrypted, or compressed in an unknown way",
          "UNSUPPORTED", "not supported");

  private final PrintStream out;
  private final Map<String, Object> unpacking;
  private final Map<String, List<Map<String, Object>>> children = new HashMap<>();
  private int lines;

  /// @param unpacking as [DemoReport] asks for it
  DemoUnpacking(PrintStream out, Map<String, Object> unpacking) {
    this.out = out;
    this.unpacking = unpacking;
    for (Map<String, Object> chunk : chunks()) {
      children.computeIfAbsent(ApiClient.text(chunk, "parent"), _ -> new ArrayList<>()).add(chunk);
    }
  }

  private List<Map<String, Object>> chunks() {
    return ApiClient.objects(ApiClient.object(unpacking, "chunks"), "nodes");
  }

  void print() {
    identity();
    out.println();
    out.printf(
        Locale.ROOT,
        "Unpacked: %s, %.1f MB; %s %% of the image explained%n",
        held(ApiClient.object(unpacking, "tree")),
        number(unpacking, "contentBytes") / 1e6,
        percent());
    branch("", 1);
    int total = (int) number(unpacking, "chunkCount");
    if (total > lines) {
      out.println("  (" + total + " regions and containers in all)");
    }
    warnings();
  }

  private void identity() {
    Map<String, Object> identity =
        unpacking.get("identity") == null ? Map.of() : ApiClient.object(unpacking, "identity");
    List<String> facts = new ArrayList<>();
    add(facts, identity, "architecture", "", "");
    add(facts, identity, "bits", "", " bit");
    add(facts, identity, "endianness", "", " endian");
    add(facts, identity, "operatingSystem", "", "");
    add(facts, identity, "kernelVersion", "kernel ", "");
    String distribution =
        (ApiClient.text(identity, "distribution")
                + " "
                + ApiClient.text(identity, "distributionVersion"))
            .strip();
    if (!distribution.isEmpty()) {
      facts.add(distribution);
    }
    out.println();
    out.println(
        "Made for: "
            + (facts.isEmpty() ? "unknown, no code was recognised" : String.join(", ", facts)));
  }

  private static void add(
      List<String> facts, Map<String, Object> identity, String field, String before, String after) {
    String value = ApiClient.text(identity, field);
    if (!value.isEmpty()) {
      facts.add(before + value + after);
    }
  }

  /// Prints what was found in a chunk; of many that are alike, the first few.
  private void branch(String parent, int depth) {
    Map<String, Integer> alike = new LinkedHashMap<>();
    for (Map<String, Object> chunk : children.getOrDefault(parent, List.of())) {
      String format = ApiClient.text(chunk, "format");
      if (alike.merge(format, 1, Integer::sum) <= MAX_ALIKE && lines < MAX_LINES) {
        lines++;
        line(chunk, depth);
        branch(ApiClient.text(chunk, "id"), depth + 1);
      }
    }
    alike.forEach(
        (format, count) -> {
          if (count > MAX_ALIKE) {
            out.println("  ".repeat(depth) + "... and " + (count - MAX_ALIKE) + " more " + format);
          }
        });
  }

  private void line(Map<String, Object> chunk, int depth) {
    String name = "  ".repeat(depth) + ApiClient.text(chunk, "format");
    String where = ApiClient.text(chunk, "where");
    String range =
        "%,d to %,d".formatted(number(chunk, "start"), number(chunk, "end")).replace(',', ' ');
    String held = held(ApiClient.object(chunk, "held"));
    out.println(
        "%-24s %-26s %s%s%s"
            .formatted(
                name,
                range,
                held,
                where.isEmpty() ? "" : (held.isEmpty() ? "" : "  ") + "in " + where,
                Boolean.TRUE.equals(chunk.get("encrypted")) ? "  ENCRYPTED" : "")
            .stripTrailing());
  }

  private static String held(Map<String, Object> counts) {
    List<String> parts = new ArrayList<>();
    add(parts, number(counts, "files"), "file", "files");
    add(parts, number(counts, "links"), "link", "links");
    add(parts, number(counts, "directories"), "directory", "directories");
    add(parts, number(counts, "others"), "device", "devices");
    return String.join(", ", parts);
  }

  private static void add(List<String> parts, long count, String one, String many) {
    if (count > 0) {
      parts.add(count + " " + (count == 1 ? one : many));
    }
  }

  private void warnings() {
    List<String> warnings = new ArrayList<>();
    Map<String, Integer> harmless = new LinkedHashMap<>();
    Map<String, Object> notes = ApiClient.object(unpacking, "notes");
    for (Map<String, Object> note : ApiClient.objects(notes, "nodes")) {
      String kind = ApiClient.text(note, "kind");
      if (HARMLESS.contains(kind)) {
        harmless.merge(kind, 1, Integer::sum);
      } else {
        String where = ApiClient.text(note, "where");
        warnings.add(
            MEANING.getOrDefault(kind, kind).toUpperCase(Locale.ROOT)
                + ": "
                + (where.isEmpty() ? "" : where + ": ")
                + DemoReport.shortened(ApiClient.text(note, "detail"), 100));
      }
    }
    if (number(unpacking, "explainedPercent") < ENOUGH_EXPLAINED) {
      warnings.addFirst("only " + percent() + " % of the image is in a form that is known");
    }
    if (!warnings.isEmpty()) {
      out.println();
      out.println("!! NOT ALL OF THE IMAGE WAS SEEN. What is below is about the part that was.");
      warnings.stream().limit(MAX_NOTES).forEach(warning -> out.println("!! " + warning));
      int more = warnings.size() - MAX_NOTES;
      if (more > 0) {
        out.println("!! ... and " + more + " more notes");
      }
    }
    harmless.forEach(
        (kind, count) ->
            out.println("  " + count + " " + kind.toLowerCase(Locale.ROOT).replace('_', ' ')));
  }

  private String percent() {
    String text = ApiClient.text(unpacking, "explainedPercent");
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  private static long number(Map<String, Object> from, String field) {
    return from.get(field) instanceof Number number ? number.longValue() : 0;
  }
}
