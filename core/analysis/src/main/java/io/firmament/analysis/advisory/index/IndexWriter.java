package io.firmament.analysis.advisory.index;

import io.firmament.analysis.advisory.cpe.Cpe;
import io.firmament.analysis.advisory.cpe.CpeAttribute;
import io.firmament.analysis.advisory.feeds.Condition;
import io.firmament.analysis.advisory.feeds.Criterion;
import io.firmament.analysis.advisory.feeds.DistributionFact;
import io.firmament.analysis.advisory.feeds.ExploitForecast;
import io.firmament.analysis.advisory.feeds.Fact;
import io.firmament.analysis.advisory.feeds.PackageVersions;
import io.firmament.analysis.advisory.feeds.ProductVersions;
import io.firmament.base.Sha256;
import io.firmament.base.finding.VulnerabilitySource;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Writes the index file of what feeds gave; the same facts give the same bytes.
///
/// The facts are sorted by vulnerability on disk, merged one vulnerability at a time, and what they
/// say of products and packages is sorted by these in the same way. In the heap are the strings
/// once each, the condition trees, four bytes for each criterion, and the ids that have aliases.
public final class IndexWriter implements AutoCloseable {
  private static final long SORT_MEMORY = 32L << 20;
  private static final int NOWHERE = -1;

  private final StringPool strings = new StringPool();
  private final IntColumn conditions = new IntColumn();
  private final SortedSet<String> distributions = new TreeSet<>();
  private final ExternalSort facts;
  private final ExternalSort criteria;
  private final ExternalSort claims;
  private final SectionFile cves;
  private final SectionFile blob;
  private int exploited;
  private int vulnerabilities;

  private IndexWriter(Path folder, long memory) throws IOException {
    facts = new ExternalSort(folder, memory);
    criteria = new ExternalSort(folder, memory);
    claims = new ExternalSort(folder, memory);
    cves = SectionFile.in(folder);
    blob = SectionFile.in(folder);
  }

  /// Writes the file in one piece: either it is there whole, or it is as it was.
  ///
  /// @param feeds in the order in which the later one of two equal records counts
  /// @param folder for temporary files; these are gone at the end
  public static IndexTotals write(List<FeedFile> feeds, List<FeedNote> notes, Path folder, Path out)
      throws IOException {
    return write(feeds, notes, folder, out, SORT_MEMORY);
  }

  /// The same with that much heap for each of the three sorts.
  static IndexTotals write(
      List<FeedFile> feeds, List<FeedNote> notes, Path folder, Path out, long memory)
      throws IOException {
    try (IndexWriter writer = new IndexWriter(folder, memory)) {
      writer.gather(feeds);
      return writer.writeTo(notes, out);
    }
  }

  @Override
  public void close() throws IOException {
    try (SectionFile _ = cves;
        SectionFile _ = blob;
        ExternalSort _ = facts;
        ExternalSort _ = criteria;
        ExternalSort _ = claims) {
      // closes all of them, whatever one of them throws
    }
  }

  private void gather(List<FeedFile> feeds) throws IOException {
    AliasGroups groups = new AliasGroups();
    for (FeedFile feed : feeds) {
      feed.forEach(
          record -> {
            FactCodec.Ids ids = FactCodec.ids(record);
            if (!ids.aliases().isEmpty()) {
              groups.join(ids.id(), ids.aliases());
            }
          });
    }
    for (FeedFile feed : feeds) {
      feed.forEach(
          record -> {
            FactCodec.Ids ids = FactCodec.ids(record);
            List<String> about = ids.bundled().isEmpty() ? List.of(ids.id()) : ids.bundled();
            for (String id : about) {
              facts.add(groups.of(id).getBytes(StandardCharsets.UTF_8), record);
            }
          });
    }
  }

