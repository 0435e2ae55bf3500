package io.firmament.analysis.sbom;

import io.firmament.base.finding.Component;
import io.firmament.base.finding.Evidence;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A place where a component was seen.
///
/// @param offset in the file; null where the whole file is meant
record SbomOccurrence(String path, @Nullable Long offset) {
  /// The places that evidence names, then the other paths.
  static List<SbomOccurrence> of(Component component) {
    List<SbomOccurrence> occurrences = new ArrayList<>();
    Set<String> named = new HashSet<>();
    for (Evidence evidence : component.evidence()) {
      SbomOccurrence occurrence = new SbomOccurrence(evidence.path(), evidence.offset());
      if (!evidence.path().isEmpty() && !occurrences.contains(occurrence)) {
        occurrences.add(occurrence);
        named.add(evidence.path());
      }
    }
    for (String path : component.paths()) {
      if (named.add(path)) {
        occurrences.add(new SbomOccurrence(path, null));
      }
    }
    return occurrences;
  }

  /// The path, and after an `@` the offset where there is one.
  @Override
  public String toString() {
    return offset == null ? path : path + "@" + offset;
  }
}
