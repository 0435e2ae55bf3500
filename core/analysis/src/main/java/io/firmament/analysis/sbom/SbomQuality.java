package io.firmament.analysis.sbom;

import io.firmament.base.finding.Component;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How much of what published profiles ask of an SBOM a document says. What is not known counts as
/// missing. Vulnerabilities are not looked at.
///
/// @param things how many the document lists: the image and its components, imported ones included
/// @param profiles in the order of [SbomProfile]
public record SbomQuality(int things, List<Score> profiles) {
  /// How many things that miss a criterion are named.
  public static final int MOST_MISSING = 20;

  public SbomQuality {
    profiles = List.copyOf(profiles);
  }

  /// What a document reaches in a profile.
  ///
  /// @param points from 0 to 100: the mean of the shares of the criteria, rounded down
  /// @param met whether every criterion is met by everything
  public record Score(SbomProfile profile, int points, boolean met, List<Criterion> criteria) {
    public Score {
      criteria = List.copyOf(criteria);
    }
  }

  /// What became of a criterion.
  ///
  /// @param asks in words
  /// @param ofDocument whether it is asked of the document as a whole, not of each thing
  /// @param share of the things that meet it, from 0 to 1; of the document either
  /// @param missing how many things do not meet it; always 0 where it is asked of the document
  /// @param missedBy those, in the order of the document, at most [#MOST_MISSING]
  public record Criterion(
      String id,
      String asks,
      boolean ofDocument,
      double share,
      int missing,
      List<Missing> missedBy) {
    public Criterion {
      missedBy = List.copyOf(missedBy);
    }

    public boolean met() {
      return ofDocument ? share == 1 : missing == 0;
    }
  }

  /// A thing that misses a criterion: the image or a component.
  ///
  /// @param id its reference in the document
  public record Missing(String id, String name, @Nullable String version) {}

  /// Looks through the document once.
  public static SbomQuality of(SbomDocument document) {
    Map<SbomProfile, List<Tally>> tallies = new EnumMap<>(SbomProfile.class);
    for (SbomProfile profile : SbomProfile.values()) {
      tallies.put(profile, profile.criteria().stream().map(Tally::new).toList());
    }
    List<Tally> asked =
        tallies.values().stream()
            .flatMap(List::stream)
            .filter(tally -> tally.criterion.scope() == SbomCriterion.Scope.COMPONENT)
            .toList();
    SpdxLicenses licenses = SpdxLicenses.standard();
    int things = 1;
    SbomPart image = SbomPart.image(document);
    asked.forEach(tally -> tally.see(image, licenses));
    for (Component component : document.components()) {
      things++;
      SbomPart part = SbomPart.of(component, document);
      asked.forEach(tally -> tally.see(part, licenses));
    }
    List<Score> scores = new ArrayList<>();
    for (Map.Entry<SbomProfile, List<Tally>> each : tallies.entrySet()) {
      List<Criterion> criteria = new ArrayList<>();
      for (Tally tally : each.getValue()) {
        criteria.add(tally.result(document, things));
      }
      scores.add(score(each.getKey(), criteria));
    }
    return new SbomQuality(things, scores);
  }

  private static Score score(SbomProfile profile, List<Criterion> criteria) {
    boolean met = criteria.stream().allMatch(Criterion::met);
    double mean = criteria.stream().mapToDouble(Criterion::share).average().orElse(0);
    return new Score(profile, met ? 100 : Math.min(99, (int) (100 * mean)), met, criteria);
  }

  /// Counts who misses a criterion.
  private static final class Tally {
    private final SbomCriterion criterion;
    private final List<Missing> missedBy = new ArrayList<>();
    private int missing;

    private Tally(SbomCriterion criterion) {
      this.criterion = criterion;
    }

    private void see(SbomPart part, SpdxLicenses licenses) {
      if (criterion.met().test(part, licenses)) {
        return;
      }
      missing++;
      if (missedBy.size() < MOST_MISSING) {
        missedBy.add(new Missing(part.id(), part.name(), part.version()));
      }
    }

    private Criterion result(SbomDocument document, int things) {
      boolean ofDocument = criterion.scope() == SbomCriterion.Scope.DOCUMENT;
      double share =
          ofDocument
              ? criterion.said().test(document) ? 1 : 0
              : (things - missing) / (double) things;
      return new Criterion(criterion.id(), criterion.asks(), ofDocument, share, missing, missedBy);
    }
  }
}
