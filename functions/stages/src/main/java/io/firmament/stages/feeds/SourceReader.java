package io.firmament.stages.feeds;

import io.firmament.analysis.advisory.BuildReport;
import io.firmament.analysis.advisory.FeedStore;
import io.firmament.base.Log;
import io.firmament.platform.firmware.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Brings one source after the other up to date: downloads what has changed, reads it, and saves it
/// before the next. What was stopped is saved, too.
final class SourceReader implements AutoCloseable {
  private static final Log LOG = Log.of(SourceReader.class);

  private final ObjectStore objects;
  private final FeedLibrary library;
  private final FeedUpdate.Limits limits;
  private final Clock clock;
  private final FeedDownloads downloads;
  private final NvdApi nvd;

  SourceReader(
      ObjectStore objects,
      FeedLibrary library,
      Path work,
      Optional<String> nvdKey,
      FeedUpdate.Limits limits,
      Clock clock)
      throws IOException {
    this.objects = objects;
    this.library = library;
    this.limits = limits;
    this.clock = clock;
    this.downloads = new FeedDownloads(work.resolve("downloads"), limits.bytes(), clock);
    this.nvd = new NvdApi(Files.createDirectories(work.resolve("pages")), nvdKey, clock);
  }

  /// Adds files to a store, after clearing it where they are to be all there is.
  static List<BuildReport.Feed> add(FeedStore store, List<Path> files, boolean fresh)
      throws IOException {
    if (fresh) {
      store.clear();
    }
    List<BuildReport.Feed> feeds = new ArrayList<>();
    for (Path file : files) {
      feeds.add(store.add(file));
    }
    return feeds;
  }

  /// Why a feed is not usable.
  static String whyNot(BuildReport.Feed feed) {
    if (feed.records() == 0) {
      return "it is no feed";
    }
    return "it is damaged: " + (feed.problems().isEmpty() ? "" : feed.problems().getLast());
  }

  /// Brings one source up to date, or says why not.
  FeedReport.Feed read(FeedSource source) throws IOException, FeedLibrary.Overtaken {
    if (!clock.instant().isBefore(limits.downloads())) {
      String why = "time is up";
      note(source, known -> known.waiting(why, clock.instant().toString()));
      return FeedReport.Feed.of(source.name(), FeedReport.Status.LATER, why);
    }
    FeedReport.Feed feed = source.api().isPresent() ? page(source) : file(source);
    String now = clock.instant().toString();
    note(source, known -> feed.why().isEmpty() ? known.good(now) : known.troubled(feed.why(), now));
    if (feed.status() != FeedReport.Status.UNCHANGED) {
      LOG.info("feed_done", "feed", source.name(), "status", feed.status(), "detail", feed.why());
      library.save();
    }
    return feed;
  }

  private void note(FeedSource source, UnaryOperator<FeedState.Source> change) {
    library.change(state -> state.with(source.name(), change.apply(state.source(source.name()))));
  }

  private FeedReport.Feed file(FeedSource source) throws IOException {
    FeedState.Source known = library.state().source(source.name());
    downloads.restore(source, known.saved());
    part(source, known);
    return switch (downloads.fetch(source, limits.downloads())) {
      case FeedDownloads.Fetched(Path file) -> fetched(source, file);
      case FeedDownloads.Unchanged _ ->
          FeedReport.Feed.of(source.name(), FeedReport.Status.UNCHANGED, "");
      case FeedDownloads.Later(String why) -> {
        keep(source);
        yield FeedReport.Feed.of(source.name(), FeedReport.Status.LATER, why);
      }
      case FeedDownloads.Failed(String why) -> {
        keep(source);
        yield FeedReport.Feed.of(source.name(), FeedReport.Status.FAILED, why);
      }
    };
  }

  private void part(FeedSource source, FeedState.Source known) throws IOException {
    String key = known.part();
    Optional<InputStream> content = key == null ? Optional.empty() : objects.read(key);
    if (content.isPresent()) {
      try (InputStream in = content.get()) {
        Files.copy(in, downloads.part(source));
      }
    }
  }

  /// Keeps what is there of a feed for the next run.
  private void keep(FeedSource source) throws IOException {
    FeedDownloads.Saved saved = downloads.saved(source);
    String key = saved.begun().isEmpty() ? null : library.partKey(source.name());
    if (key != null) {
      objects.write(key, "application/octet-stream", downloads.part(source));
    }
    note(source, known -> known.with(saved, key));
  }

  private FeedReport.Feed fetched(FeedSource source, Path file) throws IOException {
    BuildReport.Feed read = library.read(store -> List.of(store.add(file))).getFirst();
    if (!FeedLibrary.isUsable(read)) {
      Files.delete(file);
      return new FeedReport.Feed(
          source.name(), FeedReport.Status.FAILED, Optional.of(read), whyNot(read));
    }
    downloads.taken(source);
    FeedDownloads.Saved saved = downloads.saved(source);
    note(source, known -> known.with(saved, null).in(FeedStore.fileName(read)));
    return new FeedReport.Feed(source.name(), FeedReport.Status.READ, Optional.of(read), "");
  }

  /// Pages are kept together with how far they go.
  private FeedReport.Feed page(FeedSource source) throws IOException {
    NvdProgress known = library.state().source(source.name()).nvd();
    NvdApi.Reading reading =
        nvd.read(source, known == null ? NvdProgress.nothing() : known, limits.downloads());
    Optional<BuildReport.Feed> read = Optional.empty();
    if (!reading.pages().isEmpty()) {
      BuildReport.Feed merged =
          library.read(store -> List.of(store.merge(source.name(), reading.pages()))).getFirst();
      for (Path page : reading.pages()) {
        Files.delete(page);
      }
      read = Optional.of(merged);
    }
    boolean kept = read.isEmpty() || FeedLibrary.isUsable(read.get());
    if (kept) {
      Optional<String> slot = read.map(FeedStore::fileName);
      note(source, before -> before.at(reading.progress()).in(slot.orElse(before.slot())));
    }
    String why =
        reading.trouble().map(NvdApi.Trouble::why).orElse(kept ? "" : whyNot(read.orElseThrow()));
    FeedReport.Status status =
        why.isEmpty()
            ? read.isPresent() ? FeedReport.Status.READ : FeedReport.Status.UNCHANGED
            : kept && reading.trouble().map(NvdApi.Trouble::passing).orElse(false)
                ? FeedReport.Status.LATER
                : FeedReport.Status.FAILED;
    return new FeedReport.Feed(source.name(), status, read, why);
  }

  @Override
  public void close() {
    downloads.close();
    nvd.close();
  }
}
