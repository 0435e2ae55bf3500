package io.firmament.local;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Prints what an analysis found, for a person at a terminal: at most a screen per section, and
/// what was left out is said. It reads pages only, so that an image may be of any size.
final class DemoReport {
  private static final int MAX_COMPONENTS = 25;
  private static final List<String> SEVERITIES =
      List.of("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL");

  private static final String UNPACKING =
      """
      query ($id: ID!) { firmware(id: $id) { latestAnalysis { unpacking {
        explainedPercent complete contentBytes chunkCount
        tree { files directories links others }
        identity { architecture endianness bits operatingSystem distribution
          distributionVersion kernelVersion }
        chunks(first: 200) {
          nodes { id parent format where start end encrypted
            held { files directories links others } } }
        notes(first: 200) { totalCount nodes { kind where detail } }
      } } } }
      """;

  private static final String COMPONENTS =
      """
      query ($id: ID!, $after: String) { firmware(id: $id) {
        componentsPage(first: 200, after: $after) {
          totalCount pageInfo { endCursor }
          nodes { id type name version licenses cpe evidence { detector path matched } }
        }
      } }
      """;

  private static final String VULNERABILITIES =
      """
      query ($id: ID!) { firmware(id: $id) {
        page: cveMatchesPage(first: 20) {
          totalCount
          nodes {
            reasons priority { score band }
            component { id name version }
            cve { id description severity cvssScore knownExploited }
          }
        }
        %s
      } }
      """;

  private static final String ISSUES =
      """
      query ($id: ID!) { firmware(id: $id) {
        page: issuesPage(first: 20) {
          totalCount
          nodes { type severity summary file { path } }
        }
        %s
      } }
      """;

  private final PrintStream out;
  private final ApiClient api;
  private final String id;

  /// @param id of a firmware whose analysis is complete
  DemoReport(PrintStream out, ApiClient api, String id) {
    this.out = out;
    this.api = api;
    this.id = id;
  }

  void print() {
    Map<String, Object> analysis =
        ApiClient.object(firmware(UNPACKING, Map.of("id", id)), "latestAnalysis");
    new DemoUnpacking(out, ApiClient.object(analysis, "unpacking")).print();
    Map<String, Object> vulnerabilities = counted(VULNERABILITIES, "cveMatchesPage");
    components(vulnerabilities);
    vulnerabilities(vulnerabilities);
    issues();
  }

  private Map<String, Object> firmware(String query, Map<String, Object> variables) {
    return ApiClient.object(api.graphql(query, variables), "firmware");
  }

  /// Asks for the first page of a list, and for how many there are of each severity.
  private Map<String, Object> counted(String query, String list) {
    String counts =
        SEVERITIES.stream()
            .map(
                severity ->
                    "%s: %s(first: 1, filter: {severity: [%s]}) { totalCount }"
                        .formatted(severity, list, severity))
            .collect(Collectors.joining("\n"));
    return firmware(query.formatted(counts), Map.of("id", id));
  }

  private void components(Map<String, Object> vulnerabilities) {
    List<Map<String, Object>> components = new ArrayList<>();
    Map<String, Object> variables = ApiClient.fields("id", id);
    Object after;
    do {
      Map<String, Object> page =
          ApiClient.object(firmware(COMPONENTS, variables), "componentsPage");
      components.addAll(ApiClient.objects(page, "nodes"));
      after = ApiClient.object(page, "pageInfo").get("endCursor");
      if (after != null) {
        variables.put("after", after);
      }
    } while (after != null);
    heading("Components (" + components.size() + ")");
    Set<String> vulnerable =
        ApiClient.objects(ApiClient.object(vulnerabilities, "page"), "nodes").stream()
            .map(match -> ApiClient.text(ApiClient.object(match, "component"), "id"))
            .collect(Collectors.toSet());
    components.sort(Comparator.comparingInt(component -> rank(component, vulnerable)));
    components.stream().limit(MAX_COMPONENTS).forEach(this::component);
    leftOut(components.size(), Math.min(MAX_COMPONENTS, components.size()));
  }

