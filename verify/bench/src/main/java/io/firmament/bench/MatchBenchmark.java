package io.firmament.bench;

import io.firmament.analysis.advisory.AdvisoryIndex;
import io.firmament.analysis.advisory.BuildReport;
import io.firmament.analysis.advisory.FirmwareEnvironment;
import io.firmament.analysis.advisory.IndexBuilder;
import io.firmament.analysis.advisory.Matcher;
import io.firmament.analysis.advisory.cpe.CpeAttribute;
import io.firmament.analysis.advisory.feeds.Condition;
import io.firmament.analysis.advisory.feeds.Criterion;
import io.firmament.analysis.advisory.feeds.Fact;
import io.firmament.analysis.advisory.feeds.FeedReader;
import io.firmament.analysis.advisory.feeds.VulnerabilityFacts;
import io.firmament.analysis.advisory.version.VersionScheme;
import io.firmament.analysis.advisory.version.VersionSchemes;
import io.firmament.base.finding.Component;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// Matching components against an index of full size, as a ratio to a `HashMap` of the same
/// criteria in the heap, and to reading the index file once. Arguments: how many vulnerabilities to
/// make up, 330,000 unless given, rounds, 15 unless given, components, 500 unless given, and feeds
/// to take in place of made-up ones.
///
/// The reference only looks up, compares versions and collects ids; ours also evaluates platforms,
/// weighs what other sources say, and gives reasons.
public final class MatchBenchmark {
  private static final int VULNERABILITIES = 330_000;
  private static final int ROUNDS = 15;
  private static final int COMPONENTS = 500;
  private static final int PRODUCTS = 60_000;

  private MatchBenchmark() {}

