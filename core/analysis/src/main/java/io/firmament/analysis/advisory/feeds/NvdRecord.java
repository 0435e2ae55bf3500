package io.firmament.analysis.advisory.feeds;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// One element of `vulnerabilities` of the NVD CVE API 2.0, feed file or API page.
final class NvdRecord {
  private static final Pattern CVE_ID = Pattern.compile("CVE-\\d{4}-\\d{4,19}");
  private static final List<String> METRICS =
      List.of("cvssMetricV31", "cvssMetricV40", "cvssMetricV30", "cvssMetricV2");

  private final JsonValue cve;
  private final CpeConfigurations configurations = new CpeConfigurations();

  private final JsonValue annotation;

  /// @param element whose field `cve` is the record; others who curate write `_annotation` beside
  ///     it
  NvdRecord(JsonValue element) {
    this.cve = element.field("cve");
    this.annotation = element.field("_annotation");
  }

  /// What could not be taken although the record as a whole could.
  List<String> problems() {
    return configurations.problems();
  }

  VulnerabilityFacts facts() throws MalformedRecord {
    String id =
        cve.field("id")
            .text()
            .or(() -> annotation.field("cve_id").text())
            .filter(text -> CVE_ID.matcher(text).matches())
            .orElseThrow(() -> new MalformedRecord("no CVE id"));
    String description = description();
    boolean rejected =
        cve.field("vulnStatus").text().filter("Rejected"::equalsIgnoreCase).isPresent()
            || description.startsWith("** REJECT **");
    JsonValue metric = metric();
    Optional<Double> score = metric.field("baseScore").number().filter(s -> s >= 0 && s <= 10);
    return VulnerabilityFacts.of(id, source())
        .modified(
            cve.field("lastModified")
                .text()
                .or(() -> annotation.field("modified").text())
                .orElse(""))
        .rejected(rejected)
        .disputed(disputed(description))
        .description(description)
        .cvss(score.orElse(null), metric.field("vectorString").text().orElse(null))
        .configurations(rejected ? List.of() : configurations.read(id, cve, "configurations"))
        .build();
  }

  /// Records without any words are those of others, who have added configurations to the NVD's.
  private VulnerabilityFacts.Source source() {
    boolean own = !cve.field("descriptions").isMissing() || !cve.field("vulnStatus").isMissing();
    return own ? VulnerabilityFacts.Source.NVD : VulnerabilityFacts.Source.NVD_OVERRIDE;
  }

  private String description() throws MalformedRecord {
    for (JsonValue description : cve.field("descriptions").items("descriptions")) {
      if (description.field("lang").text().filter("en"::equals).isPresent()) {
        return description.field("value").text().orElse("");
      }
    }
    return "";
  }

  private boolean disputed(String description) throws MalformedRecord {
    for (JsonValue tagged : cve.field("cveTags").items("cveTags")) {
      for (JsonValue tag : tagged.field("tags").items("tags")) {
        if (tag.text().filter("disputed"::equals).isPresent()) {
          return true;
        }
      }
    }
    return description.toUpperCase(Locale.ROOT).startsWith("** DISPUTED **");
  }

  /// The `cvssData` of the primary source of the first metric that there is, or of any source.
  private JsonValue metric() throws MalformedRecord {
    for (String name : METRICS) {
      List<JsonValue> metrics = cve.field("metrics").field(name).items(name);
      for (JsonValue metric : metrics) {
        if (metric.field("type").text().filter("Primary"::equals).isPresent()) {
          return metric.field("cvssData");
        }
      }
      if (!metrics.isEmpty()) {
        return metrics.getFirst().field("cvssData");
      }
    }
    return new JsonValue.Missing();
  }
}
