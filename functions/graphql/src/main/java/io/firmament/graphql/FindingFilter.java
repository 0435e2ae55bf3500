package io.firmament.graphql;

import io.firmament.base.finding.Component;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Priority;
import io.firmament.base.finding.Severity;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/// The schema's filters of findings.
final class FindingFilter {
  /// The status of a finding that nobody has decided about; there is no triage yet, so this is the
  /// status of all of them.
  static final String UNDECIDED = "NONE";

  private FindingFilter() {}

  static Predicate<Issue> issues(Arguments filter) {
    refuseQuery(filter);
    Predicate<Issue> wanted = _ -> statusHolds(filter.object("status"));
    Optional<List<Severity>> severities = filter.findEnums("severity", Severity.class);
    if (severities.isPresent()) {
      wanted = wanted.and(issue -> severities.get().contains(issue.severity()));
    }
    Optional<List<Confidence>> confidences = filter.findEnums("confidence", Confidence.class);
    if (confidences.isPresent()) {
      wanted = wanted.and(issue -> confidences.get().contains(issue.confidence()));
    }
    Optional<List<String>> types = filter.findTexts("type");
    if (types.isPresent()) {
      wanted = wanted.and(issue -> types.get().contains(issue.type()));
    }
    Optional<Boolean> elf = filter.findFlag("elf");
    if (elf.isPresent()) {
      wanted = wanted.and(issue -> issue.elf() == elf.get());
    }
    return wanted;
  }

  static Predicate<Component> components(Arguments filter) {
    refuseQuery(filter);
    Predicate<Component> wanted = _ -> true;
    Optional<String> name = filter.findText("name").map(text -> text.toLowerCase(Locale.ROOT));
    if (name.isPresent()) {
      wanted = wanted.and(each -> each.name().toLowerCase(Locale.ROOT).contains(name.get()));
    }
    Optional<Boolean> cryptographic = filter.findFlag("cryptographic");
    if (cryptographic.isPresent()) {
      wanted = wanted.and(each -> each.cryptographic() == cryptographic.get());
    }
    return wanted;
  }

  static Predicate<Reads.Match> matches(Arguments filter) {
    Predicate<Reads.Match> wanted = _ -> true;
    Optional<List<Severity>> severities = filter.findEnums("severity", Severity.class);
    if (severities.isPresent()) {
      wanted = wanted.and(each -> severities.get().contains(each.match().severity()));
    }
    Optional<Boolean> exploited = filter.findFlag("knownExploited");
    if (exploited.isPresent()) {
      wanted = wanted.and(each -> each.match().knownExploited() == exploited.get());
    }
    Optional<List<Priority.Band>> bands = filter.findEnums("band", Priority.Band.class);
    if (bands.isPresent()) {
      wanted =
          wanted.and(
              each -> {
                Priority priority = each.match().priority();
                return priority != null && bands.get().contains(priority.band());
              });
    }
    Optional<String> component = filter.findText("componentId");
    if (component.isPresent()) {
      wanted = wanted.and(each -> each.component().id().equals(component.get()));
    }
    return wanted;
  }

  private static boolean statusHolds(Arguments status) {
    return status.findTexts("include").map(names -> names.contains(UNDECIDED)).orElse(true)
        && status.findTexts("exclude").map(names -> !names.contains(UNDECIDED)).orElse(true);
  }

  private static void refuseQuery(Arguments filter) {
    if (filter.findText("query").isPresent()) {
      throw GraphqlProblem.QUERY_LANGUAGE_NOT_AVAILABLE.with("field", "filter.query");
    }
  }
}
