package io.firmament.local;

import io.firmament.analysis.advisory.AdvisoryIndex;
import io.firmament.analysis.advisory.BuildReport;
import io.firmament.analysis.advisory.index.FeedNote;
import io.firmament.aws.AwsClients;
import io.firmament.aws.S3ObjectStore;
import io.firmament.engines.ObjectEngine;
import io.firmament.engines.ObjectListener;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.schema.Setting;
import io.firmament.stages.Advisories;
import io.firmament.stages.AdvisoryManifest;
import io.firmament.stages.feeds.FeedDownloads;
import io.firmament.stages.feeds.FeedReport;
import io.firmament.stages.feeds.FeedSource;
import io.firmament.stages.feeds.FeedUpdate;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/// `local-dev/feeds import FILE... [--fresh] [--data DIR]` builds the advisory index from
/// vulnerability feeds and puts it into use for the platform of a data folder, also while that
/// runs. The facts that come with Firmament stay in it. `local-dev/feeds update [--sources FILE]`
/// downloads feeds, where they have changed, and imports them, as a deployment does by the clock.
/// `local-dev/feeds download DIR` only downloads them, for a site without a network.
/// `local-dev/feeds status [--data DIR]` says what is in use, and how old it is.
///
/// An import adds to those before, and a feed takes the place of the one of its name; with
/// `--fresh` there is nothing but what is named. Where a file is no whole feed nothing is changed.
public final class Feeds {
  private static final String USAGE =
      """
      usage: feeds import FILE... [--fresh] [--data DIR]
             feeds update [--sources FILE] [--minutes N] [--nvd-key FILE] [--data DIR]
             feeds download DIR [--sources FILE] [--minutes N]
             feeds status [--data DIR]\
      """;
  private static final String UNDERSTOOD =
      "understood are NVD CVE feeds of the API 2.0 format (nvdcve-2.0-*.json), CVE JSON 5 records"
          + " (cvelistV5 archives, deltas and folders), OSV records (all.zip, or one record a"
          + " line), Debian's security tracker, Alpine's security database, EPSS scores, the KEV"
          + " catalogue of CISA (known_exploited_vulnerabilities.json), overrides and facts of our"
          + " own formats; each plain, gzip, in a zip archive or in a folder";
  private static final int EXIT_WRONG = 1;

  private static final long MOST_BYTES = 8L << 30;
  private static final int MINUTES = 60;

  private final PrintStream out;
  private final Advisories advisories;
  private final FeedUpdate update;
  private final Clock clock = Clock.systemUTC();

  private Feeds(PrintStream out, ObjectStore objects, Path work) {
    this.out = out;
    this.advisories = new Advisories(objects, work);
    this.update = new FeedUpdate(objects, advisories, work, clock);
  }

  /// The command line.
  public static void main(String[] args) {
    System.exit(run(args, System.out, System.err));
  }

  /// Runs the command; what is wrong is said on `err`, and the answer is the exit code.
  static int run(String[] args, PrintStream out, PrintStream err) {
    try {
      Arguments arguments =
          Arguments.parse(
              args,
              List.of("--data", "--sources", "--minutes", "--nvd-key"),
              List.of("--fresh"),
              USAGE);
      List<String> plain = arguments.allPlain();
      List<Path> files = plain.stream().skip(1).map(Path::of).toList();
      switch (plain.isEmpty() ? "" : plain.getFirst()) {
        case "import" -> {
          if (files.isEmpty()) {
            throw new Arguments.Wrong("import needs a file\n" + USAGE);
          }
          requireReadable(files);
          with(arguments.dataFolder(), out, feeds -> feeds.load(files, arguments.flag("--fresh")));
        }
        case "update" -> {
          if (!files.isEmpty()) {
            throw arguments.unexpected(files.getFirst().toString());
          }
          Optional<String> key = nvdKey(arguments);
          Optional<List<FeedSource>> sources = sources(arguments);
          Duration time = Duration.ofMinutes(minutes(arguments));
          Files.createDirectories(arguments.dataFolder());
          with(arguments.dataFolder(), out, feeds -> feeds.update(sources, key, time));
        }
        case "download" -> {
          if (files.size() != 1) {
            throw new Arguments.Wrong("download needs a folder\n" + USAGE);
          }
          Optional<List<FeedSource>> sources = sources(arguments);
          download(
              sources.isPresent() ? sources.get() : FeedSource.standard(false),
              files.getFirst(),
              Duration.ofMinutes(minutes(arguments)),
              out);
        }
        case "status" -> {
          if (!files.isEmpty()) {
            throw arguments.unexpected(files.getFirst().toString());
          }
          if (!Files.isDirectory(arguments.dataFolder())) {
            throw new Arguments.Wrong("there is no data folder " + arguments.dataFolder());
          }
          with(arguments.dataFolder(), out, Feeds::status);
        }
        default -> throw new Arguments.Wrong(USAGE);
      }
      return 0;
    } catch (Arguments.Wrong e) {
      err.println(e.getMessage());
    } catch (IOException | UncheckedIOException e) {
      err.println("firmament: " + e.getMessage());
    }
    return EXIT_WRONG;
  }

