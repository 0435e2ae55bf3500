package io.firmament.analysis.inspect;

import io.firmament.analysis.elf.ElfFile;
import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.finding.Issue;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/// One thing to look for. A rule has no state: what it notes of a content it gives back, and gets
/// all
/// of it at the end.
public interface Rule {
  RuleCard card();

  /// What this rule notes of one content; called once for each, from several threads.
  default List<Noted> look(Blob blob, Optional<ElfFile> elf) {
    return List.of();
  }

  /// The findings, from what was noted and from the tree itself.
  List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted);

  /// A fact about a content, for the rule that noted it.
  interface Noted {
    Blob blob();
  }
}
