package io.firmament.analysis.advisory.index;

import io.firmament.analysis.advisory.feeds.Condition;
import io.firmament.analysis.advisory.feeds.DistributionFact;
import io.firmament.analysis.advisory.feeds.ExploitForecast;
import io.firmament.analysis.advisory.feeds.Fact;
import io.firmament.analysis.advisory.feeds.KnownExploited;
import io.firmament.analysis.advisory.feeds.VulnerabilityFacts;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;

/// Facts as bytes, for the files between reading feeds and writing the index. A record begins with
/// the ids, so that these can be read alone.
final class FactCodec {
  private FactCodec() {}

  /// The ids of a fact.
  ///
  /// @param aliases of the same vulnerability
  /// @param bundled the vulnerabilities that it is about, where it is an advisory about several
  record Ids(String id, List<String> aliases, List<String> bundled) {}

  static byte[] bytes(Fact fact) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    DataOutputStream out = new DataOutputStream(bytes);
    ClaimCodec.text(fact.id(), out);
    switch (fact) {
      case VulnerabilityFacts facts -> {
        ClaimCodec.texts(facts.aliases(), out);
        ClaimCodec.texts(facts.bundled(), out);
        out.writeByte(0);
        vulnerability(facts, out);
      }
      case KnownExploited row -> {
        other(1, out);
        ClaimCodec.text(row.dateAdded(), out);
        out.writeBoolean(row.ransomware());
      }
      case ExploitForecast row -> {
        other(2, out);
        out.writeFloat(row.probability());
        out.writeFloat(row.percentile());
        ClaimCodec.text(row.day(), out);
      }
      case DistributionFact row -> {
        other(3, out);
        ClaimCodec.text(row.source().name(), out);
        ClaimCodec.text(row.distribution(), out);
        ClaimCodec.text(row.sourcePackage(), out);
        ClaimCodec.text(row.description(), out);
        ClaimCodec.releases(row.releases(), out);
      }
    }
    return bytes.toByteArray();
  }

  private static void other(int kind, DataOutputStream out) throws IOException {
    ClaimCodec.texts(List.of(), out);
    ClaimCodec.texts(List.of(), out);
    out.writeByte(kind);
  }

  static Ids ids(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    return new Ids(ClaimCodec.text(in), ClaimCodec.texts(in), ClaimCodec.texts(in));
  }

  static Fact read(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    String id = ClaimCodec.text(in);
    List<String> aliases = ClaimCodec.texts(in);
    List<String> bundled = ClaimCodec.texts(in);
    return switch (in.readByte()) {
      case 0 -> vulnerability(id, aliases, bundled, in);
      case 1 -> new KnownExploited(id, ClaimCodec.text(in), in.readBoolean());
      case 2 -> new ExploitForecast(id, in.readFloat(), in.readFloat(), ClaimCodec.text(in));
      case 3 -> {
        VulnerabilityFacts.Source source = source(in);
        yield new DistributionFact(
            source,
            id,
            ClaimCodec.text(in),
            ClaimCodec.text(in),
            ClaimCodec.text(in),
            ClaimCodec.releases(in));
      }
      default -> throw ClaimCodec.damaged();
    };
  }

  private static VulnerabilityFacts.Source source(DataInputStream in) throws IOException {
    try {
      return VulnerabilityFacts.Source.valueOf(ClaimCodec.text(in));
    } catch (IllegalArgumentException e) {
      throw ClaimCodec.damaged();
    }
  }

  private static void vulnerability(VulnerabilityFacts facts, DataOutputStream out)
      throws IOException {
    ClaimCodec.text(facts.source().name(), out);
    ClaimCodec.text(facts.modified(), out);
    out.writeBoolean(facts.rejected());
    out.writeBoolean(facts.disputed());
    ClaimCodec.text(facts.description(), out);
    out.writeDouble(facts.score() == null ? -1 : facts.score());
    ClaimCodec.optional(facts.vector(), out);
    ClaimCodec.optional(facts.ssvc(), out);
    ClaimCodec.optional(facts.reason(), out);
    out.writeBoolean(facts.replaces());
    ClaimCodec.number(facts.configurations().size(), out);
    for (Condition condition : facts.configurations()) {
      ConditionCodec.write(condition, out);
    }
    ClaimCodec.number(facts.products().size(), out);
    for (var product : facts.products()) {
      ClaimCodec.product(product, out);
    }
    ClaimCodec.number(facts.packages().size(), out);
    for (var each : facts.packages()) {
      ClaimCodec.packageVersions(each, out);
    }
  }

  private static VulnerabilityFacts vulnerability(
      String id, List<String> aliases, List<String> bundled, DataInputStream in)
      throws IOException {
    VulnerabilityFacts.Builder facts =
        VulnerabilityFacts.of(id, source(in))
            .aliases(aliases)
            .bundled(bundled)
            .modified(ClaimCodec.text(in))
            .rejected(in.readBoolean())
            .disputed(in.readBoolean())
            .description(ClaimCodec.text(in));
    double score = in.readDouble();
    return facts
        .cvss(score < 0 ? null : score, ClaimCodec.optional(in))
        .ssvc(ClaimCodec.optional(in))
        .reason(ClaimCodec.optional(in))
        .replaces(in.readBoolean())
        .configurations(ClaimCodec.list(in, ConditionCodec::read))
        .products(ClaimCodec.list(in, ClaimCodec::product))
        .packages(ClaimCodec.list(in, ClaimCodec::packageVersions))
        .build();
  }
}
