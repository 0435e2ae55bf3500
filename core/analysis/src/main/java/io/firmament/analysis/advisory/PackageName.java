package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.feeds.PackageVersions;
import io.firmament.analysis.advisory.feeds.Purl;
import io.firmament.base.finding.Component;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A package by the name that its ecosystem knows it under.
///
/// @param type of the package URL
/// @param name with its namespace as the ecosystem joins them; of a distribution's package the
///     source package
/// @param system the distribution, for example `debian`; empty where none
/// @param release of the distribution, for example `11`; empty where none
record PackageName(String type, String name, String system, String release) {
  static Optional<PackageName> of(Component component) {
    String label = component.distribution() == null ? "" : component.distribution();
    String source = component.sourcePackage();
    return purl(component)
        .map(
            purl ->
                purl.isOfDistribution() && source != null
                    ? of(purl, source, label)
                    : of(purl, purl.ecosystemName(), label));
  }

  /// The names that people give a component: that of its source package, and the one in its package
  /// URL, whose namespace is the distribution where nothing else says it.
  static List<PackageName> all(Component component) {
    List<PackageName> names = new ArrayList<>();
    of(component).ifPresent(names::add);
    purl(component)
        .map(
            purl ->
                of(
                    purl,
                    purl.ecosystemName(),
                    component.distribution() == null ? purl.namespace() : component.distribution()))
        .filter(own -> !names.contains(own))
        .ifPresent(names::add);
    return names;
  }

  private static Optional<Purl> purl(Component component) {
    return Optional.ofNullable(component.purl()).flatMap(Purl::parse);
  }

  private static PackageName of(Purl purl, String name, String label) {
    int dash = label.indexOf('-');
    return purl.isOfDistribution()
        ? new PackageName(
            purl.type(),
            name,
            dash < 0 ? label : label.substring(0, dash),
            label.substring(dash + 1))
        : new PackageName(purl.type(), name, "", "");
  }

  String typeAndName() {
    return type + "/" + name;
  }

  /// Whether the advisory's package is this one, in this release of its distribution.
  boolean isMeant(PackageVersions affected) {
    boolean released =
        affected.release().isEmpty()
            || release.equals(affected.release())
            || release.startsWith(affected.release() + ".");
    return affected.type().equals(type)
        && affected.name().equals(name)
        && (affected.system().isEmpty() || affected.system().equals(system))
        && released;
  }
}
