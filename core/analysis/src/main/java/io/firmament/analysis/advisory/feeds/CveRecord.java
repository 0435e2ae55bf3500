package io.firmament.analysis.advisory.feeds;

import io.firmament.analysis.advisory.cpe.Cpe;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A record in the CVE JSON 5 format: the CNA, mostly the maker of the product, and the ADP
/// containers, of which CISA's adds CVSS, SSVC and products.
final class CveRecord {
  private static final Map<String, String> KEYS = Map.of("linux:linux", "linux:linux_kernel");
  private static final List<String> METRICS =
      List.of("cvssV3_1", "cvssV4_0", "cvssV3_0", "cvssV2_0");
  private static final Set<String> NO_NAME = Set.of("", "n/a", "unknown", "unspecified");
  private static final Set<String> NO_VERSION = Set.of("", "n/a", "-", "unspecified", "unknown");

  /// As some CNAs write ranges: `>= 1.0, < 2.0` in place of the fields for it.
  private static final Pattern COMPARISON = Pattern.compile("(<=|>=|<|>|=)\\s*(\\S+)");

  private final JsonValue json;

  CveRecord(JsonValue json) {
    this.json = json;
  }

  VulnerabilityFacts facts() throws MalformedRecord {
    JsonValue metadata = json.field("cveMetadata");
    String id =
        metadata
            .field("cveId")
            .text()
            .filter(text -> text.startsWith("CVE-"))
            .orElseThrow(() -> new MalformedRecord("no CVE id"));
    JsonValue containers = json.field("containers");
    JsonValue cna = containers.field("cna");
    List<JsonValue> adps = containers.field("adp").items("adp");
    boolean rejected = metadata.field("state").text().equals(Optional.of("REJECTED"));
    VulnerabilityFacts.Builder facts =
        VulnerabilityFacts.of(id, VulnerabilityFacts.Source.CVE)
            .modified(metadata.field("dateUpdated").text().orElse(""))
            .rejected(rejected)
            .disputed(isDisputed(cna))
            .description(description(cna));
    if (rejected) {
      return facts.build();
    }
    JsonValue scored = metric(cna);
    List<Condition> configurations = new ArrayList<>(configurations(id, cna));
    Map<String, ProductVersions> products = products(cna);
    String ssvc = null;
    for (JsonValue adp : adps) {
      scored = scored.isMissing() ? metric(adp) : scored;
      configurations.addAll(configurations(id, adp));
      products(adp).forEach(products::putIfAbsent);
      ssvc = ssvc(adp).orElse(ssvc);
    }
    return facts
        .cvss(
            scored.field("baseScore").number().filter(s -> s >= 0 && s <= 10).orElse(null),
            scored.field("vectorString").text().orElse(null))
        .ssvc(ssvc)
        .configurations(configurations)
        .products(new ArrayList<>(products.values()))
        .build();
  }

  private static boolean isDisputed(JsonValue cna) throws MalformedRecord {
    for (JsonValue tag : cna.field("tags").items("tags")) {
      if (tag.text().filter("disputed"::equals).isPresent()) {
        return true;
      }
    }
    return false;
  }

  private static String description(JsonValue cna) throws MalformedRecord {
    for (String field : List.of("descriptions", "rejectedReasons")) {
      for (JsonValue each : cna.field(field).items(field)) {
        if (each.field("lang").text().orElse("").startsWith("en")) {
          return each.field("value").text().orElse("");
        }
      }
    }
    return "";
  }

  private static JsonValue metric(JsonValue container) throws MalformedRecord {
    List<JsonValue> metrics = container.field("metrics").items("metrics");
    for (String name : METRICS) {
      for (JsonValue metric : metrics) {
        if (!metric.field(name).isMissing()) {
          return metric.field(name);
        }
      }
    }
    return new JsonValue.Missing();
  }

  /// The three decision points; their spelling varies over the years.
  private static Optional<String> ssvc(JsonValue container) throws MalformedRecord {
    for (JsonValue metric : container.field("metrics").items("metrics")) {
      JsonValue other = metric.field("other");
      if (other.field("type").text().filter("ssvc"::equals).isEmpty()) {
        continue;
      }
      Map<String, String> points = new LinkedHashMap<>();
      for (JsonValue option : other.field("content").field("options").items("options")) {
        for (String name : List.of("Exploitation", "Automatable", "Technical Impact")) {
          option.field(name).text().ifPresent(v -> points.put(name, v.toLowerCase(Locale.ROOT)));
        }
      }
      if (points.size() == 3) {
        return Optional.of(
            points.get("Exploitation")
                + "/"
                + points.get("Automatable")
                + "/"
                + points.get("Technical Impact"));
      }
    }
    return Optional.empty();
  }

