package io.firmament.aws;

import io.firmament.base.AnalysisId;
import io.firmament.base.FirmwareId;
import io.firmament.base.ProductId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UploadId;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Priority;
import io.firmament.base.finding.Severity;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.monitoring.FirmwareChange;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/// The keys of the firmware table. Every partition key but the last two begins with the tenant.
///
/// | item | pk | sk | gsi1 | gsi2 |
/// |---|---|---|---|---|
/// | product | `T#product#ID` | `product` | | |
/// | a product's name | `T#product-name#HASH` | `product-name` | | |
/// | upload | `T#upload#ID` | `upload` | | |
/// | firmware, latest analysis | `T#firmware#ID` | `firmware` | `T#firmware`, ORDER | see below |
/// | VEX document | `T#firmware#ID` | `vex#HASH` | | |
/// | component | `T#analysis#ID` | `component#NAME#ID` | | |
/// | issue | `T#analysis#ID` | `issue#SEVERITY#TYPE#ID` | | |
/// | vulnerability | `T#analysis#ID` | `match#BAND#PRIORITY#SEVERITY#SCORE#CVE#ID` | | |
/// | where it is | `T#vulnerability#CVE` | `firmware#ID#ANALYSIS#ID` | | |
/// | keys that a firmware watches | `T#watch#PART` | `firmware#ID` | | |
/// | what changed | `T#changes#FIRMWARE` | `change#ID` | `T#changes`, `ID#FIRMWARE` | |
/// | who watches anything | `watching` | T | | |
/// | vulnerability of the tenant's own | `T#user-vulnerability` | `record#ID` | | |
/// | that an id of one is taken | `T#user-vulnerability-id` | its id in capitals | | |
/// | how far its index has come | `T#user-vulnerability-state` | `state` | | |
/// | the index that was planned with | `monitoring` | `monitoring` | | |
///
/// ORDER is the time of the upload and `#ID`; gsi2 of a firmware is `T#product#ID`, ORDER.
final class FirmwareKeys {
  static final String PRODUCT = "product";
  static final String PRODUCT_NAME = "product-name";
  static final String UPLOAD = "upload";
  static final String FIRMWARE = "firmware";
  static final String COMPONENTS = "component#";
  static final String ISSUES = "issue#";
  static final String MATCHES = "match#";
  static final String VEX = "vex#";
  static final String AFFECTED = "firmware#";
  static final String CHANGES = "change#";
  static final String WATCHING = "watching";
  static final String MONITORING = "monitoring";

  /// How long an upload stays known after it can be used no more.
  static final Duration UPLOAD_KEPT = Duration.ofDays(30);

  /// Sort keys end at 1,024 bytes; a text of this many characters leaves room for the rest.
  private static final int TEXT_LIMIT = 150;

  /// The rank of what nobody has scored, after all others.
  private static final int UNSCORED = 9;

  /// The rank of matches from before they had a priority, after all others.
  private static final int UNRANKED = 9;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnn", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private FirmwareKeys() {}

  static String product(TenantId tenant, ProductId id) {
    return tenant + "#product#" + id;
  }

  /// One for each pair of vendor and name, whatever characters they have.
  static String productName(TenantId tenant, String vendor, String name) {
    String pair = vendor.length() + ":" + vendor + name;
    return tenant + "#product-name#" + Sha256.of(pair.getBytes(StandardCharsets.UTF_8));
  }

  static String upload(TenantId tenant, UploadId id) {
    return tenant + "#upload#" + id;
  }

  static String firmware(TenantId tenant, FirmwareId id) {
    return tenant + "#firmware#" + id;
  }

  /// Ids of documents are of any length and characters.
  static String vex(String document) {
    return VEX + Sha256.of(document.getBytes(StandardCharsets.UTF_8));
  }

  /// The same for the same moment, and in the order of time.
  static String time(Instant at) {
    return TIME.format(at);
  }

  static String allFirmware(TenantId tenant) {
    return tenant + "#firmware";
  }

  static String timeline(TenantId tenant, ProductId product) {
    return tenant + "#product#" + product;
  }

  static String order(Instant uploadedAt, FirmwareId id) {
    return TIME.format(uploadedAt) + "#" + id;
  }

  static String findings(TenantId tenant, AnalysisId analysis) {
    return tenant + "#analysis#" + analysis;
  }

  static String vulnerability(TenantId tenant, String id) {
    return tenant + "#vulnerability#" + cut(id.toUpperCase(Locale.ROOT));
  }

  static String affected(AnalysisKey key, CveMatch match) {
    return AFFECTED + key.firmware() + "#" + key.analysis() + "#" + id(match.id());
  }

  /// The ids that a match is found under.
  static Set<String> ids(CveMatch match) {
    Set<String> ids = new LinkedHashSet<>();
    ids.add(match.cve());
    ids.addAll(match.aliases());
    return ids;
  }

  static String watch(TenantId tenant, int part) {
    return tenant + "#watch#" + part;
  }

  static String watcher(FirmwareId firmware) {
    return FIRMWARE + "#" + firmware;
  }

  static String changes(TenantId tenant, FirmwareId firmware) {
    return tenant + "#changes#" + firmware;
  }

  static String userVulnerabilities(TenantId tenant) {
    return tenant + "#user-vulnerability";
  }

  static String userVulnerabilityIds(TenantId tenant) {
    return tenant + "#user-vulnerability-id";
  }

  static String userVulnerabilityState(TenantId tenant) {
    return tenant + "#user-vulnerability-state";
  }

  /// The changes of all firmware.
  static String allChanges(TenantId tenant) {
    return tenant + "#changes";
  }

  static String of(FirmwareChange.Id change) {
    return CHANGES + change;
  }

  static String of(Component component) {
    return COMPONENTS + cut(component.name().toLowerCase(Locale.ROOT)) + "#" + id(component.id());
  }

  static String of(Issue issue) {
    return ISSUES + rank(issue.severity()) + "#" + cut(issue.type()) + "#" + id(issue.id());
  }

  static String of(CveMatch match) {
    Severity severity = match.severity();
    int rank = severity == null ? UNSCORED : rank(severity);
    Double cvss = match.cvssScore();
    long score = cvss == null ? 0 : Math.round(cvss * 10);
    Priority priority = match.priority();
    long urgency = priority == null ? 0 : Math.round(priority.score() * 10);
    return String.format(
        Locale.ROOT,
        "%s%d#%04d#%d#%03d#%s#%s",
        MATCHES,
        priority == null ? UNRANKED : rank(priority.band()),
        Math.clamp(1000 - urgency, 0, 1000),
        rank,
        Math.clamp(100 - score, 0, 100),
        cut(match.cve()),
        id(match.id()));
  }

  /// Written into keys: a rank never changes its meaning.
  private static int rank(Priority.Band band) {
    return switch (band) {
      case P0 -> 0;
      case P1 -> 1;
      case P2 -> 2;
      case P3 -> 3;
    };
  }

  /// Written into keys: a rank never changes its meaning.
  private static int rank(Severity severity) {
    return switch (severity) {
      case CRITICAL -> 0;
      case HIGH -> 1;
      case MEDIUM -> 2;
      case LOW -> 3;
      case INFORMATIONAL -> 4;
    };
  }

  private static String cut(String text) {
    return text.substring(0, Math.min(text.length(), TEXT_LIMIT));
  }

  /// Ids are ours and short; a long one is told apart by its hash.
  private static String id(String id) {
    return id.length() <= TEXT_LIMIT ? id : Sha256.of(id.getBytes(StandardCharsets.UTF_8)).hex();
  }
}
