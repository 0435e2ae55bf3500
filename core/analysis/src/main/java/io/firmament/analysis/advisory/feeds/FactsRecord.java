package io.firmament.analysis.advisory.feeds;

import io.firmament.analysis.advisory.cpe.Cpe;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One element of `facts` of a `firmament-facts/1` document, the form that we write ourselves.
///
/// `affected` has objects with `cpe`, and for a range `from`, `after`, `to` (included) or `before`
/// (excluded); `on` lists CPE names of which one must be the platform.
final class FactsRecord {
  private final JsonValue fact;

  FactsRecord(JsonValue fact) {
    this.fact = fact;
  }

  VulnerabilityFacts facts() throws MalformedRecord {
    String id = fact.field("id").text().orElseThrow(() -> new MalformedRecord("no id"));
    List<String> aliases = new ArrayList<>();
    for (JsonValue alias : fact.field("aliases").items("aliases")) {
      alias.text().ifPresent(aliases::add);
    }
    List<Condition> configurations = new ArrayList<>();
    for (JsonValue affected : fact.field("affected").items("affected")) {
      configurations.add(affected(id, affected));
    }
    return VulnerabilityFacts.of(id, VulnerabilityFacts.Source.FIRMAMENT)
        .aliases(aliases)
        .disputed(fact.field("disputed").isTrue())
        .description(fact.field("description").text().orElse(""))
        .cvss(fact.field("score").number().orElse(null), fact.field("cvss").text().orElse(null))
        .configurations(configurations)
        .build();
  }

  /// When CISA listed it as exploited, where `exploitedSince` says so.
  Optional<KnownExploited> exploited() {
    Optional<String> id = fact.field("id").text();
    Optional<String> since = fact.field("exploitedSince").text();
    return id.isPresent() && since.isPresent()
        ? Optional.of(new KnownExploited(id.get(), since.get(), false))
        : Optional.empty();
  }

  static Condition affected(String id, JsonValue affected) throws MalformedRecord {
    Optional<String> after = affected.field("after").text();
    Optional<String> before = affected.field("before").text();
    Condition subject =
        new Criterion(
            true,
            cpe(id, affected.field("cpe")),
            after.or(() -> affected.field("from").text()).orElse(null),
            after.isPresent(),
            before.or(() -> affected.field("to").text()).orElse(null),
            before.isPresent());
    List<Condition> platforms = new ArrayList<>();
    for (JsonValue platform : affected.field("on").items("on")) {
      platforms.add(new Criterion(false, cpe(id, platform), null, false, null, false));
    }
    return platforms.isEmpty()
        ? subject
        : new Condition.All(List.of(subject, new Condition.Any(platforms, false)), false);
  }

  private static Cpe cpe(String id, JsonValue value) throws MalformedRecord {
    return value
        .text()
        .flatMap(Cpe::parse)
        .orElseThrow(() -> new MalformedRecord(id + ": no CPE 2.3 name"));
  }
}
