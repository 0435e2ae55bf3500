package io.firmament.analysis.sbom;

import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.VexStatement;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// Everything that an SBOM of one analysis says, whatever format it is written in.
///
/// @param components iterated several times and always the same; they need not be in memory
/// @param matches vulnerabilities; a format that has no place for them leaves them out
/// @param statements what is said of matches, by their ids
/// @param hashes of the component's one file, by component id, where known
/// @param dependencies for a component id the ids of what it needs, where known; what is no
///     component of the document is left out
/// @param completeness what is known of there being more
/// @param serial distinguishes this document from all others
/// @param timestamp when the analysis ended, so that the same analysis gives the same bytes
public record SbomDocument(
    SbomSubject subject,
    Iterable<Component> components,
    List<CveMatch> matches,
    Map<String, VexStatement> statements,
    Map<String, SbomHashes> hashes,
    Map<String, List<String>> dependencies,
    SbomCompleteness completeness,
    SbomTool tool,
    UUID serial,
    Instant timestamp) {
  public SbomDocument {
    matches = List.copyOf(matches);
    statements = Map.copyOf(statements);
    hashes = Map.copyOf(hashes);
    dependencies = known(components, dependencies);
  }

  /// A document of components and matches of which nothing more is known.
  public static SbomDocument of(
      SbomSubject subject,
      Iterable<Component> components,
      List<CveMatch> matches,
      SbomTool tool,
      Instant timestamp) {
    return new SbomDocument(
        subject,
        components,
        matches,
        Map.of(),
        Map.of(),
        Map.of(),
        SbomCompleteness.UNKNOWN,
        tool,
        serial(subject, timestamp),
        timestamp);
  }

  public SbomDocument withStatements(Map<String, VexStatement> values) {
    return new SbomDocument(
        subject,
        components,
        matches,
        values,
        hashes,
        dependencies,
        completeness,
        tool,
        serial,
        timestamp);
  }

  public SbomDocument withHashes(Map<String, SbomHashes> values) {
    return new SbomDocument(
        subject,
        components,
        matches,
        statements,
        values,
        dependencies,
        completeness,
        tool,
        serial,
        timestamp);
  }

  public SbomDocument withDependencies(Map<String, List<String>> values) {
    return new SbomDocument(
        subject,
        components,
        matches,
        statements,
        hashes,
        values,
        completeness,
        tool,
        serial,
        timestamp);
  }

  public SbomDocument withCompleteness(SbomCompleteness value) {
    return new SbomDocument(
        subject,
        components,
        matches,
        statements,
        hashes,
        dependencies,
        value,
        tool,
        serial,
        timestamp);
  }

  /// The same for the same image at the same time, so that what is written again is the same.
  private static UUID serial(SbomSubject subject, Instant timestamp) {
    String name = "firmament:" + subject.sha256().hex() + ":" + timestamp;
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
  }

  private static Map<String, List<String>> known(
      Iterable<Component> components, Map<String, List<String>> dependencies) {
    if (dependencies.isEmpty()) {
      return Map.of();
    }
    Set<String> ids = new HashSet<>();
    components.forEach(component -> ids.add(component.id()));
    Map<String, List<String>> known = new HashMap<>();
    dependencies.forEach(
        (id, needed) -> {
          List<String> kept =
              needed.stream()
                  .filter(other -> ids.contains(other) && !other.equals(id))
                  .distinct()
                  .sorted()
                  .toList();
          if (ids.contains(id) && !kept.isEmpty()) {
            known.put(id, kept);
          }
        });
    return Map.copyOf(known);
  }

  /// The ids of what the component needs, sorted.
  List<String> dependenciesOf(Component component) {
    return dependencies.getOrDefault(component.id(), List.of());
  }
}
