package io.firmament.analysis.advisory.index;

import io.firmament.analysis.advisory.cpe.Cpe;
import io.firmament.analysis.advisory.cpe.CpeAttribute;
import io.firmament.analysis.advisory.feeds.Condition;
import io.firmament.analysis.advisory.feeds.Criterion;
import io.firmament.analysis.advisory.feeds.KnownExploited;
import io.firmament.analysis.advisory.feeds.VulnerabilityFacts;
import io.firmament.base.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Writes the index file of what a spool holds; the same facts give the same bytes.
public final class IndexWriter {
  private final FactSpool spool;
  private final StringPool strings = new StringPool();
  private final List<String> keys = new ArrayList<>();
  private final Map<String, Integer> keyNumbers = new HashMap<>();
  private final CriterionColumns criteria = new CriterionColumns();
  private final IntColumn conditions = new IntColumn();
  private final IntColumn cves = new IntColumn();
  private int exploited;

  private IndexWriter(FactSpool spool) {
    this.spool = spool;
  }

  /// Writes the file in one piece: either it is there whole, or it is as it was.
  public static IndexTotals write(FactSpool spool, List<FeedNote> feeds, Path out)
      throws IOException {
    spool.finish();
    return new IndexWriter(spool).writeTo(feeds, out);
  }

  private IndexTotals writeTo(List<FeedNote> feeds, Path out) throws IOException {
    try (SectionedFile file = SectionedFile.beside(out)) {
      file.begin("COLD");
      int count = 0;
      for (String id : spool.ids()) {
        add(count++, spool.merged(id), file);
      }
      int[] order = sortedByKey();
      writeKeys(order, file);
      writeCriteria(order, file);
      file.begin("COND");
      file.ints(conditions);
      file.begin("CVES");
      file.ints(cves);
      file.begin("STRINGS");
      file.bytes(strings.toBytes());
      file.end();
      byte[] meta = IndexManifest.write(feeds, file.digests());
      file.begin("META");
      file.bytes(meta);
      file.end();
      int[] counts = {count, criteria.size(), keys.size(), exploited};
      return file.publish(counts, Sha256.of(meta), out);
    }
  }

  private void add(int number, VulnerabilityFacts facts, SectionedFile file) throws IOException {
    Optional<KnownExploited> row = spool.exploited(facts.id());
    byte[] description = facts.description().getBytes(StandardCharsets.UTF_8);
    cves.add(strings.add(facts.id()));
    cves.add(text(facts.vector()));
    cves.add(Math.toIntExact(file.sectionLength()));
    cves.add(description.length);
    file.bytes(description);
    cves.add(score(facts.score()) | flags(facts, row) << 16);
    cves.add(text(row.map(KnownExploited::dateAdded).orElse(null)));
    cves.add(strings.add(String.join(" ", facts.aliases())));
    cves.add(strings.add(facts.modified()));
    exploited += row.isPresent() ? 1 : 0;
    for (Condition configuration : facts.configurations()) {
      addConfiguration(number, configuration);
    }
  }

  private static int score(@Nullable Double score) {
    return score == null ? IndexLayout.NO_SCORE : (int) Math.round(score * 10);
  }

  private static int flags(VulnerabilityFacts facts, Optional<KnownExploited> row) {
    int flags = facts.rejected() ? IndexLayout.REJECTED : 0;
    flags |= facts.disputed() ? IndexLayout.DISPUTED : 0;
    flags |= row.isPresent() ? IndexLayout.EXPLOITED : 0;
    flags |= row.isPresent() && row.get().ransomware() ? IndexLayout.RANSOMWARE : 0;
    return flags
        | (facts.source() == VulnerabilityFacts.Source.FIRMAMENT ? IndexLayout.OWN_FACTS : 0);
  }

  /// A choice of vulnerable products alone needs no tree: any one of them suffices.
  private void addConfiguration(int cve, Condition configuration) {
    Optional<List<Criterion>> simple = alternatives(configuration);
    if (simple.isPresent()) {
      simple.get().forEach(criterion -> addCriterion(cve, -1, criterion));
    } else {
      addTree(cve, conditions.size(), configuration);
    }
  }

