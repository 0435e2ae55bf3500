package io.firmament.analysis.inventory;

import io.firmament.analysis.inventory.BlobFacts.RuleHit;
import io.firmament.analysis.inventory.BlobFacts.Version;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Evidence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Brings all evidence together: what is the same product in the same version is one component, and
/// a file that a package owns is explained by the package.
final class Fusion {
  private final Map<String, Draft> drafts = new LinkedHashMap<>();
  private final Map<String, Draft> owners = new HashMap<>();
  private final Map<String, InstalledPackage> packages = new HashMap<>();
  private final Map<InstalledPackage, Draft> installedPackages = new LinkedHashMap<>();
  private final SortedSet<String> notes = new TreeSet<>();
  private final List<VersionRule> rules;

  Fusion(List<VersionRule> rules) {
    this.rules = rules;
  }

  /// The draft of that identity, new or known.
  Draft draft(Draft fresh) {
    Draft known = drafts.putIfAbsent(fresh.id(), fresh);
    return known == null ? fresh : known;
  }

  void note(String note) {
    notes.add(note);
  }

  /// The package that owns one of these files.
  Optional<InstalledPackage> owner(List<String> paths) {
    return paths.stream()
        .flatMap(path -> Optional.ofNullable(packages.get(path)).stream())
        .findFirst();
  }

  /// A package whose name has this text between dashes, or at its end.
  Optional<InstalledPackage> named(String part) {
    return installedPackages.keySet().stream()
        .filter(each -> (each.name() + "-").contains("-" + part + "-"))
        .findFirst();
  }

  void add(Distribution distribution) {
    Draft.Naming naming =
        new Draft.Naming(
            distribution.name(),
            distribution.version(),
            null,
            distribution.version(),
            distribution.id(),
            distribution.id(),
            distribution.cpe() == null ? osCpe(distribution) : distribution.cpe(),
            PackageUrl.of("generic", "", distribution.id(), distribution.version(), null, null),
            null,
            distribution.label());
    draft(new Draft("operating-system", naming))
        .paths(List.of(distribution.file().path().toString()))
        .evidence(distribution.evidence());
  }

  private static String osCpe(Distribution distribution) {
    boolean debian = distribution.id().equals("debian");
    boolean alpine = distribution.id().equals("alpine");
    String vendor = alpine ? "alpinelinux" : distribution.id();
    String product = debian ? "debian_linux" : alpine ? "alpine_linux" : distribution.id();
    return CpeName.of("o", vendor, product, distribution.version(), null);
  }

  void add(InstalledPackage installed, @Nullable Distribution distribution) {
    String os = distribution == null ? null : distribution.label();
    String id = distribution == null ? "" : distribution.id();
    String type =
        switch (installed.manager()) {
          case "dpkg" -> "deb";
          default -> installed.manager();
        };
    String namespace =
        switch (type) {
          case "deb" -> id.isEmpty() ? "debian" : id;
          case "apk" -> id.isEmpty() ? "alpine" : id;
          default -> id;
        };
    Draft.Naming naming =
        new Draft.Naming(
            installed.name(),
            installed.version(),
            null,
            installed.upstreamVersion(),
            null,
            null,
            null,
            PackageUrl.of(
                type,
                namespace,
                installed.name(),
                installed.version(),
                installed.architecture(),
                os),
            installed.source(),
            os);
    boolean library = installed.name().startsWith("lib");
    Draft draft =
        draft(new Draft(library ? "library" : "application", naming))
            .licence(installed.licence())
            .paths(installed.files())
            .evidence(
                new Evidence(
                    installed.manager(),
                    "manifest-analysis",
                    installed.record(),
                    null,
                    Text.brief(installed.name() + " " + installed.version()),
                    Confidence.HIGH));
    installedPackages.putIfAbsent(installed, draft);
    for (String path : installed.files()) {
      owners.putIfAbsent(path, draft);
      packages.putIfAbsent(path, installed);
    }
    if (installed.files().isEmpty()) {
      productOf(installed).ifPresent(draft::product);
    }
  }

  /// Without a file list only the name tells the product.
  private Optional<VersionRule> productOf(InstalledPackage installed) {
    return rules.stream()
        .filter(rule -> rule.packages().contains(installed.name()))
        .filter(rule -> plausible(rule, installed.upstreamVersion()))
        .findFirst();
  }

  /// Of two rules for one product, the one whose licence line the version belongs to.
  private static boolean plausible(VersionRule rule, String version) {
    return !rule.id().equals("openssl-1") || version.startsWith("1.") || version.startsWith("0.");
  }

  void add(BlobFacts facts) {
    List<String> paths = facts.blob().paths();
    Optional<Draft> owner =
        paths.stream().flatMap(path -> Optional.ofNullable(owners.get(path)).stream()).findFirst();
    for (RuleHit hit : facts.hits()) {
      if (owner.isPresent()) {
        explain(owner.get(), hit, paths);
      } else {
        addUnowned(hit, paths);
      }
    }
    if (owner.isPresent()) {
      facts.libraries().forEach(owner.get()::product);
    }
  }

