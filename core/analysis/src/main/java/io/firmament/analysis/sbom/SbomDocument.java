package io.firmament.analysis.sbom;

import io.firmament.base.Sha256;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Everything that an SBOM of one analysis says, whatever format it is written in.
///
/// @param matches vulnerabilities; a format that has no place for them leaves them out
/// @param hashes of the component's one file, by component id, where known
/// @param dependencies for a component id the ids of what it needs, where known
/// @param timestamp when the analysis ended, so that the same analysis gives the same bytes
public record SbomDocument(
    SbomSubject subject,
    List<Component> components,
    List<CveMatch> matches,
    Map<String, Sha256> hashes,
    Map<String, List<String>> dependencies,
    SbomTool tool,
    Instant timestamp) {
  public SbomDocument {
    components = List.copyOf(components);
    matches = List.copyOf(matches);
    hashes = Map.copyOf(hashes);
    dependencies = Map.copyOf(dependencies);
  }

  /// A document where neither hashes nor dependencies are known.
  public static SbomDocument of(
      SbomSubject subject,
      List<Component> components,
      List<CveMatch> matches,
      SbomTool tool,
      Instant timestamp) {
    return new SbomDocument(subject, components, matches, Map.of(), Map.of(), tool, timestamp);
  }
}
