package io.firmament.local;

import io.firmament.base.Ids;
import io.firmament.base.Log;
import io.firmament.platform.firmware.ObjectInfo;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.schema.Setting;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Tells when another advisory index comes into use, as S3 does in a deployment. `feeds import`
/// writes to the data folder from a process of its own, so that this one has to look.
final class IndexWatch implements AutoCloseable {
  private static final Log LOG = Log.of(IndexWatch.class);
  private static final int SECONDS = 1;

  private final LocalServers servers;
  private final ObjectStore documents;
  private final Clock clock;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("index-watch").daemon().factory());
  private Optional<String> known = Optional.empty();

  private IndexWatch(LocalServers servers, ObjectStore documents, Clock clock) {
    this.servers = servers;
    this.documents = documents;
    this.clock = clock;
  }

  /// Looks at once, for an index may have come while nothing ran, and then every second.
  static IndexWatch start(LocalServers servers, ObjectStore documents, Clock clock) {
    IndexWatch watch = new IndexWatch(servers, documents, clock);
    var _ = watch.timer.scheduleWithFixedDelay(watch::look, 0, SECONDS, TimeUnit.SECONDS);
    return watch;
  }

  private void look() {
    try {
      Optional<String> now = documents.find(ObjectKeys.CURRENT_ADVISORIES).map(ObjectInfo::etag);
      if (now.isPresent() && !now.equals(known)) {
        tell();
        known = now;
      }
    } catch (RuntimeException e) {
      LOG.warn("index_not_looked_at", "detail", e.getMessage());
    }
  }

  private void tell() {
    ObjectCreatedEvent event =
        new ObjectCreatedEvent(
            Ids.random().next().toString(),
            clock.instant(),
            Setting.BUCKET_DOCUMENTS.in(servers.environment()),
            ObjectKeys.CURRENT_ADVISORIES,
            "PutObject");
    servers
        .sqs()
        .sendMessage(
            request -> request.queueUrl(servers.monitorQueueUrl()).messageBody(event.toJson()));
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
