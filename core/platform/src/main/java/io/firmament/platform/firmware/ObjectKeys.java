package io.firmament.platform.firmware;

import io.firmament.base.FirmwareId;
import io.firmament.base.ProductId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UploadId;
import java.util.Optional;
import java.util.OptionalLong;

/// Where objects lie. Uploads: `uploads/{tenant}/{upload}/firmware` and `.../sbom`. Results of an
/// analysis: `analyses/{tenant}/{analysis}/{document}`. What the next version of a product need not
/// work out again: `caches/{tenant}/{product}/{stage}`. VEX documents:
/// `vex/{tenant}/{firmware}/{sha256}/`. Advisory indexes: `advisories/`, those of a tenant's own
/// records `advisories/tenants/{tenant}/`; what they are built from: `feeds/`. Names of those for
/// all begin with a generation, ten digits, so that they sort by it.
public final class ObjectKeys {
  /// Names the advisory index that MATCH uses.
  public static final String CURRENT_ADVISORIES = "advisories/current.json";

  /// Where advisory indexes are.
  public static final String ADVISORIES = "advisories/";

  /// Where what they are built from is.
  public static final String FEEDS = "feeds/";

  /// What is known of the feeds.
  public static final String FEED_STATE = FEEDS + "state.json";

  /// The sources of a deployment's own, in the place of those that come with Firmament.
  public static final String FEED_SOURCES = FEEDS + "sources.tsv";

  /// Feeds of a deployment's own, which are taken from here.
  public static final String OWN_FEEDS = FEEDS + "own/";

  /// Where the facts of feeds are.
  public static final String FEED_FACTS = FEEDS + "facts/";

  /// Where downloads that were stopped are.
  public static final String FEED_PARTS = FEEDS + "parts/";

  private static final String USER_ADVISORIES = "advisories/tenants/";
  private static final String CHANGED = "/changed.json";
  private static final String UPLOADS = "uploads";
  private static final String FIRMWARE = "firmware";

  private ObjectKeys() {}

  /// An upload, as its object's key names it.
  public record UploadRef(TenantId tenant, UploadId upload) {}

  public static String firmware(TenantId tenant, UploadId upload) {
    return UPLOADS + "/" + tenant + "/" + upload + "/" + FIRMWARE;
  }

  public static String sbom(TenantId tenant, UploadId upload) {
    return UPLOADS + "/" + tenant + "/" + upload + "/sbom";
  }

  public static String document(AnalysisKey key, AnalysisDocument document) {
    return analyses(key, document.fileName());
  }

  /// The vulnerabilities as one index has them; matches that are made again are another document.
  ///
  /// @param matched empty for an analysis of before this was noted
  public static String matches(AnalysisKey key, Optional<Matched> matched) {
    String with =
        matched
            .map(m -> "-" + m.index() + m.user().map(user -> "-" + user.hex()).orElse(""))
            .orElse("");
    return analyses(key, "matches" + with + ".json");
  }

  /// What one change of a firmware's matches consists of.
  public static String changes(AnalysisKey key, String change) {
    return analyses(key, "changes-" + change + ".json");
  }

  private static String analyses(AnalysisKey key, String document) {
    return "analyses/" + key.tenant() + "/" + key.analysis() + "/" + document;
  }

  /// A VEX document that was given for a firmware, as it came; its key is its content.
  public static String vexOriginal(TenantId tenant, FirmwareId firmware, Sha256 sha256) {
    return "vex/" + tenant + "/" + firmware + "/" + sha256.hex() + "/document";
  }

  /// What the same document says of the firmware's matches.
  public static String vexDecisions(TenantId tenant, FirmwareId firmware, Sha256 sha256) {
    return "vex/" + tenant + "/" + firmware + "/" + sha256.hex() + "/decisions.json";
  }

  /// What a stage knows of the contents of a product's last version.
  public static String cache(TenantId tenant, ProductId product, Stage stage) {
    return "caches/" + tenant + "/" + product + "/" + stage.id();
  }

  /// An advisory index. Its key has its content, so that it never changes.
  ///
  /// @param generation of the feeds that it was built from
  public static String advisoryIndex(long generation, Sha256 sha256) {
    return numbered(ADVISORIES, generation) + sha256.hex() + ".fwvx";
  }

  /// What is said of an advisory index, beside it.
  ///
  /// @param sha256 of what is said
  public static String advisoryManifest(long generation, Sha256 sha256) {
    return numbered(ADVISORIES, generation) + sha256.hex() + ".json";
  }

  /// The facts of one feed.
  public static String feedFacts(long generation, Sha256 sha256) {
    return numbered(FEED_FACTS, generation) + sha256.hex() + ".facts";
  }

  /// What is there of a feed whose download was stopped.
  public static String feedPart(long generation, String feed) {
    return numbered(FEED_PARTS, generation) + feed;
  }

  private static String numbered(String prefix, long generation) {
    return prefix + "%010d-".formatted(generation);
  }

  /// The generation that a key has after this prefix; empty for every other key.
  public static OptionalLong generation(String prefix, String key) {
    String digits = key.startsWith(prefix) ? key.substring(prefix.length()) : "";
    return digits.matches("\\d{10}-.+")
        ? OptionalLong.of(Long.parseLong(digits.substring(0, 10)))
        : OptionalLong.empty();
  }

  /// What a tenant knows for itself, in the form of an advisory index; it never changes either.
  public static String userIndex(TenantId tenant, Sha256 sha256) {
    return USER_ADVISORIES + tenant + "/" + sha256.hex() + ".fwvx";
  }

  /// Is written when a tenant's own vulnerabilities have changed, which is told by its arrival.
  public static String userAdvisoriesChanged(TenantId tenant) {
    return USER_ADVISORIES + tenant + CHANGED;
  }

  /// The tenant whose vulnerabilities have changed; empty for every other key.
  public static Optional<TenantId> parseUserAdvisoriesChanged(String key) {
    return key.startsWith(USER_ADVISORIES) && key.endsWith(CHANGED)
        ? TenantId.parse(key.substring(USER_ADVISORIES.length(), key.length() - CHANGED.length()))
        : Optional.empty();
  }

  /// The upload whose firmware has this key; empty for every other object.
  public static Optional<UploadRef> parseFirmware(String key) {
    String[] parts = key.split("/", -1);
    if (parts.length != 4 || !parts[0].equals(UPLOADS) || !parts[3].equals(FIRMWARE)) {
      return Optional.empty();
    }
    return TenantId.parse(parts[1])
        .flatMap(tenant -> UploadId.parse(parts[2]).map(upload -> new UploadRef(tenant, upload)));
  }
}