  private static Optional<List<Criterion>> alternatives(Condition condition) {
    return switch (condition) {
      case Criterion criterion ->
          Optional.of(List.of(criterion)).filter(l -> l.getFirst().vulnerable());
      case Condition.Any any when !any.negated() -> {
        List<Optional<List<Criterion>>> parts =
            any.children().stream().map(IndexWriter::alternatives).toList();
        yield parts.stream().allMatch(Optional::isPresent)
            ? Optional.of(parts.stream().flatMap(Optional::stream).flatMap(List::stream).toList())
            : Optional.empty();
      }
      case Condition.Any _, Condition.All _ -> Optional.empty();
    };
  }

  private void addTree(int cve, int root, Condition condition) {
    switch (condition) {
      case Criterion criterion -> conditions.add(addCriterion(cve, root, criterion) << 2);
      case Condition.All all -> addNode(cve, root, IndexLayout.ALL, all.negated(), all.children());
      case Condition.Any any -> addNode(cve, root, IndexLayout.ANY, any.negated(), any.children());
    }
  }

  private void addNode(int cve, int root, int kind, boolean negated, List<Condition> children) {
    conditions.add(children.size() << 3 | (negated ? IndexLayout.NEGATED : 0) | kind);
    children.forEach(child -> addTree(cve, root, child));
  }

  private int addCriterion(int cve, int condition, Criterion criterion) {
    Cpe cpe = criterion.cpe();
    int key = keyNumbers.computeIfAbsent(cpe.key(), this::newKey);
    int part = IndexLayout.PARTS.indexOf(cpe.value(CpeAttribute.PART));
    int flags = criterion.vulnerable() ? IndexLayout.VULNERABLE : 0;
    flags |= criterion.fromExcluded() ? IndexLayout.FROM_EXCLUDED : 0;
    flags |= criterion.toExcluded() ? IndexLayout.TO_EXCLUDED : 0;
    return criteria.add(
        cve,
        condition,
        key,
        strings.add(cpe.value(CpeAttribute.VERSION)),
        strings.add(cpe.value(CpeAttribute.UPDATE)),
        text(criterion.from()),
        text(criterion.to()),
        strings.add(otherAttributes(cpe)),
        flags | part << IndexLayout.PART_SHIFT);
  }

  private int newKey(String key) {
    keys.add(key);
    return keys.size() - 1;
  }

  /// Edition to other, colon-separated; empty where all are ANY.
  private static String otherAttributes(Cpe cpe) {
    String joined =
        Stream.of(CpeAttribute.values()).skip(5).map(cpe::value).collect(Collectors.joining(":"));
    return joined.equals("*:*:*:*:*:*") ? "" : joined;
  }

  private int text(@Nullable String text) {
    return text == null ? 0 : strings.add(text);
  }

  /// The criteria by key and, within a key, in the order they came; renumbers keys and leaves.
  private int[] sortedByKey() {
    List<String> sorted = keys.stream().sorted().toList();
    int[] rank = new int[keys.size()];
    for (int i = 0; i < sorted.size(); i++) {
      rank[keyNumbers.getOrDefault(sorted.get(i), 0)] = i;
    }
    long[] rows = new long[criteria.size()];
    for (int i = 0; i < rows.length; i++) {
      criteria.key(i, rank[criteria.key(i)]);
      rows[i] = (long) criteria.key(i) << 32 | i;
    }
    Arrays.sort(rows);
    int[] order = new int[rows.length];
    int[] place = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      order[i] = (int) rows[i];
      place[order[i]] = i;
    }
    for (int i = 0; i < conditions.size(); i++) {
      int token = conditions.get(i);
      if ((token & 3) == 0) {
        conditions.set(i, place[token >>> 2] << 2);
      }
    }
    keys.sort(null);
    return order;
  }

  private void writeKeys(int[] order, SectionedFile file) throws IOException {
    file.begin("KEYS");
    int first = 0;
    for (int key = 0; key < keys.size(); key++) {
      int end = first;
      while (end < order.length && criteria.key(order[end]) == key) {
        end++;
      }
      file.integer(strings.add(keys.get(key)));
      file.integer(first);
      file.integer(end - first);
      first = end;
    }
  }

  private void writeCriteria(int[] order, SectionedFile file) throws IOException {
    file.begin("CRIT");
    for (int row : order) {
      criteria.write(row, file);
    }
  }
}
