package io.firmament.graphql;

import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Issue;
import io.firmament.platform.firmware.Analysis;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareProblem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The fields of `comparison.graphqls`.
final class ComparisonFields {
  /// What changed from one image to another.
  private record Comparison(
      IssueDiff issues, VulnerabilityDiff vulnerabilities, ComponentDiff components) {}

  private record IssueDiff(List<Issue> added, List<Issue> dropped) {}

  /// @param pair of the analyses compared, for cursors
  private record VulnerabilityDiff(
      String pair, List<CveMatch> added, List<CveMatch> dropped, List<CveMatch> remaining) {}

  /// @param pair of the analyses compared, for cursors
  private record ComponentDiff(String pair, ComponentChanges changes) {}

  void register(FieldTable table) {
    table.type("Query", Scope.class).fetch("compareFirmwareAnalyses", ComparisonFields::compare);
    table
        .type("FirmwareComparison", Comparison.class)
        .value("issues", Comparison::issues)
        .value("cveEntries", Comparison::vulnerabilities)
        .value("components", Comparison::components);
    table
        .type("IssueDiff", IssueDiff.class)
        .value("new", IssueDiff::added)
        .value("dropped", IssueDiff::dropped);
    table
        .type("CVEEntryDiff", VulnerabilityDiff.class)
        .value("new", VulnerabilityDiff::added)
        .value("dropped", VulnerabilityDiff::dropped)
        .fetch(
            "remaining",
            (diff, arguments, scope) ->
                page(diff.remaining(), "remaining " + diff.pair(), arguments, scope));
    table
        .type("ComponentDiff", ComponentDiff.class)
        .fetch(
            "new",
            (diff, arguments, scope) ->
                page(diff.changes().added(), "new " + diff.pair(), arguments, scope))
        .fetch(
            "dropped",
            (diff, arguments, scope) ->
                page(diff.changes().dropped(), "dropped " + diff.pair(), arguments, scope))
        .fetch(
            "changed",
            (diff, arguments, scope) ->
                page(diff.changes().changed(), "changed " + diff.pair(), arguments, scope));
    table
        .type("ComponentChange", ComponentChanges.Change.class)
        .value("before", ComponentChanges.Change::before)
        .value("after", ComponentChanges.Change::after);
    for (String type : List.of("CVEEntryConnection", "ComponentChangeConnection")) {
      FirmwareFields.registerConnection(table, type);
      table.type(type, Connection.class).value("totalCount", page -> page.totalCount());
    }
  }

  private static <T> Connection<T> page(
      List<T> all, String list, Arguments arguments, Scope scope) {
    Connection<T> page = Connection.of(all, arguments, list);
    scope.spend(page.nodes().size());
    return page;
  }

  private static Comparison compare(Scope query, Arguments arguments, Scope scope) {
    Firmware base = complete(scope, arguments.text("base"));
    Firmware other = complete(scope, arguments.text("other"));
    Map<String, Issue> baseIssues = issues(scope, base);
    Map<String, Issue> otherIssues = issues(scope, other);
    Map<String, CveMatch> baseVulnerabilities = vulnerabilities(scope, base);
    Map<String, CveMatch> otherVulnerabilities = vulnerabilities(scope, other);
    String pair = base.latestAnalysis().id() + " " + other.latestAnalysis().id();
    return new Comparison(
        new IssueDiff(without(otherIssues, baseIssues), without(baseIssues, otherIssues)),
        new VulnerabilityDiff(
            pair,
            without(otherVulnerabilities, baseVulnerabilities),
            without(baseVulnerabilities, otherVulnerabilities),
            otherVulnerabilities.values().stream()
                .filter(match -> baseVulnerabilities.containsKey(match.cve()))
                .toList()),
        new ComponentDiff(
            pair, ComponentChanges.between(components(scope, base), components(scope, other))));
  }

  private static Firmware complete(Scope scope, String id) {
    Firmware firmware = FirmwareFields.require(scope, id);
    Analysis analysis = firmware.latestAnalysis();
    if (analysis.state() != Analysis.State.DONE) {
      throw FirmwareProblem.ANALYSIS_NOT_FINISHED.with(
          "state", analysis.state(), "firmware", firmware.id());
    }
    if (!analysis.result().equals(Optional.of(Analysis.Result.COMPLETE))) {
      throw FirmwareProblem.ANALYSIS_FAILED.with(
          "reason", analysis.failure().orElse("unknown"), "firmware", firmware.id());
    }
    return firmware;
  }

  private static Map<String, Issue> issues(Scope scope, Firmware firmware) {
    Map<String, Issue> byId = new LinkedHashMap<>();
    List<Issue> all = scope.reads().issues(firmware);
    scope.spend(all.size());
    all.forEach(issue -> byId.putIfAbsent(issue.id(), issue));
    return byId;
  }

  private static List<Component> components(Scope scope, Firmware firmware) {
    List<Component> all = scope.reads().components(firmware);
    scope.spend(all.size());
    return all;
  }

  /// By CVE id whatever the component: the first match of a vulnerability stands for it.
  private static Map<String, CveMatch> vulnerabilities(Scope scope, Firmware firmware) {
    Map<String, CveMatch> byId = new LinkedHashMap<>();
    List<Reads.Match> all = scope.reads().matches(firmware);
    scope.spend(all.size());
    all.forEach(each -> byId.putIfAbsent(each.match().cve(), each.match()));
    return byId;
  }

  private static <T> List<T> without(Map<String, T> these, Map<String, T> those) {
    return these.entrySet().stream()
        .filter(entry -> !those.containsKey(entry.getKey()))
        .map(Map.Entry::getValue)
        .toList();
  }
}