  private IndexTotals writeTo(List<FeedNote> notes, Path out) throws IOException {
    try (SectionedFile file = SectionedFile.beside(out)) {
      file.begin("COLD");
      Groups groups = new Groups(file);
      facts.forEach(groups::take);
      groups.end();
      file.begin("CRIT");
      Table products = new Table();
      int[] place = new int[Math.toIntExact(criteria.records())];
      criteria.forEach((key, row) -> criterion(products, place, key, row, file));
      file.begin("KEYS");
      file.ints(products.end());
      file.begin("COND");
      for (int i = 0; i < conditions.size(); i++) {
        int token = conditions.get(i);
        file.integer((token & 3) == 0 ? place[token >>> 2] << 2 : token);
      }
      file.begin("CLAIMS");
      Table about = new Table();
      claims.forEach((key, row) -> claim(about, key, row, file));
      file.begin("CKEYS");
      file.ints(about.end());
      file.begin("CVES");
      cves.copyTo(file);
      file.begin("BLOB");
      blob.copyTo(file);
      file.begin("STRINGS");
      file.bytes(strings.bytes(), strings.size());
      file.end();
      byte[] meta = IndexManifest.write(notes, distributions, file.digests());
      file.begin("META");
      file.bytes(meta);
      file.end();
      int[] counts = {vulnerabilities, place.length, products.count, exploited};
      return file.publish(counts, Sha256.of(meta), out);
    }
  }

  /// The facts of one vulnerability after the other.
  private final class Groups {
    private final SectionedFile file;
    private final List<Fact> gathered = new ArrayList<>();
    private byte[] current = new byte[0];

    Groups(SectionedFile file) {
      this.file = file;
    }

    void take(byte[] id, byte[] record) throws IOException {
      if (!Arrays.equals(id, current)) {
        end();
        current = id;
      }
      gathered.add(FactCodec.read(record));
    }

    void end() throws IOException {
      if (!gathered.isEmpty()) {
        Optional<MergedFacts> merged =
            FactMerge.merge(new String(current, StandardCharsets.UTF_8), gathered);
        if (merged.isPresent()) {
          vulnerability(merged.get(), file);
        }
      }
      gathered.clear();
    }
  }

  private void vulnerability(MergedFacts merged, SectionedFile file) throws IOException {
    int number = vulnerabilities++;
    byte[] description = merged.description().getBytes(StandardCharsets.UTF_8);
    ExploitForecast forecast = merged.forecast();
    exploited += merged.exploited() == null ? 0 : 1;
    cves.integers(
        strings.add(merged.id()),
        text(merged.vector()),
        Math.toIntExact(file.sectionLength()),
        description.length,
        score(merged.score()) | flags(merged) << 16,
        text(merged.exploited() == null ? null : merged.exploited().dateAdded()),
        strings.add(String.join(" ", merged.aliases())),
        strings.add(merged.modified()),
        Float.floatToIntBits(forecast == null ? -1 : forecast.probability()),
        Float.floatToIntBits(forecast == null ? -1 : forecast.percentile()),
        text(merged.ssvc()),
        blob.bytes(details(merged)));
    file.bytes(description);
    for (Condition configuration : merged.configurations()) {
      configuration(number, configuration);
    }
    for (ProductVersions product : merged.products()) {
      claim("m:" + product.key(), number, out -> ClaimCodec.product(product, out));
    }
    for (PackageVersions each : merged.packages()) {
      claim(
          "p:" + each.type() + "/" + each.name(),
          number,
          out -> ClaimCodec.packageVersions(each, out));
    }
    for (DistributionFact each : merged.distributions()) {
      each.releases().forEach(r -> distributions.add(each.distribution() + "-" + r.name()));
      claim(
          "d:" + each.distribution() + "/" + each.sourcePackage(),
          number,
          out -> ClaimCodec.releases(each.releases(), out));
    }
  }

  private interface Writing {
    void to(DataOutputStream out) throws IOException;
  }

