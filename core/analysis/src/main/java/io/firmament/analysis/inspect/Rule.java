package io.firmament.analysis.inspect;

import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.finding.Issue;
import java.time.LocalDate;
import java.util.List;

/// One thing to look for. A rule has no state: what it notes of a content it gives back, and gets
/// all of it at the end.
public interface Rule {
  RuleCard card();

  /// Literals whose places this rule asks a content for; all rules' are found in one pass.
  default List<String> anchors() {
    return List.of();
  }

  /// What this rule notes of one content; called once for each, from several threads.
  default List<Noted> look(Content content) {
    return List.of();
  }

  /// The findings, from what was noted and from the tree itself.
  List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted);

  /// A fact about a content, for the rule that noted it.
  interface Noted {
    Blob blob();
  }
}
