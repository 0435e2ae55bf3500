package io.firmament.analysis.sbom;

import io.firmament.base.finding.Component;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Priority;
import io.firmament.base.finding.Severity;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// How our findings are said in the words of one CycloneDX version.
///
/// @param minor the 7 of 1.7
record CycloneDxTerms(int minor) {
  /// In which version a type of component came.
  private static final Map<String, Integer> TYPES =
      Map.ofEntries(
          Map.entry("application", 0),
          Map.entry("framework", 0),
          Map.entry("library", 0),
          Map.entry("operating-system", 0),
          Map.entry("device", 0),
          Map.entry("file", 1),
          Map.entry("container", 2),
          Map.entry("firmware", 2),
          Map.entry("platform", 5),
          Map.entry("device-driver", 5),
          Map.entry("machine-learning-model", 5),
          Map.entry("data", 5),
          Map.entry("cryptographic-asset", 6));

  /// The nearest older type; every other one is a library.
  private static final Map<String, String> OLDER_TYPES =
      Map.of(
          "container", "application",
          "firmware", "device",
          "platform", "application",
          "device-driver", "library",
          "data", "file",
          "machine-learning-model", "file");

  private static final Set<String> TECHNIQUES =
      Set.of(
          "source-code-analysis",
          "binary-analysis",
          "manifest-analysis",
          "ast-fingerprint",
          "hash-comparison",
          "instrumentation",
          "dynamic-analysis",
          "filename",
          "attestation");

  static CycloneDxTerms of(SbomFormat format) {
    return new CycloneDxTerms(Integer.parseInt(format.version().substring(2)));
  }

  String version() {
    return "1." + minor;
  }

  /// Metadata, dependencies and who supplies a component: 1.2.
  boolean has12() {
    return minor >= 2;
  }

  /// Properties and compositions: 1.3.
  boolean has13() {
    return minor >= 3;
  }

  /// Vulnerabilities; a component may be without a version: 1.4.
  boolean has14() {
    return minor >= 4;
  }

  /// Tools as components, lifecycles and evidence of identity and place came with 1.5.
  boolean has15() {
    return minor >= 5;
  }

  /// Identities as a list, offsets of occurrences and the acknowledgement of licences: 1.6.
  boolean has16() {
    return minor >= 6;
  }

  /// The type, or the nearest that this version has.
  String type(String type) {
    Integer since = TYPES.get(type);
    if (since == null) {
      return "library";
    }
    return since <= minor ? type : OLDER_TYPES.getOrDefault(type, "library");
  }

  String technique(String technique) {
    return TECHNIQUES.contains(technique) ? technique : "other";
  }

  double confidence(Confidence confidence) {
    return switch (confidence) {
      case HIGH -> 0.9;
      case MEDIUM -> 0.6;
      case LOW -> 0.3;
    };
  }

  String severity(@Nullable Severity severity) {
    return switch (severity) {
      case null -> "unknown";
      case INFORMATIONAL -> "info";
      case CRITICAL, HIGH, MEDIUM, LOW -> severity.name().toLowerCase(Locale.ROOT);
    };
  }

  String method(@Nullable String vector) {
    if (vector == null) {
      return "other";
    }
    if (vector.startsWith("CVSS:4")) {
      return minor >= 5 ? "CVSSv4" : "other";
    }
    if (vector.startsWith("CVSS:3.1")) {
      return "CVSSv31";
    }
    return vector.startsWith("CVSS:3") ? "CVSSv3" : "CVSSv2";
  }

  static String text(SbomCompleteness completeness) {
    return switch (completeness) {
      case INCOMPLETE -> "incomplete";
      case UNKNOWN -> "unknown";
    };
  }

  /// What has no field of its own in this version.
  Map<String, List<String>> properties(Component component) {
    Map<String, List<String>> properties = new TreeMap<>();
    if (!type(component.type()).equals(component.type())) {
      properties.put("firmament:type", List.of(component.type()));
    }
    if (!has15()) {
      List<String> places =
          SbomOccurrence.of(component).stream().map(SbomOccurrence::toString).toList();
      properties.put("firmament:occurrence", places);
    }
    if (component.update() != null) {
      properties.put("firmament:update", List.of(component.update()));
    }
    properties.put("firmament:file-count", List.of(String.valueOf(component.fileCount())));
    properties.put("firmament:cryptographic", List.of(String.valueOf(component.cryptographic())));
    if (component.sourcePackage() != null) {
      properties.put("firmament:source-package", List.of(component.sourcePackage()));
    }
    if (component.distribution() != null) {
      properties.put("firmament:distribution", List.of(component.distribution()));
    }
    List<String> detectors =
        component.evidence().stream().map(e -> e.detector()).distinct().sorted().toList();
    if (!detectors.isEmpty()) {
      properties.put("firmament:detector", detectors);
    }
    return properties;
  }

  static Map<String, List<String>> properties(CveMatch match) {
    Map<String, List<String>> properties = new TreeMap<>();
    properties.put("firmament:score", List.of(String.valueOf(match.score())));
    properties.put("firmament:known-exploited", List.of(String.valueOf(match.knownExploited())));
    properties.put("firmament:reason", match.reasons());
    if (!match.aliases().isEmpty()) {
      properties.put("firmament:alias", match.aliases());
    }
    if (match.epss() != null) {
      properties.put("firmament:epss", List.of(String.valueOf(match.epss())));
    }
    Priority priority = match.priority();
    if (priority != null) {
      properties.put("firmament:priority", List.of(priority.band() + " " + priority.score()));
      properties.put("firmament:priority-reason", priority.reasons());
    }
    if (!match.sources().isEmpty()) {
      properties.put(
          "firmament:source",
          match.sources().stream().map(of -> of.source() + " " + of.id()).toList());
    }
    return properties;
  }
}
