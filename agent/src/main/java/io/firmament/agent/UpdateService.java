package io.firmament.agent;

import io.firmament.agent.update.ContentSource;
import io.firmament.agent.update.Delivery;
import io.firmament.agent.update.FileStateStore;
import io.firmament.agent.update.HttpContentSource;
import io.firmament.agent.update.LocalHost;
import io.firmament.agent.update.Order;
import io.firmament.agent.update.Owner;
import io.firmament.agent.update.RefusedException;
import io.firmament.agent.update.TroubleException;
import io.firmament.agent.update.Trust;
import io.firmament.agent.update.TrustedRepository;
import io.firmament.agent.update.TufTrust;
import io.firmament.agent.update.UnfitException;
import io.firmament.agent.update.UpdateListener;
import io.firmament.agent.update.UpdateMachine;
import io.firmament.base.Log;
import io.firmament.device.v1.HeartbeatRequest;
import io.firmament.device.v1.HeartbeatResponse;
import io.firmament.tuf.Json;
import io.firmament.tuf.JsonReader;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.TufException;
import io.firmament.tuf.client.ClientLimits;
import io.firmament.tuf.client.FileStore;
import io.firmament.tuf.client.HttpFetcher;
import io.firmament.tuf.client.TufClient;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Updates and logs of the device that the agent runs on, on threads of their own: a download of
/// days does not keep a heartbeat waiting.
final class UpdateService implements DeviceWork {
  private static final Log LOG = Log.of(UpdateService.class);
  private static final Duration SILENCE = Duration.ofSeconds(60);
  private static final Duration FRESH = Duration.ofSeconds(10);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

  private final AgentSettings.Updates settings;
  private final FileStore metadata;
  private final UpdateMachine machine;
  private final GrpcReports reports = new GrpcReports();
  private final LogAnswers logs;
  private final Clock clock;
  private final UpdateWorker worker;
  private volatile @Nullable Connection connection;
  private volatile @Nullable ManagedChannel channel;
  private volatile Map<String, Long> versions;
  private volatile String url = "";

  /// What there is while there is a connection.
  private record Connection(
      TufTrust trust, TrustedRepository repository, HttpContentSource source) {}

