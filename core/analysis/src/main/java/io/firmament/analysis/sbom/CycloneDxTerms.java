package io.firmament.analysis.sbom;

import io.firmament.analysis.advisory.cpe.Cpe;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Severity;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How our findings are said in the words of one CycloneDX version.
///
/// @param minor the 7 of 1.7
record CycloneDxTerms(int minor) {
  private static final Set<String> TYPES_1_4 =
      Set.of(
          "application",
          "framework",
          "library",
          "container",
          "operating-system",
          "device",
          "firmware",
          "file");
  private static final Set<String> TYPES_1_5 =
      Set.of("platform", "device-driver", "machine-learning-model", "data");
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
  private static final Pattern PURL = Pattern.compile("pkg:[A-Za-z0-9.+-]+/\\S+");

  static CycloneDxTerms of(SbomFormat format) {
    return new CycloneDxTerms(Integer.parseInt(format.version().substring(2)));
  }

  String version() {
    return "1." + minor;
  }

  /// Tools as components, lifecycles and evidence of identity and place came with 1.5.
  boolean has15() {
    return minor >= 5;
  }

  /// Identities as a list, offsets of occurrences and the acknowledgement of licences: 1.6.
  boolean has16() {
    return minor >= 6;
  }

  String type(Component component) {
    String type = component.type();
    boolean known =
        TYPES_1_4.contains(type)
            || (minor >= 5 && TYPES_1_5.contains(type))
            || (minor >= 6 && type.equals("cryptographic-asset"));
    return known ? type : "library";
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

  /// The same for every SBOM of the same image, so that versions of it can be told to be that.
  static String serialNumber(SbomSubject subject) {
    byte[] name = ("firmament:" + subject.sha256().hex()).getBytes(StandardCharsets.UTF_8);
    return "urn:uuid:" + UUID.nameUUIDFromBytes(name);
  }

  static String reference(SbomSubject subject) {
    return "firmware-" + subject.sha256().hex().substring(0, 24);
  }

  /// A CPE name that is one, or is made of vendor and product.
  static Optional<String> cpe(Component component) {
    if (component.cpe() != null) {
      return Cpe.parse(component.cpe()).map(Cpe::toString);
    }
    if (component.vendor() == null || component.product() == null) {
      return Optional.empty();
    }
    char part =
        component.type().equals("operating-system") || component.type().equals("firmware")
            ? 'o'
            : 'a';
    String version = component.version() == null ? "*" : component.version();
    return Cpe.parse(Cpe.of(part, component.vendor(), component.product(), version).toString())
        .map(Cpe::toString);
  }

  static Optional<String> purl(Component component) {
    return Optional.ofNullable(component.purl()).filter(purl -> PURL.matcher(purl).matches());
  }

  /// What has no field of its own.
  static Map<String, List<String>> properties(Component component) {
    Map<String, List<String>> properties = new TreeMap<>();
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
    return properties;
  }

  /// What the component needs, of what the document has.
  static List<String> dependencies(SbomDocument document, String id, Set<String> known) {
    List<String> needed = new ArrayList<>(document.dependencies().getOrDefault(id, List.of()));
    needed.removeIf(other -> !known.contains(other) || other.equals(id));
    return needed.stream().distinct().sorted().toList();
  }
}
