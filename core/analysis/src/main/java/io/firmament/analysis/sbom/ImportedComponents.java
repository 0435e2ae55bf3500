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
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.cyclonedx.model.License;
import org.cyclonedx.model.LicenseChoice;
import org.jspecify.annotations.Nullable;

/// Components of an imported SBOM in our own form: without files and evidence of ours.
final class ImportedComponents {
  private static final int MOST_TEXT = 2000;

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
    String group = present(listed.getGroup());
    return component(
        listed.getType() == null ? "library" : listed.getType().getTypeName(),
        text(listed.getName()),
        group == null ? text(listed.getName()) : group + "/" + listed.getName(),
        present(listed.getVersion()),
        present(listed.getPurl()),
        text(listed.getCpe()),
        licenses(listed.getLicenses()));
  }

  /// Packages of an SPDX document; what is listed twice comes once.
  static List<Component> ofSpdx(List<SpdxReader.SpdxPackage> packages) {
    Map<String, Component> components = new LinkedHashMap<>();
    for (SpdxReader.SpdxPackage listed : packages) {
      String name = text(listed.text("name"));
      String license = listed.text("licenseDeclared");
      Component component =
          component(
              type(text(listed.text("primaryPackagePurpose"))),
              name,
              name,
              listed.text("versionInfo"),
              listed.purl(),
              text(listed.cpe()),
              license == null ? List.of() : List.of(license));
      components.putIfAbsent(component.id(), component);
    }
    return List.copyOf(components.values());
  }

  private static String type(String purpose) {
    return switch (purpose) {
      case "APPLICATION", "FRAMEWORK", "CONTAINER", "DEVICE", "FIRMWARE", "FILE" ->
          purpose.toLowerCase(Locale.ROOT);
      case "OPERATING-SYSTEM", "OPERATING_SYSTEM" -> "operating-system";
      default -> "library";
    };
  }

  private static Component component(
      String type,
      String name,
      String qualified,
      @Nullable String version,
      @Nullable String purl,
      String cpeText,
      List<String> licenses) {
    Optional<Cpe> cpe = Cpe.parse(cpeText).or(() -> Cpe.parseUri(cpeText));
    String identity = String.join("\n", "sbom", qualified, text(version), text(purl), cpeText);
    return new Component(
        "sbom-" + Sha256.of(identity.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 24),
        type,
        cut(name),
        version == null ? null : cut(version),
        null,
        cpe.map(c -> c.text(CpeAttribute.VENDOR)).orElse(null),
        cpe.map(c -> c.text(CpeAttribute.PRODUCT)).orElse(null),
        cpe.map(Cpe::toString).orElse(null),
        purl == null || purl.length() > MOST_TEXT ? null : purl,
        licenses.stream().map(ImportedComponents::cut).toList(),
        null,
        null,
        false,
        List.of(),
        0,
        List.of());
  }

  private static String cut(String text) {
    return text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT);
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