  private static void requireReadable(List<Path> files) {
    Set<Path> seen = new HashSet<>();
    for (Path file : files) {
      if (!Files.isReadable(file)) {
        throw new Arguments.Wrong("cannot read the feed " + file);
      }
      if (!seen.add(file.toAbsolutePath().normalize())) {
        throw new Arguments.Wrong("the feed " + file + " is named twice");
      }
    }
  }

  /// Those of a file; empty where none is named.
  static Optional<List<FeedSource>> sources(Arguments arguments) throws IOException {
    Optional<String> file = arguments.option("--sources");
    return file.isPresent() ? Optional.of(FeedSource.read(Path.of(file.get()))) : Optional.empty();
  }

  /// The key of the NVD's API, which is in a file so that no list of processes shows it.
  static Optional<String> nvdKey(Arguments arguments) throws IOException {
    Optional<String> file = arguments.option("--nvd-key");
    if (file.isEmpty()) {
      return Optional.empty();
    }
    String key = Files.readString(Path.of(file.get())).strip();
    if (!key.matches("[!-~]{8,200}")) {
      throw new Arguments.Wrong("there is no key in " + file.get());
    }
    return Optional.of(key);
  }

  private static int minutes(Arguments arguments) {
    String text = arguments.option("--minutes").orElse(String.valueOf(MINUTES));
    if (!text.matches("\\d{1,4}")) {
      throw new Arguments.Wrong("--minutes takes a number, not " + text);
    }
    return Integer.parseInt(text);
  }

  private interface Command {
    void run(Feeds feeds) throws IOException;
  }

  /// Works on the documents of a data folder; the rest of the platform need not run.
  private static void with(Path data, PrintStream out, Command command) throws IOException {
    Path work = Files.createTempDirectory("firmament-feeds");
    try (FeedLock _ = FeedLock.take(data);
        ObjectEngine objects = LocalServers.objects(data, ObjectListener.none())) {
      AwsClients clients = AwsClients.of(LocalServers.objectEnvironment(objects));
      try (S3Client s3 = clients.s3();
          S3Presigner presigner = clients.presigner()) {
        String bucket = LocalServers.localBucketName(Setting.BUCKET_DOCUMENTS);
        LocalServers.createBucket(s3, bucket);
        command.run(new Feeds(out, new S3ObjectStore(s3, presigner, bucket), work));
      }
    } finally {
      Files.delete(work);
    }
  }

  /// Downloads feeds into a folder and nothing else.
  private static void download(
      List<FeedSource> sources, Path folder, Duration time, PrintStream out) throws IOException {
    Clock clock = Clock.systemUTC();
    Instant until = clock.instant().plus(time);
    List<String> wrong = new ArrayList<>();
    int fetched = 0;
    try (FeedDownloads downloads = new FeedDownloads(folder, MOST_BYTES, clock)) {
      for (FeedSource source : sources) {
        switch (source.api().isPresent() ? noFile() : downloads.fetch(source, until)) {
          case FeedDownloads.Fetched(Path file) -> {
            fetched++;
            out.printf(Locale.ROOT, "  %-44s %,d bytes%n", source.name(), Files.size(file));
          }
          case FeedDownloads.Unchanged _ -> {}
          case FeedDownloads.Later(String why) -> wrong.add(source.name() + ": " + why);
          case FeedDownloads.Failed(String why) -> wrong.add(source.name() + ": " + why);
        }
      }
    }
    out.println(fetched + " of " + sources.size() + " feeds have changed");
    if (!wrong.isEmpty()) {
      throw new Arguments.Wrong(String.join("\n", wrong) + "\nRun it again to go on.");
    }
  }

  private static FeedDownloads.Outcome noFile() {
    return new FeedDownloads.Failed("an API is no file; `feeds update` asks it");
  }

