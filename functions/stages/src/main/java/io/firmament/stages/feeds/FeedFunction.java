package io.firmament.stages.feeds;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.firmament.aws.AwsClients;
import io.firmament.aws.FirmwareAdapters;
import io.firmament.aws.KmsDataKeys;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.schema.Metric;
import io.firmament.schema.Setting;
import io.firmament.stages.Advisories;
import io.firmament.stages.AdvisoryManifest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The entry class of the function that keeps the advisory index up to date by the clock.
///
/// A feed that cannot be had is no failure: it goes into the log, and after two days into a metric,
/// as the age of the index does. A run that is lost is made up for by the next.
public final class FeedFunction implements RequestStreamHandler {
  /// What the key of the NVD's API was encrypted for.
  private static final SortedMap<String, String> PURPOSE =
      new TreeMap<>(Map.of("purpose", "nvd-api-key"));

  /// What is left of the function's time when it downloads no more: the feed that came last is read
  /// in it, and the index built.
  private static final Duration READ_AND_BUILD = Duration.ofMinutes(9);

  /// What is left when it begins no index any more.
  private static final Duration BUILD = Duration.ofMinutes(5);

  private static final long MOST_BYTES = 2L << 30;

  private final ObjectStore documents;
  private final Optional<List<FeedSource>> sources;
  private final Optional<String> nvdKey;
  private final String namespace;
  private final Path work;
  private final Clock clock;
  private final PrintStream metrics;

  /// As Lambda makes it.
  public FeedFunction() {
    this(System.getenv(), AwsClients.of(System.getenv()));
  }

  private FeedFunction(Map<String, String> environment, AwsClients clients) {
    this(
        new FirmwareAdapters(environment, clients).documents(),
        Optional.empty(),
        nvdKey(environment, clients),
        Metric.namespace(Setting.KEY_PREFIX.in(environment)),
        Path.of(System.getProperty("java.io.tmpdir")),
        Clock.systemUTC(),
        System.out);
  }

  /// The same over given ports.
  ///
  /// @param sources empty for those of the object store, or that come with Firmament
  /// @param namespace of metrics
  /// @param metrics where lines in CloudWatch's embedded metric format go
  public FeedFunction(
      ObjectStore documents,
      Optional<List<FeedSource>> sources,
      Optional<String> nvdKey,
      String namespace,
      Path work,
      Clock clock,
      PrintStream metrics) {
    this.documents = documents;
    this.sources = sources;
    this.nvdKey = nvdKey;
    this.namespace = namespace;
    this.work = work;
    this.clock = clock;
    this.metrics = metrics;
  }

  /// The key of the NVD's API that a deployment was given, as [Setting#NVD_API_KEY] says.
  ///
  /// @throws IllegalStateException where it was encrypted with another key or for something else
  static Optional<String> nvdKey(Map<String, String> environment, AwsClients clients) {
    return Setting.NVD_API_KEY
        .find(environment)
        .map(
            wrapped ->
                new KmsDataKeys(clients.kms(), Setting.KEY_REGISTRIES.in(environment))
                    .open(Base64.getDecoder().decode(wrapped), PURPOSE)
                    .orElseThrow(
                        () ->
                            new IllegalStateException("the key of the NVD's API cannot be opened")))
        .map(plain -> new String(plain, StandardCharsets.UTF_8).strip());
  }

  @Override
  public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
    run(Duration.ofMillis(context.getRemainingTimeInMillis()));
  }

  /// Does what is due.
  ///
  /// @param time how much of it there is
  public FeedReport run(Duration time) throws IOException {
    Instant end = clock.instant().plus(time);
    Advisories advisories = new Advisories(documents, work);
    FeedUpdate update = new FeedUpdate(documents, advisories, work, clock);
    List<FeedSource> asked =
        sources.isPresent() ? sources.get() : update.sources(nvdKey.isPresent());
    FeedReport report =
        update.run(
            asked,
            nvdKey,
            new FeedUpdate.Limits(end.minus(READ_AND_BUILD), end.minus(BUILD), MOST_BYTES));
    if (!asked.isEmpty()) {
      tell(advisories, report);
    }
    return report;
  }

  private void tell(Advisories advisories, FeedReport report) throws IOException {
    Optional<Instant> built =
        advisories.manifest().map(AdvisoryManifest::builtAt).map(Instant::parse);
    built.ifPresent(
        at ->
            metric(
                Metric.ADVISORY_INDEX_AGE_HOURS, Duration.between(at, clock.instant()).toHours()));
    if (!report.overdue().isEmpty()) {
      metric(Metric.FEEDS_OVERDUE, report.overdue().size());
    }
  }

  private void metric(String name, long value) {
    metrics.println(Metric.line(namespace, clock.millis(), name, value));
  }
}
