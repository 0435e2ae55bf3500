package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.index.IndexComparison;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The keys of an index that the matches of a firmware depend on. Where two indexes say the same
/// under all of them, the firmware has the same matches with both.
public final class WatchedKeys {
  private WatchedKeys() {}

  /// The keys of a firmware: the products and packages that its components may be, and the
  /// vulnerabilities that it matches, under all of their ids: those of a tenant's own records may
  /// be others than those of the index for all.
  ///
  /// @param matches with the index before
  public static Set<String> of(List<Component> components, Collection<CveMatch> matches) {
    Products products = Products.standard();
    Set<String> keys = new TreeSet<>();
    for (Component component : components) {
      Subject.of(component, products)
          .keys()
          .forEach(key -> keys.add(IndexComparison.PRODUCT + key));
      PackageName.all(component).forEach(name -> keys.add("p:" + name.typeAndName()));
      keys.addAll(DistributionClaims.keys(component));
    }
    for (CveMatch match : matches) {
      keys.add(vulnerability(match.cve()));
      match.aliases().forEach(alias -> keys.add(vulnerability(alias)));
    }
    return keys;
  }

  /// The keys under which two indexes say different things: a firmware that watches none of them
  /// need not be matched again.
  public static Set<String> changed(AdvisoryIndex before, AdvisoryIndex after) {
    return IndexComparison.changedKeys(before.file(), after.file()).stream()
        .map(WatchedKeys::inCapitals)
        .collect(Collectors.toSet());
  }

  /// The same of two indexes of one tenant. Its records may have other ids than the index for all
  /// has, so that each of their ids is a key.
  public static Set<String> changed(UserIndex before, UserIndex after) {
    Set<String> changed = new HashSet<>();
    for (String key : IndexComparison.changedKeys(before.index().file(), after.index().file())) {
      changed.add(inCapitals(key));
      if (key.startsWith(IndexComparison.VULNERABILITY)) {
        String id = key.substring(IndexComparison.VULNERABILITY.length());
        Stream.of(before, after)
            .flatMap(each -> each.index().find(id).stream())
            .flatMap(row -> row.aliases().stream())
            .forEach(alias -> changed.add(vulnerability(alias)));
      }
    }
    return changed;
  }

  private static String inCapitals(String key) {
    return key.startsWith(IndexComparison.VULNERABILITY)
        ? vulnerability(key.substring(IndexComparison.VULNERABILITY.length()))
        : key;
  }

  /// Ids are the same in any case.
  private static String vulnerability(String id) {
    return IndexComparison.VULNERABILITY + id.toUpperCase(Locale.ROOT);
  }
}
