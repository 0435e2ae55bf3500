package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.feeds.CveRecord;
import io.firmament.analysis.advisory.feeds.OsvAdvisory;
import io.firmament.analysis.advisory.index.VulnerabilityRow;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is known of one vulnerability, whoever said it.
///
/// @param exploitedSince when CISA listed it; empty where it does not
/// @param ownFacts whether the versions are the ones that come with Firmament
record Known(
    String id,
    List<String> aliases,
    String description,
    @Nullable Double score,
    @Nullable String vector,
    boolean disputed,
    String exploitedSince,
    boolean ransomware,
    boolean ownFacts) {
  Known {
    aliases = List.copyOf(aliases);
  }

  static Known of(VulnerabilityRow row) {
    return new Known(
        row.id(),
        row.aliases(),
        row.description(),
        row.score().isPresent() ? row.score().getAsDouble() : null,
        row.vector().orElse(null),
        row.isDisputed(),
        row.isKnownExploited() ? row.exploitedSince() : "",
        row.isUsedByRansomware(),
        row.isOwnFacts());
  }

  static Known of(CveRecord record) {
    return new Known(
        record.id(), List.of(), record.description(), null, null, false, "", false, false);
  }

  static Known of(OsvAdvisory advisory) {
    return new Known(
        advisory.id(),
        advisory.aliases(),
        advisory.summary(),
        null,
        advisory.vector(),
        false,
        "",
        false,
        false);
  }

  boolean isKnownExploited() {
    return !exploitedSince.isEmpty();
  }
}
