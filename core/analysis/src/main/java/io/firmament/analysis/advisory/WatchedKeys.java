package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.index.IndexComparison;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// The keys of an index that the matches of a firmware depend on. Where two indexes say the same
/// under all of them, the firmware has the same matches with both.
public final class WatchedKeys {
  private WatchedKeys() {}

  /// The keys of a firmware: the products and packages that its components may be, and the
  /// vulnerabilities that it matches.
  ///
  /// @param matches with the index before
  public static Set<String> of(List<Component> components, Collection<CveMatch> matches) {
    Products products = Products.standard();
    Set<String> keys = new TreeSet<>();
    for (Component component : components) {
      Subject.of(component, products)
          .keys()
          .forEach(key -> keys.add(IndexComparison.PRODUCT + key));
      PackageName.of(component).ifPresent(name -> keys.add("p:" + name.typeAndName()));
      keys.addAll(DistributionClaims.keys(component));
    }
    matches.forEach(match -> keys.add(IndexComparison.VULNERABILITY + match.cve()));
    return keys;
  }

  /// The keys under which two indexes say different things: a firmware that watches none of them
  /// need not be matched again.
  public static Set<String> changed(AdvisoryIndex before, AdvisoryIndex after) {
    return IndexComparison.changedKeys(before.file(), after.file());
  }
}
