package io.firmament.analysis.advisory.index;

import io.firmament.analysis.advisory.cpe.Cpe;
import io.firmament.analysis.advisory.feeds.Condition;
import io.firmament.analysis.advisory.feeds.Criterion;
import io.firmament.analysis.advisory.feeds.VulnerabilityFacts;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Facts as bytes, for the spool between reading feeds and writing the index.
final class FactCodec {
  private static final int LEAF = 0;
  private static final int ALL = 1;
  private static final int ANY = 2;

  private FactCodec() {}

  static void write(VulnerabilityFacts facts, DataOutputStream out) throws IOException {
    text(facts.id(), out);
    text(facts.source().name(), out);
    text(facts.modified(), out);
    text(String.join(" ", facts.aliases()), out);
    out.writeBoolean(facts.rejected());
    out.writeBoolean(facts.disputed());
    text(facts.description(), out);
    text(facts.score() == null ? null : String.valueOf(facts.score()), out);
    text(facts.vector(), out);
    conditions(facts.configurations(), out);
  }

  static VulnerabilityFacts read(DataInputStream in) throws IOException {
    String id = required(in);
    VulnerabilityFacts.Source source = VulnerabilityFacts.Source.valueOf(required(in));
    String modified = required(in);
    String aliases = required(in);
    boolean rejected = in.readBoolean();
    boolean disputed = in.readBoolean();
    String description = required(in);
    String score = text(in);
    String vector = text(in);
    return new VulnerabilityFacts(
        id,
        source,
        modified,
        aliases.isEmpty() ? List.of() : List.of(aliases.split(" ")),
        rejected,
        disputed,
        description,
        score == null ? null : Double.valueOf(score),
        vector,
        conditions(in));
  }

  private static void conditions(List<Condition> conditions, DataOutputStream out)
      throws IOException {
    out.writeInt(conditions.size());
    for (Condition condition : conditions) {
      condition(condition, out);
    }
  }

  private static List<Condition> conditions(DataInputStream in) throws IOException {
    int count = in.readInt();
    List<Condition> conditions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      conditions.add(condition(in));
    }
    return conditions;
  }

  private static void condition(Condition condition, DataOutputStream out) throws IOException {
    switch (condition) {
      case Condition.All all -> {
        out.writeByte(ALL);
        out.writeBoolean(all.negated());
        conditions(all.children(), out);
      }
      case Condition.Any any -> {
        out.writeByte(ANY);
        out.writeBoolean(any.negated());
        conditions(any.children(), out);
      }
      case Criterion criterion -> {
        out.writeByte(LEAF);
        out.writeBoolean(criterion.vulnerable());
        text(criterion.cpe().toString(), out);
        text(criterion.from(), out);
        out.writeBoolean(criterion.fromExcluded());
        text(criterion.to(), out);
        out.writeBoolean(criterion.toExcluded());
      }
    }
  }

  private static Condition condition(DataInputStream in) throws IOException {
    int kind = in.readByte();
    boolean flag = in.readBoolean();
    return switch (kind) {
      case ALL -> new Condition.All(conditions(in), flag);
      case ANY -> new Condition.Any(conditions(in), flag);
      case LEAF -> criterion(flag, in);
      default -> throw new IOException("the spool is damaged");
    };
  }

  private static Criterion criterion(boolean vulnerable, DataInputStream in) throws IOException {
    Cpe cpe = Cpe.parse(required(in)).orElseThrow(() -> new IOException("the spool is damaged"));
    String from = text(in);
    boolean fromExcluded = in.readBoolean();
    String to = text(in);
    return new Criterion(vulnerable, cpe, from, fromExcluded, to, in.readBoolean());
  }

  private static void text(@Nullable String text, DataOutputStream out) throws IOException {
    byte[] utf8 = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(text == null ? -1 : utf8.length);
    out.write(utf8);
  }

  private static @Nullable String text(DataInputStream in) throws IOException {
    int length = in.readInt();
    return length < 0 ? null : new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  private static String required(DataInputStream in) throws IOException {
    String text = text(in);
    if (text == null) {
      throw new IOException("the spool is damaged");
    }
    return text;
  }
}
