package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.index.ClaimRows;
import io.firmament.analysis.advisory.index.IndexFile;
import io.firmament.analysis.advisory.index.VulnerabilityRow;
import io.firmament.base.Sha256;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Severity;
import io.firmament.base.finding.VulnerabilitySource;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Makes one list of what the index for all and a tenant's own records match.
///
/// - A vulnerability that both know is one entry, under the id that the index for all has it under;
///   else the first id of the record is the primary one.
/// - Description and CVSS are the record's where it has them. Exploitation is what the index says.
/// - Where the record names the product it decides: with the version it is the record's match that
///   counts, without it the match is taken back, with a reason.
final class UserPrecedence {
  private final IndexFile user;
  private final AdvisoryIndex all;
  private final ImageFacts image;
  private final Map<String, Subject> subjects = new HashMap<>();

  /// The record that has an id.
  private final Map<String, VulnerabilityRow> records = new HashMap<>();

  private final MessageDigest digest = Sha256.newDigest();

  UserPrecedence(IndexFile user, AdvisoryIndex all, List<Subject> subjects, ImageFacts image) {
    this.user = user;
    this.all = all;
    this.image = image;
    subjects.forEach(subject -> this.subjects.put(subject.component().id(), subject));
    for (int row = 0; row < user.vulnerabilities(); row++) {
      VulnerabilityRow record = user.vulnerability(row);
      ids(record.id(), record.aliases()).forEach(id -> records.putIfAbsent(id, record));
    }
  }

  /// A record's word on a component.
  private record Place(int record, String component) {}

  /// @param found with the index for all
  /// @param own with the records
  List<CveMatch> merged(List<CveMatch> found, List<CveMatch> own) {
    Map<Place, CveMatch> open = new LinkedHashMap<>();
    own.forEach(match -> open.put(new Place(record(match).row(), match.componentId()), match));
    Map<String, String> primaries = new HashMap<>();
    found.forEach(match -> ids(match).forEach(id -> primaries.putIfAbsent(id, match.cve())));
    Map<String, CveMatch> merged = new LinkedHashMap<>();
    Set<Place> spoken = new LinkedHashSet<>();
    for (CveMatch match : found) {
      Optional<VulnerabilityRow> record =
          ids(match).stream()
              .flatMap(id -> Optional.ofNullable(records.get(id)).stream())
              .findFirst();
      Place place = new Place(record.map(VulnerabilityRow::row).orElse(-1), match.componentId());
      spoken.add(place);
      CveMatch result = record.map(row -> known(match, row, open.get(place))).orElse(match);
      merged.put(result.id(), result);
    }
    open.forEach(
        (place, match) -> {
          if (!spoken.contains(place)) {
            CveMatch result = alone(match, primaries);
            merged.putIfAbsent(result.id(), result);
          }
        });
    return List.copyOf(merged.values());
  }

  private VulnerabilityRow record(CveMatch own) {
    VulnerabilityRow record = records.get(own.cve().toUpperCase(Locale.ROOT));
    if (record == null) {
      throw new IllegalStateException("no record " + own.cve());
    }
    return record;
  }

  /// What both have.
  ///
  /// @param own null where the record does not match the component
  private CveMatch known(CveMatch match, VulnerabilityRow record, @Nullable CveMatch own) {
    Optional<VulnerabilityRow> facts = all.find(match.cve());
    if (own != null) {
      List<Reason> more = facts.map(Assessment::ofExploitation).orElse(List.of());
      return with(match, record, facts, Assessment.of(own, more));
    }
    List<Reason> more =
        isNamed(record, match.componentId()) ? List.of(Opinion.ofUser(first(record))) : List.of();
    return with(match, record, facts, Assessment.of(match, more));
  }

