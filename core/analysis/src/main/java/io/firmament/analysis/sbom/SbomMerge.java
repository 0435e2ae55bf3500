package io.firmament.analysis.sbom;

import io.firmament.analysis.advisory.cpe.Cpe;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Evidence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Joins what was detected in an image with what an SBOM that came with it lists.
///
/// The same package URL, the same CPE product and version, or the same name and version is the same
/// component. What only the SBOM lists has no files.
public final class SbomMerge {
  private SbomMerge() {}

  /// All of them, sorted by name, version and id.
  public static List<Component> merge(List<Component> detected, List<Component> imported) {
    List<Component> merged = new ArrayList<>(detected);
    Map<String, Integer> places = new HashMap<>();
    for (int i = 0; i < detected.size(); i++) {
      for (String key : keys(detected.get(i))) {
        places.putIfAbsent(key, i);
      }
    }
    for (Component listed : imported) {
      Optional<Integer> place =
          keys(listed).stream().filter(places::containsKey).map(places::get).findFirst();
      if (place.isPresent()) {
        merged.set(place.get(), joined(merged.get(place.get()), listed));
      } else {
        keys(listed).forEach(key -> places.putIfAbsent(key, merged.size()));
        merged.add(listed);
      }
    }
    merged.sort(
        Comparator.comparing(Component::name)
            .thenComparing(component -> String.valueOf(component.version()))
            .thenComparing(Component::id));
    return List.copyOf(merged);
  }

  private static List<String> keys(Component component) {
    List<String> keys = new ArrayList<>();
    String version =
        component.version() == null ? "" : component.version().toLowerCase(Locale.ROOT);
    if (component.purl() != null) {
      keys.add("purl " + component.purl().replaceFirst("[?#].*", ""));
    }
    Optional.ofNullable(component.cpe())
        .flatMap(Cpe::parse)
        .ifPresent(cpe -> keys.add("cpe " + cpe.key() + " " + version));
    if (component.cpe() == null && component.vendor() != null && component.product() != null) {
      keys.add(
          "cpe "
              + Cpe.escape(component.vendor())
              + ":"
              + Cpe.escape(component.product())
              + " "
              + version);
    }
    keys.add("name " + component.name().toLowerCase(Locale.ROOT) + " " + version);
    return keys;
  }

  /// The first with the second's identifiers and licences where it has none itself.
  private static Component joined(Component first, Component listed) {
    List<Evidence> evidence = new ArrayList<>(first.evidence());
    if (first.fileCount() > 0
        && evidence.stream().noneMatch(e -> e.detector().equals("sbom-import"))) {
      String seen = listed.name() + (listed.version() == null ? "" : " " + listed.version());
      evidence.add(new Evidence("sbom-import", "attestation", "", null, seen, Confidence.MEDIUM));
    }
    return new Component(
        first.id(),
        first.type(),
        first.name(),
        first.version(),
        first.update(),
        first.vendor() == null ? listed.vendor() : first.vendor(),
        first.product() == null ? listed.product() : first.product(),
        first.cpe() == null ? listed.cpe() : first.cpe(),
        first.purl() == null ? listed.purl() : first.purl(),
        first.licenses().isEmpty() ? listed.licenses() : first.licenses(),
        first.sourcePackage(),
        first.distribution(),
        first.cryptographic(),
        first.paths(),
        first.fileCount(),
        evidence);
  }
}
