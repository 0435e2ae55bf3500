package io.firmament.local;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Prints what an analysis found, for a person at a terminal: at most a screen per section, and
/// what was left out is said.
final class DemoReport {
  private static final int MAX_COMPONENTS = 25;
  private static final int MAX_VULNERABILITIES = 20;
  private static final int MAX_ISSUES = 20;
  private static final List<String> SEVERITIES =
      List.of("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL");

  private final PrintStream out;
  private final Map<String, Object> firmware;

  /// @param firmware the answer of [Demo]'s query
  DemoReport(PrintStream out, Map<String, Object> firmware) {
    this.out = out;
    this.firmware = firmware;
  }

  void print() {
    components();
    vulnerabilities();
    issues();
  }

  private void components() {
    List<Map<String, Object>> components = ApiClient.objects(firmware, "components");
    heading("Components (" + components.size() + ")");
    for (Map<String, Object> component : components.stream().limit(MAX_COMPONENTS).toList()) {
      List<Map<String, Object>> evidence = ApiClient.objects(component, "evidence");
      String why =
          evidence.isEmpty()
              ? ""
              : ApiClient.text(evidence.getFirst(), "detector")
                  + ": "
                  + ApiClient.text(evidence.getFirst(), "path")
                  + "  \""
                  + shortened(ApiClient.text(evidence.getFirst(), "matched"), 44)
                  + "\"";
      out.printf(
          "  %-24s %-18s %-16s %s%n",
          shortened(ApiClient.text(component, "name"), 24),
          shortened(ApiClient.text(component, "version"), 18),
          shortened(licenses(component), 16),
          why);
    }
    leftOut(components.size(), MAX_COMPONENTS);
  }

  private static String licenses(Map<String, Object> component) {
    return component.get("licenses") instanceof List<?> list
        ? String.join(", ", list.stream().map(String::valueOf).toList())
        : "";
  }

  private void vulnerabilities() {
    List<Map<String, Object>> matches = ApiClient.objects(firmware, "cveMatches");
    heading("Vulnerabilities (" + matches.size() + ")");
    counts(matches.stream().map(match -> ApiClient.object(match, "cve")).toList());
    for (Map<String, Object> match : matches.stream().limit(MAX_VULNERABILITIES).toList()) {
      Map<String, Object> cve = ApiClient.object(match, "cve");
      Map<String, Object> component = ApiClient.object(match, "component");
      out.printf(
          "  %-16s %-13s %-4s %-24s %s%s%n",
          ApiClient.text(cve, "id"),
          ApiClient.text(cve, "severity"),
          ApiClient.text(cve, "cvssScore"),
          shortened(
              ApiClient.text(component, "name") + " " + ApiClient.text(component, "version"), 24),
          Boolean.TRUE.equals(cve.get("knownExploited")) ? "[exploited] " : "",
          shortened(ApiClient.text(cve, "description"), 70));
    }
    leftOut(matches.size(), MAX_VULNERABILITIES);
  }

  private void issues() {
    List<Map<String, Object>> issues =
        new ArrayList<>(ApiClient.objects(firmware, "latestIssues"));
    issues.sort(
        Comparator.comparingInt(issue -> SEVERITIES.indexOf(ApiClient.text(issue, "severity"))));
    heading("Issues (" + issues.size() + ")");
    counts(issues);
    for (Map<String, Object> issue : issues.stream().limit(MAX_ISSUES).toList()) {
      out.printf(
          "  %-13s %-32s %s  (%s)%n",
          ApiClient.text(issue, "severity"),
          ApiClient.text(issue, "type"),
          shortened(ApiClient.text(issue, "summary"), 80),
          ApiClient.text(ApiClient.object(issue, "file"), "path"));
    }
    leftOut(issues.size(), MAX_ISSUES);
  }

  private void counts(List<Map<String, Object>> findings) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    SEVERITIES.forEach(severity -> counts.put(severity, 0));
    findings.forEach(finding -> counts.merge(ApiClient.text(finding, "severity"), 1, Integer::sum));
    counts.values().removeIf(count -> count == 0);
    if (!counts.isEmpty()) {
      out.println(
          "  "
              + String.join(
                  ", ",
                  counts.entrySet().stream()
                      .map(
                          entry ->
                              entry.getValue()
                                  + " "
                                  + (entry.getKey().isEmpty()
                                      ? "not scored"
                                      : entry.getKey().toLowerCase(Locale.ROOT)))
                      .toList()));
    }
  }

  private void heading(String text) {
    out.println();
    out.println(text);
  }

  private void leftOut(int total, int shown) {
    if (total > shown) {
      out.println("  ... and " + (total - shown) + " more; the API and the SBOM have them all");
    }
  }

  private static String shortened(String text, int length) {
    String line = text.replaceAll("\\s+", " ").strip();
    return line.length() <= length ? line : line.substring(0, length - 1) + "…";
  }
}
