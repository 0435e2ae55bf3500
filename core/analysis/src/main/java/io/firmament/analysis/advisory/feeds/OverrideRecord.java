package io.firmament.analysis.advisory.feeds;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One element of `overrides` of a `firmament-overrides/1` document: what an operator knows better
/// than the feeds, with the reason why. docs/reference/feeds.md describes it.
final class OverrideRecord {
  private static final Pattern DISTRIBUTION = Pattern.compile("([a-z]+)-(\\d[\\d.]*)");

  private final JsonValue json;

  OverrideRecord(JsonValue json) {
    this.json = json;
  }

  List<Fact> facts() throws MalformedRecord {
    String id = required(json, "id");
    String reason = required(json, "reason");
    List<Condition> configurations = new ArrayList<>();
    for (JsonValue affected : json.field("affected").items("affected")) {
      configurations.add(FactsRecord.affected(id, affected));
    }
    Optional<Double> score = json.field("score").number();
    if (score.isPresent() && (score.get() < 0 || score.get() > 10)) {
      throw new MalformedRecord(id + ": the score is not between 0 and 10");
    }
    List<Fact> facts = new ArrayList<>();
    facts.add(
        VulnerabilityFacts.of(id, VulnerabilityFacts.Source.OVERRIDE)
            .modified(json.field("modified").text().orElse(""))
            .rejected(json.field("rejected").isTrue())
            .disputed(json.field("disputed").isTrue())
            .description(json.field("description").text().orElse(""))
            .cvss(score.orElse(null), json.field("cvss").text().orElse(null))
            .reason(reason)
            .replaces(!json.field("affected").isMissing())
            .configurations(configurations)
            .build());
    for (JsonValue fixed : json.field("distributions").items("distributions")) {
      facts.add(distribution(id, fixed));
    }
    return facts;
  }

  private static DistributionFact distribution(String id, JsonValue fixed) throws MalformedRecord {
    Matcher distribution = DISTRIBUTION.matcher(required(fixed, "distribution"));
    if (!distribution.matches()) {
      throw new MalformedRecord(id + ": the distribution is not of the form debian-12");
    }
    String grade = fixed.field("grade").text().orElse("normal");
    DistributionFact.Grade known;
    try {
      known = DistributionFact.Grade.valueOf(grade.toUpperCase(Locale.ROOT).replace('-', '_'));
    } catch (IllegalArgumentException e) {
      throw new MalformedRecord(id + ": no grade " + JsonValue.shortened(grade));
    }
    return new DistributionFact(
        VulnerabilityFacts.Source.OVERRIDE,
        id,
        distribution.group(1),
        required(fixed, "package"),
        "",
        List.of(
            new DistributionFact.Release(
                distribution.group(2), fixed.field("fixedIn").text().orElse(""), known)));
  }

  private static String required(JsonValue holder, String field) throws MalformedRecord {
    return holder
        .field(field)
        .text()
        .filter(text -> !text.isBlank())
        .orElseThrow(() -> new MalformedRecord("no " + field));
  }
}
