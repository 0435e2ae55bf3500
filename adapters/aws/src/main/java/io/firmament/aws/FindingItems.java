package io.firmament.aws;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.firmament.base.AnalysisId;
import io.firmament.base.FirmwareId;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Issue;
import io.firmament.platform.firmware.Affected;
import io.firmament.platform.firmware.AnalysisKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// How findings are written as items: their JSON, compressed. An item ends at 400 KB; what is
/// larger is stored with fewer paths, of which the analysis' documents have all.
final class FindingItems {
  private static final int BODY_LIMIT = 300_000;
  private static final int FEWER = 20;

  private final JsonType<Component> components;
  private final JsonType<Issue> issues;
  private final JsonType<CveMatch> matches;

  FindingItems() {
    Jsonb jsonb = Jsonb.builder().build();
    components = jsonb.type(Component.class);
    issues = jsonb.type(Issue.class);
    matches = jsonb.type(CveMatch.class);
  }

  Map<String, AttributeValue> of(String pk, Component component) {
    return item(
        pk, FirmwareKeys.of(component), component, components, FindingItems::withFewerPaths);
  }

  Map<String, AttributeValue> of(String pk, Issue issue) {
    return item(pk, FirmwareKeys.of(issue), issue, issues, FindingItems::withFewerPaths);
  }

  Map<String, AttributeValue> of(String pk, CveMatch match) {
    return item(pk, FirmwareKeys.of(match), match, matches, UnaryOperator.identity());
  }

  Component component(Map<String, AttributeValue> item) {
    return components.fromJson(unpack(item));
  }

  Issue issue(Map<String, AttributeValue> item) {
    return issues.fromJson(unpack(item));
  }

  CveMatch match(Map<String, AttributeValue> item) {
    return matches.fromJson(unpack(item));
  }

  /// Where the vulnerabilities of an analysis are, one item for each id of each match.
  Collection<Map<String, AttributeValue>> places(AnalysisKey key, List<CveMatch> found) {
    Map<String, Map<String, AttributeValue>> places = new LinkedHashMap<>();
    for (CveMatch match : found) {
      for (String id : FirmwareKeys.ids(match)) {
        Map<String, AttributeValue> item = affected(key, id, match);
        places.putIfAbsent(Items.text(item, "pk") + " " + Items.text(item, "sk"), item);
      }
    }
    return places.values();
  }

  private Map<String, AttributeValue> affected(AnalysisKey key, String id, CveMatch match) {
    Map<String, AttributeValue> item =
        item(
            FirmwareKeys.vulnerability(key.tenant(), id),
            FirmwareKeys.affected(key, match),
            match,
            matches,
            UnaryOperator.identity());
    item.put("firmware", Items.string(key.firmware().toString()));
    item.put("analysis", Items.string(key.analysis().toString()));
    return item;
  }

  Affected affected(Map<String, AttributeValue> item) {
    return new Affected(
        FirmwareId.parse(Items.text(item, "firmware")).orElseThrow(),
        AnalysisId.parse(Items.text(item, "analysis")).orElseThrow(),
        match(item));
  }

  private static <T> Map<String, AttributeValue> item(
      String pk, String sk, T value, JsonType<T> type, UnaryOperator<T> smaller) {
    byte[] body = pack(type.toJsonBytes(value));
    if (body.length > BODY_LIMIT) {
      body = pack(type.toJsonBytes(smaller.apply(value)));
    }
    Map<String, AttributeValue> item = Items.item(pk, sk);
    item.put("body", AttributeValue.builder().b(SdkBytes.fromByteArrayUnsafe(body)).build());
    return item;
  }

  private static byte[] pack(byte[] json) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }

  private static byte[] unpack(Map<String, AttributeValue> item) {
    AttributeValue body = item.get("body");
    if (body == null) {
      throw new IllegalStateException("a finding lacks its body");
    }
    try (GZIPInputStream in =
        new GZIPInputStream(new ByteArrayInputStream(body.b().asByteArray()))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Component withFewerPaths(Component c) {
    return new Component(
        c.id(),
        c.type(),
        c.name(),
        c.version(),
        c.update(),
        c.vendor(),
        c.product(),
        c.cpe(),
        c.purl(),
        c.licenses(),
        c.sourcePackage(),
        c.distribution(),
        c.cryptographic(),
        few(c.paths()),
        c.fileCount(),
        few(c.evidence()));
  }

  private static Issue withFewerPaths(Issue i) {
    return new Issue(
        i.id(),
        i.rule(),
        i.type(),
        i.severity(),
        i.confidence(),
        i.summary(),
        i.elf(),
        i.cwe(),
        few(i.paths()),
        i.facts());
  }

  private static <T> List<T> few(List<T> all) {
    return all.subList(0, Math.min(all.size(), FEWER));
  }
}
