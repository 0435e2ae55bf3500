package io.firmament.analysis.inventory;

import io.firmament.base.Sha256;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Evidence;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A component while evidence for it is still being gathered. Used by one thread.
final class Draft {
  static final int MOST_EVIDENCE = 50;

  private static final int MOST_PATHS = 1000;
  private static final Comparator<Evidence> ORDER =
      Comparator.comparing(Evidence::confidence)
          .thenComparing(Evidence::path)
          .thenComparing(Evidence::detector)
          .thenComparing(Evidence::matched);

  private final Naming naming;
  private final SortedSet<String> paths = new TreeSet<>();
  private final Set<Evidence> evidence = new LinkedHashSet<>();
  private final Set<String> licenses = new TreeSet<>();
  private @Nullable VersionRule product;
  private boolean cryptographic;
  private String type;

  /// What a component is called.
  ///
  /// @param upstream the version without what a distribution adds
  record Naming(
      String name,
      @Nullable String version,
      @Nullable String update,
      @Nullable String upstream,
      @Nullable String vendor,
      @Nullable String product,
      @Nullable String cpe,
      @Nullable String purl,
      @Nullable String sourcePackage,
      @Nullable String distribution) {
    /// A product that a version rule knows.
    static Naming of(VersionRule rule, @Nullable String version, @Nullable String update) {
      return new Naming(
          rule.name(),
          version,
          update,
          version,
          rule.vendor(),
          rule.product(),
          rule.cpe(version, update),
          PackageUrl.of("generic", "", rule.product(), version, null, null),
          null,
          null);
    }
  }

  Draft(String type, Naming naming) {
    this.type = type;
    this.naming = naming;
  }

  Naming naming() {
    return naming;
  }

  Draft licence(@Nullable String expression) {
    if (expression != null) {
      licenses.add(expression);
    }
    return this;
  }

  /// The files are of this product; a package gets its product's CPE and licence by it.
  Draft product(VersionRule rule) {
    if (product == null) {
      product = rule;
      cryptographic |= rule.cryptographic();
      if (licenses.isEmpty()) {
        licenses.add(rule.licence());
      }
    }
    return this;
  }

  Draft type(String value) {
    this.type = value;
    return this;
  }

  boolean isProduct(VersionRule rule) {
    String vendor = product == null ? naming.vendor() : product.vendor();
    String name = product == null ? naming.product() : product.product();
    return rule.vendor().equals(vendor) && rule.product().equals(name);
  }

  Draft paths(List<String> more) {
    paths.addAll(more);
    return this;
  }

  Draft evidence(Evidence more) {
    evidence.add(more);
    return this;
  }

  int evidenceCount() {
    return evidence.size();
  }

  /// The first 16 hexadecimal digits of the SHA-256 of what names it.
  String id() {
    String key =
        Optional.ofNullable(naming.purl())
                .orElse(naming.vendor() + "/" + naming.product() + "/" + naming.name())
            + "\0"
            + naming.version()
            + "\0"
            + naming.update();
    return Sha256.of(key.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 16);
  }

  Component component() {
    VersionRule rule = product;
    String vendor = rule == null ? naming.vendor() : rule.vendor();
    String name = rule == null ? naming.product() : rule.product();
    String cpe = naming.cpe();
    if (cpe == null && rule != null) {
      cpe = rule.cpe(naming.upstream(), null);
    }
    return new Component(
        id(),
        type,
        naming.name(),
        naming.version(),
        naming.update(),
        vendor,
        name,
        cpe,
        naming.purl(),
        List.copyOf(licenses),
        naming.sourcePackage(),
        naming.distribution(),
        cryptographic,
        paths.stream().limit(MOST_PATHS).toList(),
        paths.size(),
        evidence.stream().sorted(ORDER).limit(MOST_EVIDENCE).toList());
  }

  /// Whether anything seen is more than a hint.
  boolean certain() {
    return evidence.stream().anyMatch(seen -> seen.confidence() != Confidence.LOW);
  }
}
