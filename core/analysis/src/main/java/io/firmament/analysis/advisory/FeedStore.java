package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.feeds.FactSink;
import io.firmament.analysis.advisory.feeds.FeedKind;
import io.firmament.analysis.advisory.feeds.FeedReader;
import io.firmament.analysis.advisory.feeds.FeedSummary;
import io.firmament.analysis.advisory.index.FeedFile;
import io.firmament.analysis.advisory.index.FeedNote;
import io.firmament.analysis.advisory.index.IndexTotals;
import io.firmament.analysis.advisory.index.IndexWriter;
import io.firmament.base.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The feeds that were read, in a folder: each in the form that an index is built from, so that
/// only what is new or has changed is read.
///
/// A feed takes the place of the one of the same name; of EPSS, KEV and Debian's tracker, which are
/// always the whole, there is one whatever its name. Nothing in the folder changes before
/// [#commit].
public final class FeedStore implements AutoCloseable {
  private static final String STARTER = "starter-facts.json";
  private static final String KEPT = ".facts";
  private static final Set<FeedKind> WHOLES = Set.of(FeedKind.EPSS, FeedKind.KEV, FeedKind.DEBIAN);

  private final Path folder;
  private final Map<String, FeedFile> kept;
  private final Map<String, FeedFile> added = new TreeMap<>();
  private final List<BuildReport.Feed> reports = new ArrayList<>();
  private final Path work;
  private boolean cleared;

  private FeedStore(Path folder, Map<String, FeedFile> kept, Path work) {
    this.folder = folder;
    this.kept = kept;
    this.work = work;
  }

