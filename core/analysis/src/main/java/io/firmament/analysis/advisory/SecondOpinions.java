package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.feeds.CveRecord;
import io.firmament.analysis.advisory.feeds.OsvAdvisory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What is known besides the index: what the makers and the distributions themselves say,
/// advisories about packages, and what the image tells of where vulnerable code is.
public final class SecondOpinions {
  private final Map<String, CveRecord> records = new HashMap<>();
  private final Map<String, List<CveRecord>> recordsByKey = new HashMap<>();
  private final Map<String, List<OsvAdvisory>> advisories = new HashMap<>();
  private final DistributionFixes fixes;
  private final ImageFacts image;

  private SecondOpinions(DistributionFixes fixes, ImageFacts image) {
    this.fixes = fixes;
    this.image = image;
  }

  /// Nothing besides the index.
  public static SecondOpinions none() {
    return new SecondOpinions(DistributionFixes.none(), ImageFacts.unknown());
  }

  /// @param records of CNAs; of two of one CVE the last counts
  /// @param advisories about packages, in the OSV format
  public static SecondOpinions of(
      List<CveRecord> records,
      List<OsvAdvisory> advisories,
      DistributionFixes fixes,
      ImageFacts image) {
    SecondOpinions opinions = new SecondOpinions(fixes, image);
    records.forEach(record -> opinions.records.put(record.id(), record));
    for (CveRecord record : opinions.records.values()) {
      record.products().stream()
          .map(CveRecord.Product::key)
          .distinct()
          .forEach(
              key ->
                  opinions.recordsByKey.computeIfAbsent(key, _ -> new ArrayList<>()).add(record));
    }
    for (OsvAdvisory advisory : advisories) {
      advisory.affected().stream()
          .map(each -> each.type() + "/" + each.name())
          .distinct()
          .forEach(
              name ->
                  opinions.advisories.computeIfAbsent(name, _ -> new ArrayList<>()).add(advisory));
    }
    return opinions;
  }

  Optional<CveRecord> record(String cve) {
    return Optional.ofNullable(records.get(cve));
  }

  /// The records that name the product.
  List<CveRecord> recordsOf(String key) {
    return recordsByKey.getOrDefault(key, List.of());
  }

  /// The advisories about a package by its type and name, for example `npm/lodash`.
  List<OsvAdvisory> advisoriesOf(String typeAndName) {
    return advisories.getOrDefault(typeAndName, List.of());
  }

  DistributionFixes fixes() {
    return fixes;
  }

  ImageFacts image() {
    return image;
  }
}
