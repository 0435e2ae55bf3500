package io.firmament.platform.firmware;

import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Issue;
import java.util.List;

/// What an analysis found.
public record Findings(List<Component> components, List<Issue> issues, List<CveMatch> matches) {
  public Findings {
    components = List.copyOf(components);
    issues = List.copyOf(issues);
    matches = List.copyOf(matches);
  }
}
