package io.firmament.analysis.advisory.feeds;

import io.firmament.analysis.advisory.cpe.Cpe;
import io.firmament.analysis.advisory.range.VersRange;
import io.firmament.base.finding.UserVulnerability;
import java.net.URI;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads a vulnerability of a tenant's own: either it can be matched as it is, or it is said which
/// of its fields is wrong.
public final class UserRecord {
  public static final int MOST_IDS = 20;
  public static final int MOST_REFERENCES = 20;
  public static final int MOST_CONFIGURATIONS = 50;
  private static final int MOST_DESCRIPTION = 10_000;
  private static final int MOST_TEXT = 1_000;

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:+-]{0,99}");
  private static final Pattern CVE = Pattern.compile("CVE-\\d{4}-\\d{4,19}");
  private static final Pattern PRINTABLE = Pattern.compile("[\\x21-\\x7e]+");
  private static final Pattern PURL =
      Pattern.compile(
          "pkg:(?<type>[A-Za-z][A-Za-z0-9.+-]*)/(?:[^@?#]+/)?[^/@?#]+(?:\\?(?<qualifiers>[^#@]*))?");
  private static final Pattern RELEASE = Pattern.compile("(?:.*&)?distro=[a-z]+-([0-9.]+)(?:&.*)?");
  private static final Pattern METRICS = Pattern.compile("(?:/[A-Z]{1,3}:[A-Za-z]{1,6})+");

  /// The mandatory metrics of CVSS 4.0 (specification, section 2) and their values.
  private static final Map<String, String> CVSS_40 =
      Map.ofEntries(
          Map.entry("AV", "NALP"),
          Map.entry("AC", "LH"),
          Map.entry("AT", "NP"),
          Map.entry("PR", "NLH"),
          Map.entry("UI", "NPA"),
          Map.entry("VC", "HLN"),
          Map.entry("VI", "HLN"),
          Map.entry("VA", "HLN"),
          Map.entry("SC", "HLN"),
          Map.entry("SI", "HLN"),
          Map.entry("SA", "HLN"));

  private UserRecord() {}

  /// What became of a record.
  public sealed interface Outcome {}

  /// It can be matched.
  public record Usable(VulnerabilityFacts facts) implements Outcome {}

  /// It cannot.
  ///
  /// @param field for example `configurations[2].versions`
  /// @param detail what is wrong with it, as the rest of a sentence
  public record Wrong(String field, String detail) implements Outcome {}

  private static final class WrongField extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Wrong wrong;

    WrongField(String field, String detail) {
      super(field + " " + detail);
      this.wrong = new Wrong(field, detail);
    }
  }

  /// The CVSS base score that counts for the severity: that of 3.1, else the one given for 4.0.
  public static Optional<Double> score(UserVulnerability of) {
    UserVulnerability.Cvss40 fourth = of.cvss40();
    return Optional.ofNullable(of.cvss31())
        .flatMap(CvssVector::baseScore)
        .or(() -> Optional.ofNullable(fourth).map(UserVulnerability.Cvss40::score));
  }

  /// Reads a record; never throws for what it contains.
  public static Outcome read(UserVulnerability record) {
    try {
      return new Usable(facts(record));
    } catch (WrongField e) {
      return e.wrong;
    }
  }

  private static VulnerabilityFacts facts(UserVulnerability record) throws WrongField {
    ids(record.ids());
    time("published", record.published());
    time("modified", record.modified());
    unless(
        record.description().length() <= MOST_DESCRIPTION,
        "description",
        "has at most " + MOST_DESCRIPTION + " characters");
    references(record.references());
    String vector = vector(record);
    List<UserVulnerability.Configuration> all = record.configurations();
    unless(
        !all.isEmpty() && all.size() <= MOST_CONFIGURATIONS,
        "configurations",
        "has 1 to " + MOST_CONFIGURATIONS + " configurations");
    List<Condition> products = new ArrayList<>();
    List<PackageVersions> packages = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      String field = "configurations[" + i + "]";
      if (all.get(i).purl() != null) {
        packages.add(ofPackage(record.primary(), field, all.get(i)));
      } else {
        products.add(ofProduct(field, all.get(i)));
      }
    }
    return VulnerabilityFacts.of(record.primary(), VulnerabilityFacts.Source.USER)
        .aliases(record.ids().subList(1, record.ids().size()))
        .modified(record.modified())
        .description(record.description())
        .cvss(score(record).orElse(null), vector)
        .configurations(products)
        .packages(packages)
        .build();
  }

  private static void ids(List<String> ids) throws WrongField {
    unless(!ids.isEmpty() && ids.size() <= MOST_IDS, "ids", "has 1 to " + MOST_IDS + " ids");
    Set<String> seen = new HashSet<>();
    int cves = 0;
    for (int i = 0; i < ids.size(); i++) {
      String field = "ids[" + i + "]";
      String upper = ids.get(i).toUpperCase(Locale.ROOT);
      unless(
          ID.matcher(ids.get(i)).matches(),
          field,
          "has up to 100 letters, digits and any of . _ : + -, beginning with a letter or digit");
      unless(seen.add(upper), field, "is there twice");
      unless(
          !upper.startsWith("CVE-") || (CVE.matcher(upper).matches() && upper.equals(ids.get(i))),
          field,
          "must be a CVE id, in capital letters");
      cves += upper.startsWith("CVE-") ? 1 : 0;
    }
    unless(cves <= 1, "ids", "has at most one CVE id: two are never of one vulnerability");
  }

  private static void time(String field, String text) throws WrongField {
    try {
      if (text.length() == 10) {
        LocalDate.parse(text);
      } else {
        OffsetDateTime.parse(text);
      }
    } catch (DateTimeException e) {
      throw new WrongField(field, "must be a date, or a date and time with its offset (ISO 8601)");
    }
  }

  private static void references(List<String> references) throws WrongField {
    unless(
        references.size() <= MOST_REFERENCES,
        "references",
        "has at most " + MOST_REFERENCES + " addresses");
    for (int i = 0; i < references.size(); i++) {
      unless(isWeb(references.get(i)), "references[" + i + "]", "must be an http or https address");
    }
  }

  private static boolean isWeb(String text) {
    if (text.length() > MOST_TEXT) {
      return false;
    }
    try {
      URI address = URI.create(text);
      return ("https".equals(address.getScheme()) || "http".equals(address.getScheme()))
          && address.getHost() != null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /// The vector that goes with the score; null where there is none.
  private static @Nullable String vector(UserVulnerability record) throws WrongField {
    UserVulnerability.Cvss40 fourth = record.cvss40();
    if (fourth != null) {
      unless(isCvss40(fourth.vector()), "cvss40.vector", "must be a vector of CVSS 4.0");
      Double score = fourth.score();
      unless(
          score == null || (score >= 0 && score <= 10 && Math.rint(score * 10) == score * 10),
          "cvss40.score",
          "must be 0.0 to 10.0, with one digit");
    }
    if (record.cvss31() != null) {
      unless(
          isVector("CVSS:3.1", record.cvss31())
              && CvssVector.baseScore(record.cvss31()).isPresent(),
          "cvss31",
          "must be a vector of CVSS 3.1 with all base metrics");
    }
    return record.cvss31() != null || fourth == null ? record.cvss31() : fourth.vector();
  }

  private static boolean isCvss40(String vector) {
    return isVector("CVSS:4.0", vector)
        && CVSS_40.entrySet().stream()
            .allMatch(
                metric ->
                    vector.matches(".*/" + metric.getKey() + ":[" + metric.getValue() + "](/.*)?"));
  }

  /// Whether each metric is there once.
  private static boolean isVector(String version, String vector) {
    if (vector.length() > 500
        || !vector.startsWith(version + "/")
        || !METRICS.matcher(vector.substring(version.length())).matches()) {
      return false;
    }
    Set<String> seen = new HashSet<>();
    for (String metric : vector.substring(version.length() + 1).split("/")) {
      if (!seen.add(metric.replaceFirst(":.*", ""))) {
        return false;
      }
    }
    return true;
  }

  private static PackageVersions ofPackage(String id, String at, UserVulnerability.Configuration of)
      throws WrongField {
    String purl = String.valueOf(of.purl());
    boolean alone =
        of.part() == null && of.vendor() == null && of.product() == null && hasNoVersions(of);
    unless(alone, at, "has fields of a CPE beside a package URL");
    Matcher form = PURL.matcher(printable(at + ".purl", purl));
    unless(form.matches(), at + ".purl", "must be a package URL without version and subpath");
    String versions = printable(at + ".versions", of.versions());
    unless(
        VersRange.parseLenient(versions).isPresent(),
        at + ".versions",
        "must be a range in the vers notation, as vers:deb/>=1.0|<1.4");
    String qualifiers = form.group("qualifiers") == null ? "" : form.group("qualifiers");
    Matcher release = RELEASE.matcher(qualifiers);
    Purl name =
        Purl.parse(purl)
            .orElseThrow(
                () -> new WrongField(at + ".purl", "must be a package URL without version"));
    return new PackageVersions(
        id,
        name.type(),
        name.isOfDistribution() ? name.namespace() : "",
        release.matches() ? release.group(1) : "",
        name.ecosystemName(),
        List.of(
            new PackageVersions.Range(
                List.of(new PackageVersions.Event(PackageVersions.Event.VERS, versions)))),
        List.of());
  }

  private static Criterion ofProduct(String at, UserVulnerability.Configuration of)
      throws WrongField {
    unless(of.versions() == null, at + ".versions", "goes with a package URL");
    String part = of.part() == null ? "a" : of.part();
    unless(part.equals("a") || part.equals("o"), at + ".part", "must be a or o");
    String vendor = named(at + ".vendor", of.vendor());
    String product = named(at + ".product", of.product());
    unless(of.from() == null || of.after() == null, at, "has from and after");
    unless(of.to() == null || of.before() == null, at, "has to and before");
    boolean ranged =
        of.from() != null || of.after() != null || of.to() != null || of.before() != null;
    unless(of.version() == null || !ranged, at, "has a version and a range");
    String exact = optional(at + ".version", of.version());
    String from = optional(at + ".from", of.from());
    String after = optional(at + ".after", of.after());
    String to = optional(at + ".to", of.to());
    String before = optional(at + ".before", of.before());
    // One version is a range of it, since a pre-release or a patch may be part of its name.
    return new Criterion(
        true,
        Cpe.of(part.charAt(0), vendor, product, "*"),
        exact != null ? exact : after != null ? after : from,
        after != null,
        exact != null ? exact : before != null ? before : to,
        before != null);
  }

  private static boolean hasNoVersions(UserVulnerability.Configuration of) {
    return of.version() == null
        && of.from() == null
        && of.after() == null
        && of.to() == null
        && of.before() == null;
  }

  /// A vendor or a product; a wildcard is none.
  private static String named(String field, @Nullable String value) throws WrongField {
    String text = printable(field, value);
    unless(
        text.chars().anyMatch(Character::isLetterOrDigit) && text.indexOf('*') < 0,
        field,
        "must be a name as CPE has it, without wildcards");
    return text;
  }

  private static @Nullable String optional(String field, @Nullable String value) throws WrongField {
    return value == null ? null : printable(field, value).toLowerCase(Locale.ROOT);
  }

  private static String printable(String field, @Nullable String value) throws WrongField {
    if (value == null) {
      throw new WrongField(field, "is missing");
    }
    unless(
        value.length() <= MOST_TEXT && PRINTABLE.matcher(value).matches(),
        field,
        "has 1 to " + MOST_TEXT + " printable characters of ASCII, without blanks");
    return value;
  }

  private static void unless(boolean holds, String field, String detail) throws WrongField {
    if (!holds) {
      throw new WrongField(field, detail);
    }
  }
}