  /// What cannot be had now is said at the end; the feeds of before count on.
  private void update(Optional<List<FeedSource>> named, Optional<String> key, Duration time)
      throws IOException {
    List<FeedSource> sources = named.isPresent() ? named.get() : update.sources(key.isPresent());
    Instant until = clock.instant().plus(time);
    FeedReport report =
        update.run(sources, key, new FeedUpdate.Limits(until, Instant.MAX, MOST_BYTES));
    List<String> wrong = new ArrayList<>();
    for (FeedReport.Feed feed : report.feeds()) {
      if (feed.status() == FeedReport.Status.READ) {
        feed.read().ifPresent(this::line);
      }
      if (!feed.why().isEmpty()) {
        wrong.add(feed.name() + ": " + feed.why());
      }
    }
    out.println(
        report.count(FeedReport.Status.READ) + " of " + sources.size() + " feeds have changed");
    say(report);
    if (!wrong.isEmpty()) {
      throw new Arguments.Wrong(String.join("\n", wrong) + "\nRun it again to go on.");
    }
  }

  private void load(List<Path> files, boolean fresh) throws IOException {
    FeedReport report = update.load(files, fresh);
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      BuildReport.Feed read = report.feeds().get(i).read().orElseThrow();
      line(read);
      whyNot(files.get(i), read).ifPresent(wrong::add);
    }
    if (!wrong.isEmpty()) {
      throw new Arguments.Wrong(String.join("\n", wrong) + "\nNothing was imported.");
    }
    say(report);
  }

  private void say(FeedReport report) throws IOException {
    if (report.index() == FeedReport.Index.OVERTAKEN) {
      throw new Arguments.Wrong("Another update is at work. Run it again.");
    }
    Optional<AdvisoryManifest> manifest = advisories.manifest();
    if (manifest.isPresent()) {
      AdvisoryManifest index = manifest.get();
      out.printf(
          Locale.ROOT,
          "%s: %,d vulnerabilities, %,d criteria of %,d products, %,d statements besides, %.1f"
              + " MB%n",
          report.index() == FeedReport.Index.IN_USE ? "In use from now on" : "In use already",
          index.vulnerabilities(),
          index.criteria(),
          index.products(),
          index.claims(),
          index.size() / 1e6);
    }
  }

  private void line(BuildReport.Feed feed) {
    out.printf(
        Locale.ROOT,
        "  %-44s %-13s %,9d records%s%n",
        feed.name(),
        feed.kind(),
        feed.records(),
        feed.kept() ? "  not changed since it was read" : "");
    if (feed.malformed() > 0) {
      out.println("    " + feed.malformed() + " could not be read, such as");
      feed.problems().stream().limit(3).forEach(problem -> out.println("      " + problem));
    }
  }

  private static Optional<String> whyNot(Path file, BuildReport.Feed feed) {
    if (feed.records() == 0) {
      return Optional.of(file + " is no feed; " + UNDERSTOOD);
    }
    return feed.whole()
        ? Optional.empty()
        : Optional.of(file + " is damaged: " + feed.problems().getLast());
  }

  private void status() throws IOException {
    try (AdvisoryIndex index = advisories.current().index()) {
      List<FeedNote> feeds = index.manifest().feeds();
      Instant now = clock.instant();
      List<String> stale = new ArrayList<>();
      for (FeedNote feed : feeds) {
        FeedAge age = FeedAge.of(feed, now);
        out.printf(
            Locale.ROOT,
            "  %-44s %-13s %,9d records%s%n",
            feed.name(),
            feed.kind(),
            feed.records(),
            age.text());
        if (age.isStale()) {
          stale.add(feed.name() + " is " + age.days() + " days old");
        }
      }
      out.printf(
          Locale.ROOT,
          "In use: %,d vulnerabilities, %,d criteria of %,d products, %,d statements besides%n",
          index.vulnerabilities(),
          index.criteria(),
          index.products(),
          index.claims());
      if (!index.manifest().distributions().isEmpty()) {
        out.println(
            "Distributions whose own data is in it: "
                + String.join(", ", index.manifest().distributions()));
      }
      stale.forEach(text -> out.println("STALE: " + text + "; download it again and import it"));
      if (feeds.size() == 1) {
        out.println(
            "These are only the facts that come with Firmament. `feeds import FILE...` adds"
                + " feeds.");
      }
      feeds.stream()
          .map(FeedNote::notice)
          .filter(notice -> !notice.isEmpty())
          .distinct()
          .forEach(out::println);
    }
  }
}
