package io.firmament.analysis.advisory.index;

import io.firmament.analysis.advisory.cpe.CpeAttribute;
import io.firmament.analysis.advisory.feeds.Condition;
import io.firmament.analysis.advisory.feeds.Criterion;
import io.firmament.analysis.advisory.feeds.FactSink;
import io.firmament.analysis.advisory.feeds.KnownExploited;
import io.firmament.analysis.advisory.feeds.VulnerabilityFacts;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What the feeds gave, on disk until all are read; in memory only where each record is.
///
/// Of one source the record that was changed last counts, among equals the later one.
public final class FactSpool implements FactSink, AutoCloseable {
  private final Path file;
  private final FileChannel channel;
  private final OutputStream out;
  private final SortedMap<String, List<Slot>> slots = new TreeMap<>();
  private final Map<String, KnownExploited> exploited = new TreeMap<>();
  private long end;

  private FactSpool(Path file, FileChannel channel, OutputStream out) {
    this.file = file;
    this.channel = channel;
    this.out = out;
  }

  /// An empty spool in a new file in the folder.
  public static FactSpool in(Path folder) throws IOException {
    Path file = Files.createTempFile(folder, "advisory-facts-", ".spool");
    return new FactSpool(
        file,
        FileChannel.open(file, StandardOpenOption.READ),
        new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
  }

  @Override
  public void vulnerability(VulnerabilityFacts facts) throws IOException {
    List<Slot> known = slots.computeIfAbsent(facts.id(), _ -> new ArrayList<>(1));
    Optional<Slot> same = known.stream().filter(s -> s.source == facts.source()).findFirst();
    if (same.isPresent() && same.get().modified.compareTo(facts.modified()) > 0) {
      return;
    }
    same.ifPresent(known::remove);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    FactCodec.write(facts, new DataOutputStream(bytes));
    bytes.writeTo(out);
    known.add(new Slot(facts.source(), facts.modified(), end, bytes.size()));
    end += bytes.size();
  }

  @Override
  public void exploited(KnownExploited row) {
    exploited.put(row.cve(), row);
  }

  /// Ends writing; from now on facts can be read.
  void finish() throws IOException {
    out.flush();
  }

  /// The ids, sorted.
  Iterable<String> ids() {
    return slots.keySet();
  }

  Optional<KnownExploited> exploited(String id) {
    return Optional.ofNullable(exploited.get(id));
  }

  /// What all sources say together: the most trusted source's words, with the configurations of the
  /// next one for products that its own name without any version.
  VulnerabilityFacts merged(String id) throws IOException {
    List<Slot> known = new ArrayList<>(slots.getOrDefault(id, List.of()));
    known.sort((a, b) -> a.source.compareTo(b.source));
    VulnerabilityFacts merged = read(known.getFirst());
    for (Slot slot : known.subList(1, known.size())) {
      merged = merge(merged, read(slot));
    }
    return merged;
  }

  private static VulnerabilityFacts merge(VulnerabilityFacts first, VulnerabilityFacts second) {
    NamedProducts named = new NamedProducts();
    first.configurations().forEach(named::add);
    boolean usable = first.rejected() || !named.withVersions.isEmpty();
    boolean scored = first.score() != null;
    List<Condition> configurations = new ArrayList<>(usable ? first.configurations() : List.of());
    if (!first.rejected()) {
      second.configurations().stream()
          .filter(configuration -> !usable || named.lacksVersionsFor(configuration))
          .forEach(configurations::add);
    }
    return new VulnerabilityFacts(
        first.id(),
        usable ? first.source() : second.source(),
        first.modified(),
        Stream.concat(first.aliases().stream(), second.aliases().stream())
            .distinct()
            .sorted()
            .toList(),
        first.rejected(),
        first.disputed(),
        first.description().isEmpty() ? second.description() : first.description(),
        scored ? first.score() : second.score(),
        scored ? first.vector() : second.vector(),
        configurations);
  }

  /// The products that configurations name: with versions, or only with `-`, which matches none.
  private static final class NamedProducts {
    private final Set<String> withVersions = new HashSet<>();
    private final Set<String> withoutVersions = new HashSet<>();

    void add(Condition condition) {
      switch (condition) {
        case Condition.All all -> all.children().forEach(this::add);
        case Condition.Any any -> any.children().forEach(this::add);
        case Criterion criterion when criterion.vulnerable() -> {
          boolean none = criterion.cpe().isNotApplicable(CpeAttribute.VERSION);
          (none ? withoutVersions : withVersions).add(criterion.cpe().key());
        }
        case Criterion _ -> {}
      }
    }

    boolean lacksVersionsFor(Condition other) {
      NamedProducts named = new NamedProducts();
      named.add(other);
      return named.withVersions.stream()
          .anyMatch(key -> withoutVersions.contains(key) && !withVersions.contains(key));
    }
  }

  private VulnerabilityFacts read(Slot slot) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(slot.length);
    while (buffer.hasRemaining() && channel.read(buffer, slot.offset + buffer.position()) > 0) {
      // reads on until the record is whole
    }
    return FactCodec.read(new DataInputStream(new ByteArrayInputStream(buffer.array())));
  }

  @Override
  public void close() throws IOException {
    out.close();
    channel.close();
    Files.deleteIfExists(file);
  }

  /// Where the facts of one source are in the file.
  private record Slot(VulnerabilityFacts.Source source, String modified, long offset, int length) {}
}
