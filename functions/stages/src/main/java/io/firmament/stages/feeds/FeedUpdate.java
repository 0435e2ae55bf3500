package io.firmament.stages.feeds;

import io.firmament.analysis.advisory.BuildReport;
import io.firmament.analysis.advisory.FeedStore;
import io.firmament.base.Log;
import io.firmament.platform.firmware.ObjectInfo;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.stages.Advisories;
import io.firmament.stages.WorkFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// Brings the advisory index up to date: downloads the feeds that have changed, reads them, builds
/// the index and puts it into use.
///
/// Everything between two runs is in the object store. Each feed is saved when it was read, so that
/// a stop costs what was being done and nothing before; a feed that fails leaves the others; and an
/// index is named only when it is there whole, see [Advisories]. Several runs at once get in each
/// other's way without harm: of each step one of them wins.
public final class FeedUpdate {
  private static final Log LOG = Log.of(FeedUpdate.class);

  /// After how long a feed that cannot be brought up to date is reported.
  private static final Duration OVERDUE = Duration.ofDays(2);

  private static final int TRIES = 3;

  private final ObjectStore objects;
  private final Advisories advisories;
  private final Path work;
  private final Clock clock;

  /// @param work a folder for work files: some times the size of the feeds
  public FeedUpdate(ObjectStore objects, Advisories advisories, Path work, Clock clock) {
    this.objects = objects;
    this.advisories = advisories;
    this.work = work;
    this.clock = clock;
  }

  /// What a run may take.
  ///
  /// @param downloads when no more is downloaded
  /// @param build when no index is begun any more
  /// @param bytes of one feed at most
  public record Limits(Instant downloads, Instant build, long bytes) {}