  /// Opens the store; the folder is made where it is not there. Files of other versions of the
  /// program are passed over: their feeds must be imported again.
  public static FeedStore in(Path folder) throws IOException {
    Files.createDirectories(folder);
    Map<String, FeedFile> kept = new TreeMap<>();
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(file -> file.toString().endsWith(KEPT)).sorted().toList();
    }
    for (Path file : files) {
      FeedFile.openIfReadable(file)
          .ifPresent(feed -> kept.put(slot(feed.origin().name(), feed.summary()), feed));
    }
    return new FeedStore(folder, kept, Files.createTempDirectory(folder, "work-"));
  }

  /// What the files of a store depend on besides their feeds: where it is another, a store of
  /// before is empty.
  public static String reading() {
    return "facts-" + FeedFile.FORMAT;
  }

  /// What an index depends on besides its feeds.
  public static String edition() throws IOException {
    try (InputStream in = starter()) {
      return reading()
          + "-index-"
          + AdvisoryIndex.FORMAT
          + "-"
          + Sha256.of(in.readAllBytes()).hex();
    }
  }

  /// The name of the file that a feed has in the folder of a store.
  public static String fileName(BuildReport.Feed feed) {
    return fileName(slot(feed.name(), feed.summary()));
  }

  private static String fileName(String slot) {
    return Sha256.of(slot.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 24) + KEPT;
  }

  private static String slot(String name, FeedSummary summary) {
    boolean whole =
        summary.parts().size() == 1 && WHOLES.contains(summary.parts().getFirst().kind());
    return whole ? "kind:" + summary.parts().getFirst().kind().label() : "name:" + name;
  }

  /// Forgets what was kept, once the change is committed.
  public void clear() {
    cleared = true;
    kept.clear();
  }

  /// Whether there is any feed, kept or added.
  public boolean isEmpty() {
    return kept.isEmpty() && added.isEmpty();
  }

  /// Reads a feed, or takes what was kept of it where its content is the same.
  ///
  /// @param feed a file or a folder of files
  public BuildReport.Feed add(Path feed) throws IOException {
    String name = String.valueOf(feed.getFileName());
    String digest = digest(feed);
    FeedFile same =
        kept.values().stream()
            .filter(k -> k.origin().name().equals(name) && k.origin().digest().equals(digest))
            .findFirst()
            .orElse(null);
    FeedFile file =
        same == null
            ? FeedFile.write(
                Files.createTempFile(work, "feed-", KEPT),
                new FeedFile.Origin(name, digest, day(feed)),
                sink -> FeedReader.read(feed, sink))
            : same;
    return added(file, same != null);
  }

  private BuildReport.Feed added(FeedFile file, boolean same) {
    String name = file.origin().name();
    added.put(slot(name, file.summary()), file);
    BuildReport.Feed report = new BuildReport.Feed(name, file.summary(), same);
    reports.add(report);
    return report;
  }

  /// Reads pages of a feed that only come where they have changed: what was kept of it stays, but
  /// for the ids that they tell anew.
  ///
  /// @param name of the feed
  /// @param pages at least one
  public BuildReport.Feed merge(String name, List<Path> pages) throws IOException {
    Optional<FeedFile> before =
        kept.values().stream().filter(k -> k.origin().name().equals(name)).findFirst();
    StringBuilder digests = new StringBuilder(before.map(k -> k.origin().digest()).orElse(""));
    for (Path page : pages) {
      digests.append(digest(page));
    }
    String digest = Sha256.of(digests.toString().getBytes(StandardCharsets.UTF_8)).hex();
    FeedFile.Origin origin = new FeedFile.Origin(name, digest, day(pages.getLast()));
    return added(
        FeedFile.write(
            Files.createTempFile(work, "feed-", KEPT), origin, sink -> merge(pages, before, sink)),
        false);
  }

  private static FeedSummary merge(List<Path> pages, Optional<FeedFile> before, FactSink sink)
      throws IOException {
    Set<String> ids = new HashSet<>();
    FactSink noting =
        fact -> {
          ids.add(fact.id());
          sink.take(fact);
        };
    FeedSummary all = new FeedSummary(List.of(), 0, true, List.of());
    for (Path page : pages) {
      all = all.plus(FeedReader.read(page, noting));
    }
    return before.isPresent() ? all.plus(rest(before.get(), ids, sink)) : all;
  }

  /// What is told anew is no longer counted.
  private static FeedSummary rest(FeedFile before, Set<String> told, FactSink sink)
      throws IOException {
    int records = before.copy(told, sink);
    List<FeedSummary.Part> parts = before.summary().parts();
    return new FeedSummary(
        parts.size() != 1
            ? parts
            : List.of(
                new FeedSummary.Part(
                    parts.getFirst().kind(),
                    parts.getFirst().watermark(),
                    parts.getFirst().newest(),
                    records)),
        0,
        true,
        List.of());
  }

  private static String day(Path feed) throws IOException {
    return LocalDate.ofInstant(Files.getLastModifiedTime(feed).toInstant(), ZoneOffset.UTC)
        .toString();
  }

  /// Over the content of a file; of a folder over the names, sizes and times of its files.
  private static String digest(Path feed) throws IOException {
    MessageDigest digest = Sha256.newDigest();
    if (Files.isDirectory(feed)) {
      List<Path> files;
      try (Stream<Path> all = Files.walk(feed)) {
        files = all.filter(Files::isRegularFile).sorted().toList();
      }
      for (Path file : files) {
        String line =
            feed.relativize(file)
                + "\0"
                + Files.size(file)
                + "\0"
                + Files.getLastModifiedTime(file).toMillis()
                + "\n";
        digest.update(line.getBytes(StandardCharsets.UTF_8));
      }
    } else {
      byte[] buffer = new byte[1 << 16];
      try (InputStream in = Files.newInputStream(feed)) {
        for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
          digest.update(buffer, 0, n);
        }
      }
    }
    return Sha256.ofDigest(digest.digest()).hex();
  }

  /// Writes the index of all feeds, kept and added, and of the facts that come with Firmament.
  public BuildReport build(Path out) throws IOException {
    FeedFile starter =
        FeedFile.write(
            Files.createTempFile(work, "starter-", KEPT),
            new FeedFile.Origin(STARTER, "", ""),
            sink -> {
              try (InputStream in = starter()) {
                return FeedReader.read(in, sink);
              }
            });
    Map<String, FeedFile> all = new TreeMap<>(kept);
    all.putAll(added);
    List<FeedFile> feeds = new ArrayList<>();
    feeds.add(starter);
    feeds.addAll(all.values());
    List<FeedNote> notes = new ArrayList<>();
    feeds.forEach(feed -> note(feed, notes));
    IndexTotals totals = IndexWriter.write(feeds, notes, work, out);
    List<BuildReport.Feed> read = new ArrayList<>();
    read.add(new BuildReport.Feed(STARTER, starter.summary(), false));
    read.addAll(reports);
    return new BuildReport(
        read,
        totals.vulnerabilities(),
        totals.criteria(),
        totals.products(),
        totals.claims(),
        totals.sizeBytes(),
        totals.sha256());
  }

  private static InputStream starter() throws IOException {
    InputStream in = FeedStore.class.getResourceAsStream(STARTER);
    if (in == null) {
      throw new IOException("the program's own " + STARTER + " is missing");
    }
    return in;
  }

  private static void note(FeedFile feed, List<FeedNote> notes) {
    FeedFile.Origin origin = feed.origin();
    for (FeedSummary.Part part : feed.summary().parts()) {
      notes.add(
          new FeedNote(
              origin.name(),
              part.kind().label(),
              part.watermark(),
              part.newest(),
              origin.obtained(),
              part.records(),
              feed.summary().malformed(),
              part.kind().notice()));
    }
  }

  /// Keeps what was added.
  ///
  /// @return the names of the files in the folder that are new
  public Set<String> commit() throws IOException {
    Set<String> written = new HashSet<>();
    if (cleared) {
      List<Path> files;
      try (Stream<Path> all = Files.list(folder)) {
        files = all.filter(file -> file.toString().endsWith(KEPT)).toList();
      }
      Set<Path> needed = new HashSet<>();
      added.values().forEach(feed -> needed.add(feed.file()));
      for (Path file : files) {
        if (!needed.contains(file)) {
          Files.delete(file);
        }
      }
    }
    for (Map.Entry<String, FeedFile> entry : added.entrySet()) {
      Path place = folder.resolve(fileName(entry.getKey()));
      FeedFile feed = entry.getValue();
      if (!feed.file().equals(place)) {
        Files.move(
            feed.file(),
            place,
            StandardCopyOption.REPLACE_EXISTING,
            StandardCopyOption.ATOMIC_MOVE);
        written.add(String.valueOf(place.getFileName()));
      }
      kept.put(entry.getKey(), feed.at(place));
    }
    added.clear();
    return written;
  }

  /// Removes what was not committed.
  @Override
  public void close() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(work)) {
      files = all.toList();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
    Files.deleteIfExists(work);
  }
}
