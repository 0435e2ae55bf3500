package io.firmament.analysis.advisory.feeds;

import io.firmament.analysis.advisory.cpe.Cpe;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One element of `vulnerabilities` of the NVD CVE API 2.0, feed file or API page.
final class NvdRecord {
  private static final Pattern CVE_ID = Pattern.compile("CVE-\\d{4}-\\d{4,19}");
  private static final List<String> METRICS =
      List.of("cvssMetricV31", "cvssMetricV40", "cvssMetricV30", "cvssMetricV2");

  private final JsonValue cve;
  private final List<String> problems = new ArrayList<>();

  NvdRecord(JsonValue cve) {
    this.cve = cve;
  }

  /// What could not be taken although the record as a whole could.
  List<String> problems() {
    return problems;
  }

  VulnerabilityFacts facts() throws MalformedRecord {
    String id =
        cve.field("id")
            .text()
            .filter(text -> CVE_ID.matcher(text).matches())
            .orElseThrow(() -> new MalformedRecord("no CVE id"));
    String description = description();
    boolean rejected =
        cve.field("vulnStatus").text().filter("Rejected"::equalsIgnoreCase).isPresent()
            || description.startsWith("** REJECT **");
    JsonValue metric = metric();
    Optional<Double> score = metric.field("baseScore").number().filter(s -> s >= 0 && s <= 10);
    return new VulnerabilityFacts(
        id,
        VulnerabilityFacts.Source.NVD,
        cve.field("lastModified").text().orElse(""),
        List.of(),
        rejected,
        disputed(description),
        description,
        score.orElse(null),
        metric.field("vectorString").text().orElse(null),
        rejected ? List.of() : configurations(id));
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

  private List<Condition> configurations(String id) throws MalformedRecord {
    List<Condition> conditions = new ArrayList<>();
    for (JsonValue configuration : cve.field("configurations").items("configurations")) {
      List<Condition> nodes = new ArrayList<>();
      for (JsonValue node : configuration.field("nodes").items("nodes")) {
        nodes.add(node(id, node));
      }
      if (!nodes.isEmpty()) {
        conditions.add(combined(configuration, nodes));
      }
    }
    return conditions;
  }

  private Condition node(String id, JsonValue node) throws MalformedRecord {
    List<Condition> children = new ArrayList<>();
    for (JsonValue match : node.field("cpeMatch").items("cpeMatch")) {
      Criterion criterion = criterion(match);
      if (criterion == null) {
        problems.add(
            id + ": no CPE 2.3 name: " + shortened(match.field("criteria").text().orElse("")));
      } else {
        children.add(criterion);
      }
    }
    for (JsonValue child : node.field("children").items("children")) {
      children.add(node(id, child));
    }
    return combined(node, children);
  }

  private static Condition combined(JsonValue node, List<Condition> children)
      throws MalformedRecord {
    String operator = node.field("operator").text().orElse("OR");
    boolean negated = node.field("negate").isTrue();
    if (children.size() == 1 && !negated) {
      return children.getFirst();
    }
    return switch (operator) {
      case "AND" -> new Condition.All(children, negated);
      case "OR" -> new Condition.Any(children, negated);
      default -> throw new MalformedRecord("unknown operator " + shortened(operator));
    };
  }

  private static @Nullable Criterion criterion(JsonValue match) {
    Optional<Cpe> cpe = match.field("criteria").text().flatMap(Cpe::parse);
    if (cpe.isEmpty()) {
      return null;
    }
    Optional<String> startExcluding = match.field("versionStartExcluding").text();
    Optional<String> endExcluding = match.field("versionEndExcluding").text();
    Optional<String> start = startExcluding.or(() -> match.field("versionStartIncluding").text());
    Optional<String> end = endExcluding.or(() -> match.field("versionEndIncluding").text());
    return new Criterion(
        match.field("vulnerable").isTrue(),
        cpe.get(),
        start.orElse(null),
        startExcluding.isPresent(),
        end.orElse(null),
        endExcluding.isPresent());
  }

  static String shortened(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "...";
  }
}