  /// The sources that the object store names, else those that come with Firmament.
  ///
  /// @param withKey whether there is a key of the NVD's API
  public List<FeedSource> sources(boolean withKey) throws IOException {
    Optional<InputStream> own = objects.read(ObjectKeys.FEED_SOURCES);
    if (own.isEmpty()) {
      return FeedSource.standard(withKey);
    }
    try (InputStream in = own.get()) {
      return FeedSource.parse(
          new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
    }
  }

  /// Runs once. The source that was asked for the longest time ago comes first, so that a slow one
  /// holds up the others once and no more.
  ///
  /// @param nvdKey of the NVD's API
  public FeedReport run(List<FeedSource> sources, Optional<String> nvdKey, Limits limits)
      throws IOException {
    List<FeedReport.Feed> feeds = new ArrayList<>();
    try (WorkFolder folder = WorkFolder.in(work)) {
      FeedLibrary library = open(folder);
      try {
        // What a run before left comes first: it may have had too little time.
        FeedReport.Index index = build(library, folder, limits.build(), sources);
        own(library, folder, feeds);
        try (SourceReader reader =
            new SourceReader(objects, library, folder.path(), nvdKey, limits, clock)) {
          for (FeedSource source : oldestFirst(sources, library.state())) {
            feeds.add(reader.read(source));
          }
        }
        FeedReport.Index rebuilt = build(library, folder, limits.build(), sources);
        FeedReport.Index outcome = rebuilt == FeedReport.Index.UNCHANGED ? index : rebuilt;
        LOG.info("feeds_swept", "facts", library.sweep(), "indexes", advisories.sweep());
        return new FeedReport(feeds, outcome, overdue(sources, library.state()));
      } catch (FeedLibrary.Overtaken e) {
        LOG.info("feeds_overtaken", "detail", e.getMessage());
        return new FeedReport(feeds, FeedReport.Index.OVERTAKEN, List.of());
      }
    }
  }

  private FeedLibrary open(WorkFolder folder) throws IOException {
    return FeedLibrary.open(objects, folder.file("facts"), advisories.generation());
  }

  private static List<FeedSource> oldestFirst(List<FeedSource> sources, FeedState state) {
    return sources.stream()
        .sorted(Comparator.comparing((FeedSource source) -> state.source(source.name()).triedAt()))
        .toList();
  }

  private List<String> overdue(List<FeedSource> sources, FeedState state) {
    Instant limit = clock.instant().minus(OVERDUE);
    return sources.stream()
        .map(FeedSource::name)
        .filter(name -> isTroubledSince(state.source(name), limit))
        .toList();
  }

  private static boolean isTroubledSince(FeedState.Source source, Instant limit) {
    String since = source.troubledSince();
    return !since.isEmpty() && Instant.parse(since).isBefore(limit);
  }

  /// Builds the index where the one in use is of other feeds or of another program.
  ///
  /// @param needed where facts of one of these were lost, the index waits for them
  private FeedReport.Index build(
      FeedLibrary library, WorkFolder folder, Instant before, List<FeedSource> needed)
      throws IOException, FeedLibrary.Overtaken {
    library.save();
    if (library.isEmpty() || advisories.basis().equals(Optional.of(library.basis()))) {
      return FeedReport.Index.UNCHANGED;
    }
    if (!clock.instant().isBefore(before)) {
      LOG.info("index_later", "generation", library.generation());
      return FeedReport.Index.LATER;
    }
    library.restore();
    if (isIncomplete(library.state(), needed)) {
      LOG.warn("index_waits", "generation", library.generation());
      return FeedReport.Index.LATER;
    }
    Instant began = clock.instant();
    Path file = folder.file("index");
    BuildReport report = library.build(file);
    Instant now = clock.instant();
    Advisories.Outcome outcome =
        advisories.publish(
            new Advisories.Built(
                file, report.sha256(), library.generation(), library.basis(), now));
    Files.delete(file);
    LOG.info(
        "index_built",
        "index",
        report.sha256().hex(),
        "generation",
        library.generation(),
        "vulnerabilities",
        report.vulnerabilities(),
        "bytes",
        report.sizeBytes(),
        "millis",
        Duration.between(began, now).toMillis(),
        "outcome",
        outcome);
    return outcome == Advisories.Outcome.IN_USE
        ? FeedReport.Index.IN_USE
        : FeedReport.Index.OVERTAKEN;
  }

  /// Whether facts of a source are gone, as all are where another program read them. Without them,
  /// vulnerabilities would seem to be gone. A source that cannot be had for days is waited for no
  /// longer.
  private boolean isIncomplete(FeedState state, List<FeedSource> needed) {
    Instant limit = clock.instant().minus(OVERDUE);
    Set<String> names = new HashSet<>();
    needed.forEach(source -> names.add(source.name()));
    return state.sources().entrySet().stream()
        .filter(e -> names.contains(e.getKey()) || e.getKey().startsWith(ObjectKeys.OWN_FEEDS))
        .map(Map.Entry::getValue)
        .filter(source -> !source.slot().isEmpty())
        .anyMatch(
            source -> !state.facts().containsKey(source.slot()) && !isTroubledSince(source, limit));
  }

  /// Feeds that were laid into the object store: those that are new or another, and of those that
  /// are gone what was read of them.
  private void own(FeedLibrary library, WorkFolder folder, List<FeedReport.Feed> feeds)
      throws IOException, FeedLibrary.Overtaken {
    TreeSet<String> keys = new TreeSet<>();
    objects.each(ObjectKeys.OWN_FEEDS, keys::add);
    for (String name : List.copyOf(library.state().sources().keySet())) {
      if (name.startsWith(ObjectKeys.OWN_FEEDS) && !keys.contains(name)) {
        library.remove(library.state().source(name).slot());
        library.change(state -> state.without(name));
      }
    }
    for (String key : keys) {
      Optional<ObjectInfo> there = objects.find(key);
      if (there.isPresent() && !key.endsWith("/")) {
        own(library, folder, key, there.get().etag()).ifPresent(feeds::add);
      }
    }
  }

  private Optional<FeedReport.Feed> own(
      FeedLibrary library, WorkFolder folder, String key, String tag)
      throws IOException, FeedLibrary.Overtaken {
    SortedMap<String, String> version = new TreeMap<>(Map.of("etag", tag));
    FeedState.Source known = library.state().source(key);
    if (known.whole().equals(version)) {
      return Optional.empty();
    }
    String name = key.substring(ObjectKeys.OWN_FEEDS.length()).replace('/', '-');
    Path file = Files.createDirectories(folder.file("own")).resolve(name);
    try (InputStream in = objects.read(key).orElseThrow(() -> new IOException(key + " is gone"))) {
      Files.copy(in, file);
    }
    BuildReport.Feed read = library.read(store -> List.of(store.add(file))).getFirst();
    Files.delete(file);
    String now = clock.instant().toString();
    FeedState.Source next = known.with(new FeedDownloads.Saved(version, new TreeMap<>()), null);
    boolean usable = FeedLibrary.isUsable(read);
    FeedState.Source source =
        usable
            ? next.in(FeedStore.fileName(read)).good(now)
            : next.troubled(SourceReader.whyNot(read), now);
    library.change(state -> state.with(key, source));
    library.save();
    return Optional.of(
        new FeedReport.Feed(
            name,
            usable ? FeedReport.Status.READ : FeedReport.Status.FAILED,
            Optional.of(read),
            source.trouble()));
  }

  /// Reads files, or folders of files, beside what was read before, and puts the index into use.
  /// Where one of them is no whole feed, nothing is changed.
  ///
  /// @param fresh whether nothing of before is kept
  public FeedReport load(List<Path> files, boolean fresh) throws IOException {
    for (int attempt = 1; ; attempt++) {
      FeedReport report = once(files, fresh);
      if (report.index() != FeedReport.Index.OVERTAKEN || attempt == TRIES) {
        return report;
      }
    }
  }

  private FeedReport once(List<Path> files, boolean fresh) throws IOException {
    try (WorkFolder folder = WorkFolder.in(work)) {
      FeedLibrary library = open(folder);
      List<BuildReport.Feed> read = library.read(store -> SourceReader.add(store, files, fresh));
      List<FeedReport.Feed> feeds = read.stream().map(FeedUpdate::loaded).toList();
      boolean whole = read.stream().allMatch(FeedLibrary::isUsable);
      try {
        FeedReport.Index index =
            whole ? build(library, folder, Instant.MAX, List.of()) : FeedReport.Index.UNCHANGED;
        if (whole) {
          library.sweep();
          advisories.sweep();
        }
        return new FeedReport(feeds, index, List.of());
      } catch (FeedLibrary.Overtaken e) {
        return new FeedReport(feeds, FeedReport.Index.OVERTAKEN, List.of());
      }
    }
  }

  private static FeedReport.Feed loaded(BuildReport.Feed feed) {
    boolean usable = FeedLibrary.isUsable(feed);
    FeedReport.Status status =
        !usable
            ? FeedReport.Status.FAILED
            : feed.kept() ? FeedReport.Status.UNCHANGED : FeedReport.Status.READ;
    return new FeedReport.Feed(
        feed.name(), status, Optional.of(feed), usable ? "" : SourceReader.whyNot(feed));
  }
}
