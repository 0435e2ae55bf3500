package io.firmament.analysis.advisory.feeds;

import io.firmament.analysis.advisory.cpe.Cpe;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads CPE applicability as the NVD writes it, and CVE records since 5.1.
final class CpeConfigurations {
  private final List<String> problems = new ArrayList<>();

  /// What could not be taken although the rest could.
  List<String> problems() {
    return problems;
  }

  /// @param field of the record that holds the configurations
  List<Condition> read(String id, JsonValue record, String field) throws MalformedRecord {
    List<Condition> conditions = new ArrayList<>();
    for (JsonValue configuration : record.field(field).items(field)) {
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
            id
                + ": no CPE 2.3 name: "
                + JsonValue.shortened(match.field("criteria").text().orElse("")));
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
      default -> throw new MalformedRecord("unknown operator " + JsonValue.shortened(operator));
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
}