  public static void main(String[] arguments) throws IOException {
    int count = arguments.length > 0 ? Integer.parseInt(arguments[0]) : VULNERABILITIES;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : ROUNDS;
    int components = arguments.length > 2 ? Integer.parseInt(arguments[2]) : COMPONENTS;
    Path folder = Files.createTempDirectory("match-benchmark");
    try {
      List<Path> feeds = Stream.of(arguments).skip(3).map(Path::of).toList();
      run(feeds.isEmpty() ? List.of(madeUp(folder, count)) : feeds, folder, rounds, components);
    } finally {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  private static void run(List<Path> feeds, Path folder, int rounds, int wanted)
      throws IOException {
    Path file = folder.resolve("index");
    heapPools().forEach(MemoryPoolMXBean::resetPeakUsage);
    long begin = System.nanoTime();
    BuildReport report = IndexBuilder.build(feeds, file);
    System.out.printf(
        Locale.ROOT,
        "index of %,d vulnerabilities, %,d criteria, %,d products, %,d claims: %.1f MB, built in"
            + " %.1f s, heap at most %d MB%n",
        report.vulnerabilities(),
        report.criteria(),
        report.products(),
        report.claims(),
        report.sizeBytes() / 1e6,
        (System.nanoTime() - begin) / 1e9,
        heapPools().stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum() >> 20);
    long before = usedHeap();
    InHeap reference = new InHeap();
    for (Path feed : feeds) {
      FeedReader.read(feed, reference::take);
    }
    long held = usedHeap() - before;
    List<Component> components = reference.components(wanted);
    before = usedHeap();
    begin = System.nanoTime();
    long processorBegin = processorTime();
    int found;
    Matcher matcher = new Matcher();
    try (AdvisoryIndex index = AdvisoryIndex.open(file)) {
      found = matches(matcher, components, index);
      double first = (System.nanoTime() - begin) / 1e6;
      double processorFirst = (processorTime() - processorBegin) / 1e6;
      long opened = usedHeap() - before;
      Samples ours = new Samples();
      Samples processor = new Samples();
      Samples theirs = new Samples();
      Samples reading = new Samples();
      int ids = 0;
      for (int round = 0; round < rounds; round++) {
        begin = System.nanoTime();
        ids = reference.match(components);
        theirs.add((System.nanoTime() - begin) / 1e6);
        begin = System.nanoTime();
        processorBegin = processorTime();
        matches(matcher, components, index);
        ours.add((System.nanoTime() - begin) / 1e6);
        processor.add((processorTime() - processorBegin) / 1e6);
        begin = System.nanoTime();
        read(file);
        reading.add((System.nanoTime() - begin) / 1e6);
      }
      System.out.printf(
          Locale.ROOT,
          "%,d components: %,d matches in %s ms, of processor time %s ms; the first time, opening"
              + " included, %.0f ms and %.0f ms; HashMap %,d ids in %s ms; ratio %.2f; reading the"
              + " file %s ms, ratio %.2f%n",
          components.size(),
          found,
          ours,
          processor,
          first,
          processorFirst,
          ids,
          theirs,
          ours.median() / theirs.median(),
          reading,
          ours.median() / reading.median());
      System.out.printf(
          Locale.ROOT, "heap held: HashMap %d MB, index %d MB%n", held >> 20, opened >> 20);
    }
  }

  /// Of this thread: what a busy machine does not add to.
  private static long processorTime() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static int matches(Matcher matcher, List<Component> components, AdvisoryIndex index) {
    return matcher.match(components, FirmwareEnvironment.of(components), index).size();
  }

  private static void read(Path file) throws IOException {
    byte[] buffer = new byte[1 << 20];
    try (InputStream in = Files.newInputStream(file)) {
      while (in.read(buffer) > 0) {
        // only the reading counts
      }
    }
  }

  private static List<MemoryPoolMXBean> heapPools() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .toList();
  }

  private static long usedHeap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  /// The criteria of all feeds as objects.
  private static final class InHeap {
    private final Map<String, List<Row>> rows = new HashMap<>();
    private final VersionSchemes schemes = VersionSchemes.standard();

    private record Row(
        String id,
        String version,
        @Nullable String from,
        boolean fromExcluded,
        @Nullable String to,
        boolean toExcluded) {}

    void take(Fact fact) {
      if (fact instanceof VulnerabilityFacts facts) {
        facts.configurations().forEach(condition -> add(facts.id(), condition));
      }
    }

    private void add(String id, Condition condition) {
      switch (condition) {
        case Condition.All all -> all.children().forEach(child -> add(id, child));
        case Condition.Any any -> any.children().forEach(child -> add(id, child));
        case Criterion c when c.vulnerable() ->
            rows.computeIfAbsent(c.cpe().key(), _ -> new ArrayList<>())
                .add(
                    new Row(
                        id,
                        c.cpe().value(CpeAttribute.VERSION),
                        c.from(),
                        c.fromExcluded(),
                        c.to(),
                        c.toExcluded()));
        case Criterion _ -> {}
      }
    }

    int match(List<Component> components) {
      int found = 0;
      for (Component component : components) {
        String key = component.vendor() + ":" + component.product();
        String version = String.valueOf(component.version());
        VersionScheme scheme = schemes.of(key);
        Set<String> ids = new TreeSet<>();
        for (Row row : rows.getOrDefault(key, List.of())) {
          if (holds(row, version, scheme)) {
            ids.add(row.id);
          }
        }
        found += ids.size();
      }
      return found;
    }

    private static boolean holds(Row row, String version, VersionScheme scheme) {
      if (row.from == null && row.to == null) {
        return row.version.equals("*") || scheme.compare(row.version, version) == 0;
      }
      int low = row.from == null ? 1 : scheme.compare(version, row.from);
      int high = row.to == null ? -1 : scheme.compare(version, row.to);
      return (row.fromExcluded ? low > 0 : low >= 0) && (row.toExcluded ? high < 0 : high <= 0);
    }

    /// Products from all over the map, among them the one with the most criteria, each in a version
    /// that some criterion names.
    List<Component> components(int count) {
      List<String> keys =
          new ArrayList<>(
              rows.keySet().stream()
                  .filter(key -> !key.contains("\\") && versionOf(key) != null)
                  .sorted()
                  .toList());
      List<String> chosen = new ArrayList<>();
      keys.stream().max((a, b) -> Integer.compare(size(a), size(b))).ifPresent(chosen::add);
      for (int i = 1; i < count && !keys.isEmpty(); i++) {
        chosen.add(keys.get((int) ((long) i * keys.size() / count)));
      }
      return chosen.stream().distinct().map(this::component).toList();
    }

    private int size(String key) {
      return rows.getOrDefault(key, List.of()).size();
    }

    private @Nullable String versionOf(String key) {
      for (Row row : rows.getOrDefault(key, List.of())) {
        String version = row.to != null ? row.to : row.version;
        if (!version.equals("*") && !version.equals("-") && !version.contains("\\")) {
          return version;
        }
      }
      return null;
    }

    private Component component(String key) {
      String[] names = key.split(":", 2);
      return new Component(
          "c-" + key,
          "library",
          names[1],
          versionOf(key),
          null,
          names[0],
          names[1],
          null,
          null,
          List.of(),
          null,
          null,
          false,
          List.of("lib/" + names[1]),
          1,
          List.of());
    }
  }

  /// A feed in the form of the NVD's: few products with very many vulnerabilities and many with
  /// few, ranges, single versions, and one in five on certain hardware only.
  private static Path madeUp(Path folder, int count) throws IOException {
    Path feed = folder.resolve("made-up.json.gz");
    Random random = new Random(1);
    try (BufferedWriter out =
        new BufferedWriter(
            new OutputStreamWriter(
                new GZIPOutputStream(Files.newOutputStream(feed)), StandardCharsets.UTF_8))) {
      out.write("{\"timestamp\":\"2026-01-01T00:00:00.000\",\"vulnerabilities\":[");
      for (int i = 0; i < count; i++) {
        out.write(i == 0 ? "\n" : ",\n");
        out.write(record(1_000_000 + i, random));
      }
      out.write("\n]}");
    }
    return feed;
  }

  private static String record(int number, Random random) {
    List<String> criteria = new ArrayList<>();
    int product = (int) (PRODUCTS * Math.pow(random.nextDouble(), 3));
    do {
      criteria.add(criterion(product, random));
    } while (random.nextInt(7) != 0);
    boolean onHardware = random.nextInt(5) == 0;
    String node =
        "{\"operator\":\"OR\",\"negate\":false,\"cpeMatch\":[" + String.join(",", criteria) + "]}";
    String hardware =
        "{\"operator\":\"OR\",\"negate\":false,\"cpeMatch\":[{\"vulnerable\":false,\"criteria\":"
            + "\"cpe:2.3:h:vendor"
            + product % 5000
            + ":device"
            + product
            + ":-:*:*:*:*:*:*:*\"}]}";
    return "{\"cve\":{\"id\":\"CVE-2000-"
        + number
        + "\",\"vulnStatus\":\"Analyzed\",\"lastModified\":\"2026-01-01T00:00:00.000\","
        + "\"descriptions\":[{\"lang\":\"en\",\"value\":\""
        + "Words about an invented flaw. ".repeat(5 + random.nextInt(10))
        + "\"}],\"metrics\":{\"cvssMetricV31\":[{\"type\":\"Primary\",\"cvssData\":{\"baseScore\":"
        + random.nextInt(100) / 10.0
        + ",\"vectorString\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"}}]},"
        + "\"configurations\":[{\"operator\":\"AND\",\"nodes\":["
        + node
        + (onHardware ? "," + hardware : "")
        + "]}]}}";
  }

  private static String criterion(int product, Random random) {
    boolean range = random.nextInt(4) != 0;
    String version = random.nextInt(9) + "." + random.nextInt(30) + "." + random.nextInt(20);
    return "{\"vulnerable\":true,\"criteria\":\"cpe:2.3:a:vendor"
        + product % 5000
        + ":product"
        + product
        + ":"
        + (range ? "*" : version)
        + ":*:*:*:*:*:*:*\""
        + (range ? ",\"versionEndExcluding\":\"" + version + "\"" : "")
        + "}";
  }
}
