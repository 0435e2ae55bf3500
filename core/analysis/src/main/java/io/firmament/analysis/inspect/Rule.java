package io.firmament.analysis.inspect;

import io.firmament.analysis.tree.FileTree;
import io.firmament.base.finding.Issue;
import java.time.LocalDate;
import java.util.List;

/// One thing to look for.
public interface Rule {
  RuleCard card();

  List<Issue> inspect(FileTree tree, LocalDate analysisDate);
}