  private static byte[] bytes(Writing writing) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
    writing.to(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static byte[] details(MergedFacts merged) throws IOException {
    byte[] body =
        bytes(
            out -> {
              ClaimCodec.optional(merged.reason(), out);
              ClaimCodec.number(merged.sources().size(), out);
              for (VulnerabilitySource source : merged.sources()) {
                ClaimCodec.text(source.source(), out);
                ClaimCodec.text(source.id(), out);
                ClaimCodec.text(source.modified(), out);
              }
            });
    return measured(body);
  }

  private static byte[] measured(byte[] body) {
    return ByteBuffer.allocate(Integer.BYTES + body.length)
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .putInt(body.length)
        .put(body)
        .array();
  }

  private static int score(@Nullable Double score) {
    return score == null ? IndexLayout.NO_SCORE : (int) Math.round(score * 10);
  }

  private static int flags(MergedFacts merged) {
    int flags = merged.rejected() ? IndexLayout.REJECTED : 0;
    flags |= merged.disputed() ? IndexLayout.DISPUTED : 0;
    flags |= merged.exploited() == null ? 0 : IndexLayout.EXPLOITED;
    boolean ransomware = merged.exploited() != null && merged.exploited().ransomware();
    flags |= ransomware ? IndexLayout.RANSOMWARE : 0;
    return flags | (merged.ownFacts() ? IndexLayout.OWN_FACTS : 0);
  }

  private void claim(String key, int vulnerability, Writing writing) throws IOException {
    int at = blob.bytes(measured(bytes(writing)));
    byte[] name = key.getBytes(StandardCharsets.UTF_8);
    claims.add(
        ByteBuffer.allocate(name.length + 1 + Integer.BYTES)
            .put(name)
            .put((byte) 0)
            .putInt(vulnerability)
            .array(),
        ByteBuffer.allocate(2 * Integer.BYTES).putInt(vulnerability).putInt(at).array());
  }

  private void claim(Table about, byte[] key, byte[] row, SectionedFile file) throws IOException {
    about.add(new String(key, 0, key.length - 1 - Integer.BYTES, StandardCharsets.UTF_8));
    ByteBuffer cells = ByteBuffer.wrap(row);
    file.integer(cells.getInt());
    file.integer(cells.getInt());
  }

  /// A choice of vulnerable products alone needs no tree: any one of them suffices.
  private void configuration(int cve, Condition configuration) throws IOException {
    Optional<List<Criterion>> simple = alternatives(configuration);
    if (simple.isPresent()) {
      for (Criterion criterion : simple.get()) {
        criterion(cve, NOWHERE, criterion);
      }
    } else {
      tree(cve, conditions.size(), configuration);
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

  private void tree(int cve, int root, Condition condition) throws IOException {
    switch (condition) {
      case Criterion criterion -> conditions.add(criterion(cve, root, criterion) << 2);
      case Condition.All all -> node(cve, root, IndexLayout.ALL, all.negated(), all.children());
      case Condition.Any any -> node(cve, root, IndexLayout.ANY, any.negated(), any.children());
    }
  }

  private void node(int cve, int root, int kind, boolean negated, List<Condition> children)
      throws IOException {
    conditions.add(children.size() << 3 | (negated ? IndexLayout.NEGATED : 0) | kind);
    for (Condition child : children) {
      tree(cve, root, child);
    }
  }

  /// Answers the number that the criterion has until all are sorted.
  private int criterion(int cve, int condition, Criterion criterion) throws IOException {
    int number = Math.toIntExact(criteria.records());
    Cpe cpe = criterion.cpe();
    int part = IndexLayout.PARTS.indexOf(cpe.value(CpeAttribute.PART));
    int flags = criterion.vulnerable() ? IndexLayout.VULNERABLE : 0;
    flags |= criterion.fromExcluded() ? IndexLayout.FROM_EXCLUDED : 0;
    flags |= criterion.toExcluded() ? IndexLayout.TO_EXCLUDED : 0;
    int[] cells = {
      number,
      cve,
      condition,
      strings.add(cpe.value(CpeAttribute.VERSION)),
      strings.add(cpe.value(CpeAttribute.UPDATE)),
      text(criterion.from()),
      text(criterion.to()),
      strings.add(otherAttributes(cpe)),
      flags | part << IndexLayout.PART_SHIFT
    };
    ByteBuffer row = ByteBuffer.allocate(cells.length * Integer.BYTES);
    row.asIntBuffer().put(cells);
    criteria.add(cpe.key().getBytes(StandardCharsets.UTF_8), row.array());
    return number;
  }

  private void criterion(Table products, int[] place, byte[] key, byte[] row, SectionedFile file)
      throws IOException {
    ByteBuffer cells = ByteBuffer.wrap(row);
    place[cells.getInt()] = products.rows;
    products.add(new String(key, StandardCharsets.UTF_8));
    file.integer(cells.getInt());
    file.integer(cells.getInt());
    file.integer(products.count - 1);
    while (cells.hasRemaining()) {
      file.integer(cells.getInt());
    }
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

  /// The keys of rows that come grouped by them.
  private final class Table {
    private final IntColumn keys = new IntColumn();
    private @Nullable String current;
    private int first;
    private int rows;
    private int count;

    void add(String key) {
      if (!key.equals(current)) {
        close();
        current = key;
        first = rows;
        count++;
      }
      rows++;
    }

    private void close() {
      if (current != null) {
        keys.add(strings.add(current));
        keys.add(first);
        keys.add(rows - first);
      }
    }

    IntColumn end() {
      close();
      current = null;
      return keys;
    }
  }
}