  UpdateService(
      Path folder,
      AgentSettings.Updates settings,
      UpdateListener listener,
      Clock clock,
      RandomGenerator random) {
    this.settings = settings;
    this.logs =
        new LogAnswers(
            new LogSources(
                settings.allowlist().logs(),
                Optional.of(folder.resolve("agent.log")).filter(Files::exists),
                "/usr/bin/journalctl"));
    try {
      this.metadata =
          new FileStore(DataFolder.metadata(folder), ClientLimits.DEFAULT.largestMetadata());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    settings.tufRoot().ifPresent(this::pin);
    this.versions = storedVersions();
    this.machine =
        new UpdateMachine(
            new Connected(),
            new LocalHost(folder, settings.allowlist(), this::read),
            new FileStateStore(folder.resolve("update.json")),
            reports,
            listener,
            clock);
    this.clock = new Floored(clock, () -> machine.state().lastIssued());
    this.worker = UpdateWorker.start(machine, new Backoff(FIRST_PAUSE, LONGEST_PAUSE, random));
  }

  private void pin(Path file) {
    try {
      TufClient.initialize(metadata, Files.readAllBytes(file));
    } catch (IOException e) {
      throw new IllegalStateException(file + " cannot be read", e);
    } catch (TufException e) {
      throw new IllegalStateException(file + " cannot be pinned: " + e.getMessage(), e);
    }
  }

  /// A root that was pinned before stays; who could name another would be believed everything.
  @Override
  public void named(byte[] root, String namedUrl) {
    url = settings.artifactUrl().orElse(namedUrl);
    try {
      if (root.length > 0 && metadata.read(RoleName.ROOT).isEmpty()) {
        TufClient.initialize(metadata, root);
        versions = storedVersions();
        LOG.info("root_pinned", "version", versions.getOrDefault(RoleName.ROOT, 0L));
      }
    } catch (IOException | TufException e) {
      LOG.warn("root_not_pinned", "reason", e.getMessage());
    }
  }

  @Override
  public void connected(Identity identity, ManagedChannel next) {
    channel = next;
    reports.use(next);
    if (!url.isEmpty()) {
      connection = connection(identity, url);
    }
  }

  private Connection connection(Identity identity, String base) {
    HttpClient http = Connections.https(identity);
    TrustedRepository repository =
        new TrustedRepository(
            new TufClient(
                metadata,
                new HttpFetcher(http, HttpFetcher.Pace.DEFAULT),
                URI.create(base + "/metadata/"),
                URI.create(base + "/targets/"),
                ClientLimits.DEFAULT,
                clock),
            FRESH,
            System::nanoTime);
    Owner owner = identity.owner();
    return new Connection(
        new TufTrust(repository, owner), repository, new HttpContentSource(http, base, SILENCE));
  }

  @Override
  public void disconnected() {
    channel = null;
    reports.use(null);
    connection = null;
  }

  @Override
  public void describe(HeartbeatRequest.Builder heartbeat) {
    Inventory.describe(machine.state(), versions, heartbeat);
  }

  @Override
  public void told(HeartbeatResponse answer) {
    ManagedChannel current = channel;
    if (current != null) {
      logs.answer(answer.getLogRequestsList(), current);
    }
    worker.told(Inventory.assignments(answer));
  }

  private void read(Order.Target target, long offset, ContentSource.Sink sink)
      throws IOException, InterruptedException {
    Connection current = connection;
    if (current == null) {
      throw new IOException("there is no connection");
    }
    current.source().read(target, offset, sink);
  }

  /// The versions of the metadata in the store, as far as they can be read.
  private Map<String, Long> storedVersions() {
    Map<String, Long> found = new HashMap<>();
    for (String role : RoleName.TOP_LEVEL) {
      try {
        Optional<byte[]> file = metadata.read(role);
        if (file.isPresent()
            && JsonReader.readObject(file.get()).get("signed") instanceof Json.Obj signed
            && signed.get("version") instanceof Json.Int(long version)) {
          found.put(role, version);
        }
      } catch (IOException | TufException e) {
        LOG.warn("metadata_not_read", "role", role, "reason", e.getMessage());
      }
    }
    return Map.copyOf(found);
  }

  @Override
  public void close() {
    logs.close();
    worker.close();
  }

  /// Trust by whatever connection there is.
  private final class Connected implements Trust {
    @Override
    public void refresh() throws RefusedException, TroubleException {
      Connection current = current();
      try {
        current.trust().refresh();
      } finally {
        Map<String, Long> seen = current.repository().versions();
        if (!seen.isEmpty()) {
          versions = seen;
        }
      }
    }

    @Override
    public Order verify(byte[] signed) throws RefusedException {
      Connection current = connection;
      if (current == null) {
        throw new RefusedException(
            RefusedException.Reason.METADATA, "there is no repository to ask");
      }
      return current.trust().verify(signed);
    }

    @Override
    public Delivery resolve(Order order) throws RefusedException, TroubleException, UnfitException {
      return current().trust().resolve(order);
    }

    private Connection current() throws TroubleException {
      Connection current = connection;
      if (current == null) {
        throw new TroubleException("there is no repository to ask");
      }
      return current;
    }
  }

  /// A clock that does not go back behind what the director has signed.
  private static final class Floored extends Clock {
    private final Clock clock;
    private final InstantSource floor;

    Floored(Clock clock, InstantSource floor) {
      this.clock = clock;
      this.floor = floor;
    }

    @Override
    public Instant instant() {
      Instant now = clock.instant();
      Instant least = floor.instant();
      return now.isBefore(least) ? least : now;
    }

    @Override
    public ZoneId getZone() {
      return clock.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return new Floored(clock.withZone(zone), floor);
    }
  }
}