  /// What only a record has of the component; of the vulnerability the index may know.
  private CveMatch alone(CveMatch own, Map<String, String> primaries) {
    VulnerabilityRow record = record(own);
    Optional<VulnerabilityRow> facts =
        Stream.concat(Stream.of(own.cve()), own.aliases().stream())
            .map(id -> primaries.getOrDefault(id.toUpperCase(Locale.ROOT), id))
            .flatMap(id -> all.find(id).stream())
            .filter(row -> !row.isRejected())
            .findFirst();
    CveMatch known =
        new CveMatch(
            own.id(),
            facts.map(VulnerabilityRow::id).orElseGet(() -> first(record)),
            facts.map(VulnerabilityRow::aliases).orElse(List.of()),
            own.componentId(),
            facts.map(VulnerabilityRow::description).orElse(""),
            null,
            facts.map(row -> number(row.score())).orElse(null),
            facts.flatMap(VulnerabilityRow::vector).orElse(null),
            facts.map(VulnerabilityRow::isKnownExploited).orElse(false),
            own.score(),
            own.reasons(),
            facts.map(row -> number(row.epss())).orElse(null),
            facts.map(row -> number(row.epssPercentile())).orElse(null),
            null,
            facts.map(row -> row.details().sources()).orElse(List.of()));
    List<Reason> more = facts.map(Assessment::ofExploitation).orElse(List.of());
    return with(known, record, facts, Assessment.of(own, more));
  }

  /// The match with the words and the score of the record, and with another assessment.
  private CveMatch with(
      CveMatch match,
      VulnerabilityRow record,
      Optional<VulnerabilityRow> facts,
      Assessment assessment) {
    boolean scored = record.score().isPresent() || record.vector().isPresent();
    Double score = scored ? number(record.score()) : match.cvssScore();
    Set<String> aliases = new LinkedHashSet<>(match.aliases());
    aliases.add(record.id());
    aliases.addAll(record.aliases());
    aliases.removeIf(alias -> alias.equalsIgnoreCase(match.cve()));
    List<VulnerabilitySource> sources = new ArrayList<>(record.details().sources());
    sources.addAll(match.sources());
    return new CveMatch(
        Matcher.id(match.cve(), match.componentId(), digest),
        match.cve(),
        List.copyOf(aliases),
        match.componentId(),
        record.description().isEmpty() ? match.description() : record.description(),
        score == null ? null : Severity.ofCvss(score),
        score,
        scored ? record.vector().orElse(null) : match.cvssVector(),
        match.knownExploited(),
        assessment.score(),
        assessment.reasons(),
        match.epss(),
        match.epssPercentile(),
        Urgency.of(
            new Urgency.Signals(
                match.knownExploited(),
                facts.filter(VulnerabilityRow::isUsedByRansomware).isPresent(),
                Optional.ofNullable(match.epss()),
                Optional.ofNullable(score),
                facts.flatMap(VulnerabilityRow::ssvc).flatMap(Urgency.Decision::of),
                assessment.score(),
                Optional.ofNullable(image.exposures().get(match.componentId()))
                    .flatMap(ImageFacts.Exposure::listens),
                0)),
        sources);
  }

  /// Whether the record says in which versions the component's product is affected, and the
  /// component has one.
  private boolean isNamed(VulnerabilityRow record, String component) {
    Subject subject = subjects.get(component);
    if (subject == null || subject.component().version() == null) {
      return false;
    }
    return subject.keys().stream().anyMatch(key -> hasCriterion(key, record.row()))
        || PackageName.all(subject.component()).stream()
            .anyMatch(name -> hasClaim(name, record.row()));
  }

  private boolean hasCriterion(String product, int record) {
    int key = user.findKey(product);
    if (key < 0) {
      return false;
    }
    int first = user.firstCriterion(key);
    for (int row = first; row < first + user.criterionCount(key); row++) {
      if (user.criterion(row).vulnerability() == record) {
        return true;
      }
    }
    return false;
  }

  private boolean hasClaim(PackageName name, int record) {
    ClaimRows rows = user.claims("p:" + name.typeAndName());
    for (int i = 0; i < rows.count(); i++) {
      if (rows.vulnerability(i) == record && name.isMeant(rows.packageVersions(i))) {
        return true;
      }
    }
    return false;
  }

  /// The id that the tenant wrote first.
  private static String first(VulnerabilityRow record) {
    return record.details().sources().getFirst().id();
  }

  private static Set<String> ids(CveMatch match) {
    return ids(match.cve(), match.aliases());
  }

  private static Set<String> ids(String id, List<String> aliases) {
    Set<String> ids = new LinkedHashSet<>();
    ids.add(id.toUpperCase(Locale.ROOT));
    aliases.forEach(alias -> ids.add(alias.toUpperCase(Locale.ROOT)));
    return ids;
  }

  private static @Nullable Double number(OptionalDouble number) {
    return number.isPresent() ? number.getAsDouble() : null;
  }
}
