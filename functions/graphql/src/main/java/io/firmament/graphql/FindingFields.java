package io.firmament.graphql;

import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Evidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Priority;
import io.firmament.base.finding.VexDecisions;
import io.firmament.base.finding.VulnerabilitySource;
import io.firmament.platform.firmware.Firmware;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// The fields of `findings.graphqls`.
final class FindingFields {
  /// The schema's `File`.
  private record File(String path) {}

  void register(FieldTable table) {
    table
        .type("Firmware", Firmware.class)
        .fetch("latestIssues", FindingFields::issues)
        .fetch("issuesPage", FindingFields::issuesPage)
        .fetch("cveMatches", FindingFields::matches)
        .fetch("cveMatchesPage", FindingFields::matchesPage)
        .fetch("components", FindingFields::components)
        .fetch("componentsPage", FindingFields::componentsPage);
    registerIssue(table);
    registerComponent(table);
    registerVulnerability(table);
    for (String type : List.of("IssueConnection", "ComponentConnection", "CVEMatchConnection")) {
      FirmwareFields.registerConnection(table, type);
      table.type(type, Connection.class).value("totalCount", page -> page.totalCount());
    }
  }

  private static void registerIssue(FieldTable table) {
    table
        .type("Issue", Issue.class)
        .value("id", Issue::id)
        .value("type", Issue::type)
        .value("severity", Issue::severity)
        .value("confidence", Issue::confidence)
        .value("summary", Issue::summary)
        .value("status", _ -> FindingFilter.UNDECIDED)
        .value("file", issue -> new File(issue.paths().getFirst()))
        .value("rule", Issue::rule)
        .value("elf", Issue::elf)
        .value("cwe", Issue::cwe)
        .value("paths", Issue::paths)
        .value(
            "facts",
            issue -> issue.facts().entrySet().stream().sorted(Map.Entry.comparingByKey()).toList());
    table.type("File", File.class).value("path", File::path);
    table
        .type("Fact", Map.Entry.class)
        .value("name", entry -> entry.getKey())
        .value("value", entry -> entry.getValue());
  }

  private static void registerComponent(FieldTable table) {
    table
        .type("Component", Component.class)
        .value("id", Component::id)
        .value("type", Component::type)
        .value("name", Component::name)
        .value("version", Component::version)
        .value("update", Component::update)
        .value("licenses", Component::licenses)
        .value("vendor", Component::vendor)
        .value("product", Component::product)
        .value("cpe", Component::cpe)
        .value("purl", Component::purl)
        .value("sourcePackage", Component::sourcePackage)
        .value("distribution", Component::distribution)
        .value("cryptographic", Component::cryptographic)
        .value("paths", Component::paths)
        .value("fileCount", Component::fileCount)
        .value("evidence", Component::evidence);
    table
        .type("Evidence", Evidence.class)
        .value("detector", Evidence::detector)
        .value("technique", Evidence::technique)
        .value("path", Evidence::path)
        .value("offset", Evidence::offset)
        .value("matched", Evidence::matched)
        .value("confidence", Evidence::confidence);
  }

  private static void registerVulnerability(FieldTable table) {
    table
        .type("CVEMatch", Reads.Match.class)
        .value("id", match -> match.match().id())
        .value("cve", Reads.Match::match)
        .value("component", Reads.Match::component)
        .value("score", match -> match.match().score())
        .value("reasons", match -> match.match().reasons())
        .value("knownExploited", match -> match.match().knownExploited())
        .value("cvssScore", match -> match.match().cvssScore())
        .value("cvssVector", match -> match.match().cvssVector())
        .value("epss", match -> match.match().epss())
        .value("epssPercentile", match -> match.match().epssPercentile())
        .value("priority", match -> match.match().priority())
        .value("sources", match -> match.match().sources())
        .fetch("statement", (match, _, scope) -> scope.reads().said(match));
    table
        .type("VexStatement", VexDecisions.Said.class)
        .value("state", said -> said.decision().statement().state())
        .value("justification", said -> said.decision().statement().justification())
        .value("responses", said -> said.decision().statement().responses())
        .value("detail", said -> said.decision().statement().detail())
        .value("statedAt", said -> Instant.parse(said.decision().at()))
        .value("document", said -> said.source().document())
        .value("format", said -> said.source().format())
        .value("author", said -> said.source().author());
    table
        .type("Priority", Priority.class)
        .value("score", Priority::score)
        .value("band", Priority::band)
        .value("reasons", Priority::reasons);
    table
        .type("VulnerabilitySource", VulnerabilitySource.class)
        .value("source", VulnerabilitySource::source)
        .value("id", VulnerabilitySource::id)
        .value("modified", of -> of.modified().isEmpty() ? null : of.modified());
    table
        .type("CVEEntry", CveMatch.class)
        .value("id", CveMatch::cve)
        .value("description", CveMatch::description)
        .value("severity", CveMatch::severity)
        .value("aliases", CveMatch::aliases)
        .value("cvssScore", CveMatch::cvssScore)
        .value("cvssVector", CveMatch::cvssVector)
        .value("knownExploited", CveMatch::knownExploited)
        .value("epss", CveMatch::epss);
  }

  private static List<Issue> issues(Firmware firmware, Arguments arguments, Scope scope) {
    List<Issue> all = scope.reads().issues(firmware);
    return whole(
        scope,
        all.stream().filter(FindingFilter.issues(arguments.object("filter"))).toList(),
        "latestIssues",
        "issuesPage");
  }

  private static Connection<Issue> issuesPage(Firmware firmware, Arguments arguments, Scope scope) {
    List<Issue> all =
        scope.reads().issues(firmware).stream()
            .filter(FindingFilter.issues(arguments.object("filter")))
            .toList();
    return page(scope, firmware, all, arguments);
  }

  private static List<Component> components(Firmware firmware, Arguments arguments, Scope scope) {
    List<Component> all =
        scope.reads().components(firmware).stream()
            .filter(FindingFilter.components(arguments.object("filter")))
            .toList();
    return whole(scope, all, "components", "componentsPage");
  }

  private static Connection<Component> componentsPage(
      Firmware firmware, Arguments arguments, Scope scope) {
    List<Component> all =
        scope.reads().components(firmware).stream()
            .filter(FindingFilter.components(arguments.object("filter")))
            .toList();
    return page(scope, firmware, all, arguments);
  }

  private static List<Reads.Match> matches(Firmware firmware, Arguments arguments, Scope scope) {
    return whole(scope, scope.reads().matches(firmware), "cveMatches", "cveMatchesPage");
  }

  private static Connection<Reads.Match> matchesPage(
      Firmware firmware, Arguments arguments, Scope scope) {
    List<Reads.Match> all =
        scope.reads().matches(firmware).stream()
            .filter(FindingFilter.matches(arguments.object("filter")))
            .toList();
    return page(scope, firmware, all, arguments);
  }

  private static <T> List<T> whole(Scope scope, List<T> all, String field, String instead) {
    scope.spend(all.size());
    if (all.size() > GraphqlLimits.WHOLE_LIST) {
      throw GraphqlProblem.LIST_TOO_LONG.with(
          "field", field, "limit", GraphqlLimits.WHOLE_LIST, "instead", instead);
    }
    return all;
  }

  private static <T> Connection<T> page(
      Scope scope, Firmware firmware, List<T> all, Arguments arguments) {
    Connection<T> page = Connection.of(all, arguments, firmware.latestAnalysis().id().toString());
    scope.spend(page.nodes().size());
    return page;
  }
}
