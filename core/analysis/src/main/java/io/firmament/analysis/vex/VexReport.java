package io.firmament.analysis.vex;

import io.firmament.analysis.sbom.SbomDocument;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.VexStatement;
import java.time.Instant;
import java.util.List;

/// What a VEX document of one analysis says, whatever format it is written in. A match of which
/// nothing is said is under investigation.
///
/// @param publisher who speaks: the maker of the product
/// @param namespace a URI of the publisher's, for example the address of the platform
/// @param revisions the oldest first, at least one; the last is the one that is written
public record VexReport(
    SbomDocument document, String publisher, String namespace, List<Revision> revisions) {
  private static final VexStatement NOT_LOOKED_AT =
      new VexStatement(VexStatement.State.IN_TRIAGE, null, List.of(), "");

  public VexReport {
    revisions = List.copyOf(revisions);
    if (revisions.isEmpty()) {
      throw new IllegalArgumentException("a document without a revision");
    }
  }

  /// A change of what is said.
  public record Revision(Instant at, String summary) {}

  VexStatement statement(CveMatch match) {
    return document.statements().getOrDefault(match.id(), NOT_LOOKED_AT);
  }

  Instant firstIssued() {
    return revisions.getFirst().at();
  }

  Instant lastUpdated() {
    return revisions.getLast().at();
  }

  /// The tool's name and version.
  String tool() {
    return document.tool().name() + " " + document.tool().version();
  }
}
