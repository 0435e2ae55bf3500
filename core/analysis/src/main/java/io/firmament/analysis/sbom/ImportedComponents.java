package io.firmament.analysis.sbom;

import io.firmament.analysis.advisory.cpe.Cpe;
import io.firmament.analysis.advisory.cpe.CpeAttribute;
import io.firmament.base.Sha256;
import io.firmament.base.finding.Component;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cyclonedx.model.License;
import org.cyclonedx.model.LicenseChoice;
import org.jspecify.annotations.Nullable;

/// Components of an imported SBOM in our own form: without files and evidence of ours.
final class ImportedComponents {
  private ImportedComponents() {}

  /// All of them, nested ones after those that hold them; what is listed twice comes once.
  static List<Component> of(List<org.cyclonedx.model.Component> listed) {
    Map<String, Component> components = new LinkedHashMap<>();
    Deque<org.cyclonedx.model.Component> open = new ArrayDeque<>(listed);
    while (!open.isEmpty() && components.size() <= ImportedSbom.MAX_COMPONENTS) {
      org.cyclonedx.model.Component next = open.removeFirst();
      Component component = component(next);
      components.putIfAbsent(component.id(), component);
      if (next.getComponents() != null) {
        open.addAll(next.getComponents());
      }
    }
    return List.copyOf(components.values());
  }

  private static Component component(org.cyclonedx.model.Component listed) {
    Optional<Cpe> cpe = Optional.ofNullable(listed.getCpe()).flatMap(Cpe::parse);
    String name =
        listed.getGroup() == null ? listed.getName() : listed.getGroup() + "/" + listed.getName();
    String version = present(listed.getVersion());
    String purl = present(listed.getPurl());
    String identity =
        String.join("\n", "sbom", name, text(version), text(purl), text(listed.getCpe()));
    return new Component(
        "sbom-" + Sha256.of(identity.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 24),
        listed.getType() == null ? "library" : listed.getType().getTypeName(),
        listed.getName(),
        version,
        null,
        cpe.map(c -> c.text(CpeAttribute.VENDOR)).orElse(null),
        cpe.map(c -> c.text(CpeAttribute.PRODUCT)).orElse(null),
        cpe.map(Cpe::toString).orElse(null),
        purl,
        licenses(listed.getLicenses()),
        null,
        null,
        false,
        List.of(),
        0,
        List.of());
  }

  private static List<String> licenses(@Nullable LicenseChoice choice) {
    List<String> names = new ArrayList<>();
    if (choice != null && choice.getExpression() != null) {
      names.add(text(choice.getExpression().getValue()));
    }
    if (choice != null && choice.getLicenses() != null) {
      for (License license : choice.getLicenses()) {
        names.add(license.getId() == null ? text(license.getName()) : license.getId());
      }
    }
    names.removeIf(String::isEmpty);
    return names;
  }

  private static @Nullable String present(@Nullable String text) {
    return text == null || text.isBlank() ? null : text;
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }
}
