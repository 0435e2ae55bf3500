package io.firmament.stages;

import io.avaje.json.JsonException;
import io.avaje.jsonb.Json;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.firmament.base.Sha256;
import io.firmament.base.finding.Component;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// An uploaded SBOM: CycloneDX JSON 1.2 to 1.7, as far as its components.
final class ImportedSbom {
  private static final JsonType<Bom> TYPE = Jsonb.builder().build().type(Bom.class);
  private static final Set<String> VERSIONS = Set.of("1.2", "1.3", "1.4", "1.5", "1.6", "1.7");
  private static final int MAX_COMPONENTS = 100_000;
  private static final int MAX_TEXT = 2_000;
  private static final int MAX_DEPTH = 16;

  private final List<Component> components;

  private ImportedSbom(List<Component> components) {
    this.components = components;
  }

  /// The document.
  @Json
  record Bom(
      @Nullable String bomFormat,
      @Nullable String specVersion,
      @Nullable List<@Nullable Part> components) {}

  /// A component, which may hold others.
  @Json
  record Part(
      @Nullable String type,
      @Nullable String name,
      @Nullable String version,
      @Nullable String cpe,
      @Nullable String purl,
      @Nullable List<@Nullable Choice> licenses,
      @Nullable List<@Nullable Part> components) {}

  /// A license by id, by name or as an expression.
  @Json
  record Choice(@Nullable License license, @Nullable String expression) {}

  /// A license.
  @Json
  record License(@Nullable String id, @Nullable String name) {}

  static ImportedSbom parse(byte[] content) throws MaterialException {
    Bom bom = read(content);
    if (!"CycloneDX".equals(bom.bomFormat)) {
      throw new MaterialException(
          "the SBOM is not CycloneDX JSON: its bomFormat is not \"CycloneDX\"");
    }
    if (bom.specVersion == null || !VERSIONS.contains(bom.specVersion)) {
      throw new MaterialException(
          "the SBOM's specVersion is none of 1.2 to 1.7: " + cut(bom.specVersion));
    }
    List<Component> components = new ArrayList<>();
    collect(bom.components, components, 0);
    return new ImportedSbom(components);
  }

  private static Bom read(byte[] content) throws MaterialException {
    try {
      Bom bom = TYPE.fromJson(content);
      if (bom == null) {
        throw new MaterialException("the SBOM is JSON null");
      }
      return bom;
    } catch (JsonException | IllegalStateException | StackOverflowError e) {
      throw new MaterialException("the SBOM is not valid CycloneDX JSON: " + cut(e.getMessage()));
    }
  }

  private static void collect(@Nullable List<@Nullable Part> parts, List<Component> into, int depth)
      throws MaterialException {
    if (parts == null) {
      return;
    }
    for (Part part : parts) {
      if (part == null || part.name == null || part.name.isBlank()) {
        throw new MaterialException("the SBOM has a component without a name");
      }
      if (into.size() == MAX_COMPONENTS || depth == MAX_DEPTH) {
        throw new MaterialException(
            "the SBOM has more than " + MAX_COMPONENTS + " components or nests them too deeply");
      }
      into.add(component(part, part.name));
      collect(part.components, into, depth + 1);
    }
  }

  private static Component component(Part part, String name) {
    String identity = name + "\n" + part.version + "\n" + part.purl;
    String hash = Sha256.of(identity.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 32);
    return new Component(
        "sbom-" + hash,
        part.type == null ? "library" : cut(part.type),
        cut(name),
        part.version == null ? null : cut(part.version),
        null,
        null,
        null,
        part.cpe == null || part.cpe.length() > MAX_TEXT ? null : part.cpe,
        part.purl == null || part.purl.length() > MAX_TEXT ? null : part.purl,
        licenses(part.licenses),
        null,
        null,
        false,
        List.of(),
        0,
        List.of());
  }

  private static List<String> licenses(@Nullable List<@Nullable Choice> choices) {
    Set<String> licenses = new TreeSet<>();
    if (choices != null) {
      for (Choice choice : choices) {
        if (choice != null && choice.expression != null) {
          licenses.add(cut(choice.expression));
        } else if (choice != null && choice.license != null) {
          String text = choice.license.id != null ? choice.license.id : choice.license.name;
          if (text != null) {
            licenses.add(cut(text));
          }
        }
      }
    }
    return List.copyOf(licenses);
  }

  private static String cut(@Nullable String text) {
    String some = Objects.requireNonNullElse(text, "nothing");
    return some.substring(0, Math.min(some.length(), MAX_TEXT));
  }

  /// What was found, and what only the SBOM knows of; sorted by name, version and id.
  List<Component> mergedInto(List<Component> found) {
    Set<String> known = new TreeSet<>();
    found.forEach(component -> known.addAll(identities(component)));
    List<Component> all = new ArrayList<>(found);
    for (Component component : components) {
      if (identities(component).stream().noneMatch(known::contains)) {
        all.add(component);
      }
      known.addAll(identities(component));
    }
    all.sort(
        Comparator.comparing(Component::name)
            .thenComparing(c -> Objects.requireNonNullElse(c.version(), ""))
            .thenComparing(Component::id));
    return List.copyOf(all);
  }

  private static List<String> identities(Component component) {
    String plain = component.name().toLowerCase(Locale.ROOT) + "@" + component.version();
    String purl = component.purl();
    return purl == null ? List.of(plain) : List.of(plain, purl);
  }
}