  /// What a reader looks for comes first: what is vulnerable, then systems, then what was
  /// recognised by what it is and not only by a package's name.
  private static int rank(Map<String, Object> component, Set<String> vulnerable) {
    if (vulnerable.contains(ApiClient.text(component, "id"))) {
      return 0;
    }
    if (ApiClient.text(component, "type").equals("operating-system")) {
      return 1;
    }
    boolean recognised =
        ApiClient.objects(component, "evidence").stream()
            .anyMatch(evidence -> ApiClient.text(evidence, "detector").startsWith("rule:"));
    return recognised ? 2 : 3;
  }

  private void component(Map<String, Object> component) {
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

  private static String licenses(Map<String, Object> component) {
    return component.get("licenses") instanceof List<?> list
        ? String.join(", ", list.stream().map(String::valueOf).toList())
        : "";
  }

  private void vulnerabilities(Map<String, Object> answer) {
    List<Map<String, Object>> matches = page("Vulnerabilities", answer);
    for (Map<String, Object> match : matches) {
      Map<String, Object> cve = ApiClient.object(match, "cve");
      Map<String, Object> component = ApiClient.object(match, "component");
      Map<String, Object> priority = ApiClient.object(match, "priority");
      out.printf(
          "  %-3s %4s  %-16s %-13s %-4s %-24s %s%s%n",
          ApiClient.text(priority, "band"),
          ApiClient.text(priority, "score"),
          ApiClient.text(cve, "id"),
          ApiClient.text(cve, "severity"),
          ApiClient.text(cve, "cvssScore"),
          shortened(
              ApiClient.text(component, "name") + " " + ApiClient.text(component, "version"), 24),
          marks(match),
          shortened(ApiClient.text(cve, "description"), 70));
    }
    leftOut(total(answer, "page"), matches.size());
  }

  /// What to know before one takes a match for a fact.
  private static String marks(Map<String, Object> match) {
    String reasons = ApiClient.text(match, "reasons");
    StringBuilder marks = new StringBuilder();
    if (reasons.contains("known-exploited:")) {
      marks.append("[exploited] ");
    }
    if (reasons.contains("distribution-may-have-backported:")) {
      marks.append("[backported?] ");
    }
    if (reasons.contains("distribution-fixed:")) {
      marks.append("[fixed by the distribution] ");
    }
    if (reasons.contains("unreadable-version:") || reasons.contains("no-version:")) {
      marks.append("[version?] ");
    }
    if (reasons.contains("platform-")) {
      marks.append("[platform?] ");
    }
    return marks.toString();
  }

  private void issues() {
    Map<String, Object> answer = counted(ISSUES, "issuesPage");
    List<Map<String, Object>> issues = page("Issues", answer);
    for (Map<String, Object> issue : issues) {
      out.printf(
          "  %-13s %-32s %s  (%s)%n",
          ApiClient.text(issue, "severity"),
          ApiClient.text(issue, "type"),
          shortened(ApiClient.text(issue, "summary"), 80),
          ApiClient.text(ApiClient.object(issue, "file"), "path"));
    }
    leftOut(total(answer, "page"), issues.size());
  }

  /// Prints the heading of a list of findings with their counts by severity; its first page.
  private List<Map<String, Object>> page(String title, Map<String, Object> answer) {
    int total = total(answer, "page");
    heading(title + " (" + total + ")");
    List<String> counts = new ArrayList<>();
    int scored = 0;
    for (String severity : SEVERITIES) {
      int count = total(answer, severity);
      scored += count;
      if (count > 0) {
        counts.add(count + " " + severity.toLowerCase(Locale.ROOT));
      }
    }
    if (scored < total) {
      counts.add((total - scored) + " not scored");
    }
    if (!counts.isEmpty()) {
      out.println("  " + String.join(", ", counts));
    }
    return ApiClient.objects(ApiClient.object(answer, "page"), "nodes");
  }

  private static int total(Map<String, Object> answer, String list) {
    return ApiClient.object(answer, list).get("totalCount") instanceof Number number
        ? number.intValue()
        : 0;
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

  /// One line of at most this length.
  static String shortened(String text, int length) {
    String line = text.replaceAll("\\s+", " ").strip();
    return line.length() <= length ? line : line.substring(0, length - 1) + "…";
  }
}