  private static List<Condition> configurations(String id, JsonValue container)
      throws MalformedRecord {
    return new CpeConfigurations().read(id, container, "cpeApplicability");
  }

  private static Map<String, ProductVersions> products(JsonValue container) throws MalformedRecord {
    Map<String, ProductVersions> products = new LinkedHashMap<>();
    for (JsonValue each : container.field("affected").items("affected")) {
      List<ProductVersions.Entry> entries = new ArrayList<>();
      Set<String> introductions = new HashSet<>();
      for (JsonValue version : each.field("versions").items("versions")) {
        if (version.field("versionType").text().equals(Optional.of("git"))) {
          version.field("version").text().ifPresent(introductions::add);
        } else {
          entries(version, entries);
        }
      }
      Set<String> files = new HashSet<>();
      for (JsonValue file : each.field("programFiles").items("programFiles")) {
        file.text().ifPresent(files::add);
      }
      List<ProductVersions.Block> blocks =
          entries.isEmpty()
              ? List.of()
              : List.of(
                  new ProductVersions.Block(
                      each.field("defaultStatus").text().orElse(""), entries));
      for (String key : keys(each)) {
        products.merge(
            key,
            new ProductVersions(key, blocks, files, introductions.size()),
            CveRecord::together);
      }
    }
    products.values().removeIf(p -> p.blocks().isEmpty() && p.files().isEmpty());
    return products;
  }

  private static ProductVersions together(ProductVersions left, ProductVersions right) {
    List<ProductVersions.Block> blocks = new ArrayList<>(left.blocks());
    blocks.addAll(right.blocks());
    Set<String> files = new HashSet<>(left.files());
    files.addAll(right.files());
    return new ProductVersions(
        left.key(), blocks, files, Math.max(left.introductions(), right.introductions()));
  }

  /// By the CPE names that the element has, and by vendor and product.
  private static Set<String> keys(JsonValue affected) throws MalformedRecord {
    Set<String> keys = new LinkedHashSet<>();
    for (JsonValue cpe : affected.field("cpes").items("cpes")) {
      cpe.text().flatMap(CveRecord::cpe).map(Cpe::key).ifPresent(keys::add);
    }
    String vendor = name(affected.field("vendor"));
    String product = name(affected.field("product"));
    if (!NO_NAME.contains(vendor) && !NO_NAME.contains(product)) {
      String key = Cpe.escape(vendor) + ":" + Cpe.escape(product);
      keys.add(KEYS.getOrDefault(key, key));
    }
    return keys;
  }

  private static Optional<Cpe> cpe(String text) {
    return text.startsWith("cpe:/") ? Cpe.parseUri(text) : Cpe.parse(text);
  }

  private static String name(JsonValue value) {
    return value.text().orElse("").strip().toLowerCase(Locale.ROOT).replace(' ', '_');
  }

  private static void entries(JsonValue json, List<ProductVersions.Entry> entries)
      throws MalformedRecord {
    String version = json.field("version").text().orElse("").strip();
    Optional<String> included = json.field("lessThanOrEqual").text();
    Optional<String> to = json.field("lessThan").text().or(() -> included);
    String status = json.field("status").text().orElse("unknown");
    if (to.isEmpty() && COMPARISON.matcher(version).lookingAt()) {
      compared(version, status).ifPresent(entries::add);
      return;
    }
    boolean none = NO_VERSION.contains(version.toLowerCase(Locale.ROOT)) || version.equals("*");
    if (none && to.isEmpty()) {
      return;
    }
    List<ProductVersions.Change> changes = new ArrayList<>();
    for (JsonValue change : json.field("changes").items("changes")) {
      changes.add(
          new ProductVersions.Change(
              change.field("at").text().orElse(""), change.field("status").text().orElse("")));
    }
    entries.add(
        new ProductVersions.Entry(
            none ? "0" : version, false, to.orElse(""), included.isPresent(), status, changes));
  }

  private static Optional<ProductVersions.Entry> compared(String text, String status) {
    String from = "0";
    boolean after = false;
    String to = "*";
    boolean included = false;
    for (String part : text.split(",")) {
      Matcher comparison = COMPARISON.matcher(part.strip());
      if (!comparison.matches()) {
        return Optional.empty();
      }
      String version = comparison.group(2);
      switch (comparison.group(1)) {
        case ">=" -> from = version;
        case ">" -> {
          from = version;
          after = true;
        }
        case "<" -> to = version;
        case "<=" -> {
          to = version;
          included = true;
        }
        default -> {
          from = version;
          to = "";
        }
      }
    }
    return Optional.of(new ProductVersions.Entry(from, after, to, included, status, List.of()));
  }
}