  private void explain(Draft owner, RuleHit hit, List<String> paths) {
    boolean same =
        hit.versions().stream().anyMatch(v -> whole(v).equals(owner.naming().upstream()))
            || hit.versions().stream().anyMatch(v -> starts(owner.naming().upstream(), v.text()));
    // A tool's own name or its library's SONAME makes the package the product; a text alone does
    // not.
    if (hit.confidence() == Confidence.HIGH || same) {
      owner.product(hit.rule());
    }
    owner.evidence(evidence(hit, paths.getFirst()));
    if (!same) {
      note(
          "version-mismatch: "
              + paths.getFirst()
              + " says "
              + hit.rule().product()
              + " "
              + hit.versions().getFirst().text()
              + ", its package "
              + owner.naming().name()
              + " "
              + owner.naming().version());
    }
  }

  private static String whole(Version version) {
    return version.text() + version.update().orElse("");
  }

  private static boolean starts(@Nullable String upstream, String version) {
    return upstream != null && upstream.startsWith(version);
  }

  private void addUnowned(RuleHit hit, List<String> paths) {
    VersionRule rule = hit.rule();
    boolean certain = hit.versions().size() == 1;
    Version version = hit.versions().getFirst();
    Optional<Draft> installed =
        drafts.values().stream()
            .filter(draft -> draft.naming().sourcePackage() != null)
            .filter(draft -> certain && packaged(draft, rule))
            .filter(draft -> starts(draft.naming().upstream(), version.text()))
            .findFirst();
    if (!certain) {
      note("version-unclear: " + paths.getFirst() + ": " + rule.product() + ": " + hit.matched());
    }
    Draft draft =
        installed
            .map(known -> known.product(rule))
            .orElseGet(
                () ->
                    draft(
                        new Draft(
                            rule.type(),
                            Draft.Naming.of(
                                rule,
                                certain ? version.text() : null,
                                certain ? version.update().orElse(null) : null))));
    draft.product(rule).paths(paths);
    paths.forEach(path -> draft.evidence(evidence(hit, path)));
  }

  private static boolean packaged(Draft draft, VersionRule rule) {
    return rule.packages().contains(draft.naming().name())
        || rule.packages().contains(String.valueOf(draft.naming().sourcePackage()));
  }

  private static Evidence evidence(RuleHit hit, String path) {
    String technique = hit.offset().isPresent() ? "binary-analysis" : "filename";
    return new Evidence(
        "rule:" + hit.rule().id(),
        technique,
        path,
        hit.offset().orElse(null),
        Text.brief(hit.matched() + " [" + hit.proof() + "]"),
        hit.confidence());
  }

  /// A library that no package owns and no rule found a version in: its SONAME says it is there.
  void addLibrary(BlobFacts facts, String soname) {
    List<String> paths = facts.blob().paths();
    if (paths.stream().anyMatch(owners::containsKey)) {
      return;
    }
    Optional<VersionRule> known = facts.libraries().stream().findFirst();
    boolean versioned =
        known.isPresent()
            && facts.hits().stream()
                .anyMatch(hit -> hit.rule().product().equals(known.get().product()));
    if (versioned) {
      return;
    }
    Draft draft = known.map(this::presence).orElseGet(() -> unknown(soname)).paths(paths);
    for (String path : paths) {
      draft.evidence(
          new Evidence("soname", "binary-analysis", path, null, soname, Confidence.MEDIUM));
    }
  }

  /// The only version of the product that is known, else the product without a version.
  private Draft presence(VersionRule rule) {
    List<Draft> known =
        drafts.values().stream()
            .filter(draft -> draft.isProduct(rule) && draft.naming().version() != null)
            .toList();
    return known.size() == 1
        ? known.getFirst()
        : draft(new Draft(rule.type(), Draft.Naming.of(rule, null, null))).product(rule);
  }

  private Draft unknown(String soname) {
    int so = soname.indexOf(".so");
    String name = so > 0 ? soname.substring(0, so) : soname;
    String purl = PackageUrl.of("generic", "", name, null, null, null);
    return draft(
        new Draft(
            "library",
            new Draft.Naming(name, null, null, null, null, null, null, purl, null, null)));
  }

  /// The component of each installed package.
  Map<InstalledPackage, String> packageIds() {
    Map<InstalledPackage, String> ids = new LinkedHashMap<>();
    installedPackages.forEach((installed, draft) -> ids.put(installed, draft.id()));
    return ids;
  }

  List<Component> components() {
    List<Component> components = new ArrayList<>();
    for (Draft draft : drafts.values()) {
      if (draft.evidenceCount() > Draft.MOST_EVIDENCE) {
        note(
            "evidence-cut: "
                + draft.naming().name()
                + ": "
                + Draft.MOST_EVIDENCE
                + " of "
                + draft.evidenceCount()
                + " pieces of evidence are listed");
      }
      components.add(draft.component());
    }
    components.sort(
        Comparator.comparing(Component::name)
            .thenComparing(component -> String.valueOf(component.version()))
            .thenComparing(Component::id));
    return List.copyOf(components);
  }

  List<String> notes() {
    return List.copyOf(notes);
  }
}
