package io.firmament.local;

import io.firmament.aws.delivery.S3ArtifactSource;
import io.firmament.aws.tuf.S3ArtifactRoot;
import io.firmament.base.Ids;
import io.firmament.base.Log;
import io.firmament.device.DeviceServer;
import io.firmament.device.DirectorSigner;
import io.firmament.device.TenantDirectors;
import io.firmament.edge.HttpFunction;
import io.firmament.edge.OperationCatalogue;
import io.firmament.engines.GrantGuard;
import io.firmament.graphql.GraphqlLimits;
import io.firmament.graphql.GraphqlOperation;
import io.firmament.platform.artifact.Publishing;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.Stage;
import io.firmament.platform.fleet.HeartbeatPolicy;
import io.firmament.platform.rollout.RolloutRunner;
import io.firmament.platform.trust.OnlineRole;
import io.firmament.platform.trust.RepositoryRenewal;
import io.firmament.rest.Operations;
import io.firmament.rest.Platform;
import io.firmament.schema.Contract;
import io.firmament.schema.Route;
import io.firmament.schema.Setting;
import io.firmament.schema.TimerRole;
import io.firmament.transfer.TransferHandler;
import io.firmament.transfer.TransferServer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/// The whole platform in one process: the functions behind a gateway that sends them the events of
/// API Gateway, the transfer service, the pipeline behind its queues, on local servers that speak
/// the protocols of DynamoDB, S3 and SQS.
public final class LocalPlatform implements AutoCloseable {
  private static final Log LOG = Log.of(LocalPlatform.class);
  private static final String HOST = "127.0.0.1";
  private static final int AT_A_TIME = 100;

  private final Optional<Path> data;
  private final LocalServers servers;
  private final LocalPorts ports;
  private final LocalPipeline pipeline;
  private final TransferServer http;
  private final LocalDevices devices;
  private final List<LocalTimer> timers;
  private final Platform platform;
  private final List<FeedTimer> feeds = new CopyOnWriteArrayList<>();
  private final CountDownLatch stopped = new CountDownLatch(1);

  private LocalPlatform(
      Optional<Path> data,
      LocalServers servers,
      LocalPorts ports,
      LocalPipeline pipeline,
      TransferServer http,
      LocalDevices devices,
      List<LocalTimer> timers,
      Platform platform) {
    this.data = data;
    this.servers = servers;
    this.ports = ports;
    this.pipeline = pipeline;
    this.http = http;
    this.devices = devices;
    this.timers = timers;
    this.platform = platform;
  }

  /// Starts everything.
  ///
  /// @param data where to keep what there is; empty to forget it at the end
  /// @param port to listen on; 0 for any free one
  public static LocalPlatform start(Optional<Path> data, int port) {
    return start(data, port, HeartbeatPolicy.standard().interval());
  }

  /// @param heartbeat how often devices report
  static LocalPlatform start(Optional<Path> data, int port, Duration heartbeat) {
    AtomicReference<LocalServers> started = new AtomicReference<>();
    UploadJournal journal = new UploadJournal(data);
    LocalServers servers =
        LocalServers.start(
            data,
            (bucket, key, reason) -> {
              LocalServers there = Objects.requireNonNull(started.get());
              if (isImage(there, bucket, key)) {
                journal.add(key);
                announceImage(there, key, reason);
              }
              if (isOfUserAdvisories(there, bucket, key)) {
                announce(there, there.monitorQueueUrl(), bucket, key, reason);
              }
            });
    started.set(servers);
    return start(servers, journal, new Options(data, port, heartbeat));
  }

  private record Options(Optional<Path> data, int port, Duration heartbeat) {}

  /// Starts everything with AWS, or what stands for it (LocalStack, moto), in the place of the
  /// local servers. It makes tables, buckets, queues and a rule of its own there and removes them
  /// when it is closed.
  ///
  /// @param environment the SDK's variables: region, keys, endpoint
  public static LocalPlatform on(Map<String, String> environment) {
    Optional<Path> nothing = Optional.empty();
    return start(
        LocalServers.on(environment),
        new UploadJournal(nothing),
        new Options(nothing, 0, HeartbeatPolicy.standard().interval()));
  }

  private static LocalPlatform start(LocalServers servers, UploadJournal journal, Options options) {
    Optional<Path> data = options.data();
    Clock clock = Clock.systemUTC();
    Ids ids = Ids.random();
    LocalPorts ports =
        new LocalPorts(servers, new KeyFolder(data.map(folder -> folder.resolve("keys"))));
    Platform platform = new Platform(ports, clock, ids, new SecureRandom());
    OperationCatalogue operations = operations(platform, ports, clock, ids);
    HttpFunction function =
        new HttpFunction(platform.authenticator(), operations, Optional.empty());
    TransferHandler transfer =
        new TransferHandler(
            platform.authenticator(),
            operations,
            ports.firmware(),
            ports.uploads(),
            Optional.empty(),
            ids,
            clock);
    LocalGateway gateway =
        new LocalGateway(
            (operation, event) -> {
              Route route = Contract.route(operation);
              return GrantGuard.as(GrantGuard.Role.of(route), () -> function.handle(route, event));
            },
            transfer,
            ids,
            clock);
    TransferServer http = TransferServer.start(HOST, options.port(), gateway);
    LocalDevices devices =
        LocalDevices.start(
            data, ports, delivery(servers, ports, platform), options.heartbeat(), clock, ids);
    journal.unfinished(ports.firmware()).forEach(key -> announceImage(servers, key, "Restart"));
    return new LocalPlatform(
        data,
        servers,
        ports,
        LocalPipeline.start(servers, ports, clock),
        http,
        devices,
        timers(platform),
        platform);
  }

  private static LocalDevices.Delivery delivery(
      LocalServers servers, LocalPorts ports, Platform platform) {
    String bucket = Setting.BUCKET_ARTIFACTS.in(servers.environment());
    TenantDirectors directors =
        new TenantDirectors(platform.repositories(), ports.artifacts(), ports.onlineKeys());
    return new LocalDevices.Delivery(
        new DeviceServer.Updates(
            new DirectorSigner(directors, platform.clock()),
            new S3ArtifactRoot(servers.s3(), bucket, platform.clock()),
            tenant -> ports.onlineKeys().find(tenant, OnlineRole.MANIFEST)),
        new S3ArtifactSource(servers.s3(), bucket));
  }

  private static List<LocalTimer> timers(Platform platform) {
    RolloutRunner rollouts = platform.rolloutRunner();
    RepositoryRenewal renewal = platform.repositoryRenewal();
    Publishing publishing = platform.publishing();
    return List.of(
        LocalTimer.start(
            TimerRole.RUN_ROLLOUTS, Duration.ofSeconds(1), () -> rollouts.runDue(AT_A_TIME)),
        LocalTimer.start(
            TimerRole.SETTLE_ARTIFACTS, Duration.ofSeconds(30), () -> publishing.sweep(AT_A_TIME)),
        LocalTimer.start(
            TimerRole.RENEW_REPOSITORIES,
            Duration.ofSeconds(10),
            () -> renewal.runDue(platform.clock().instant().plus(Duration.ofMinutes(1)))));
  }

  private static OperationCatalogue operations(
      Platform platform, LocalPorts ports, Clock clock, Ids ids) {
    OperationCatalogue rest = new Operations(platform);
    GraphqlOperation graphql =
        new GraphqlOperation(
            ports.identity(),
            platform.apiTokens(),
            ports.firmware(),
            ports.uploads(),
            ports.documents(),
            Optional.empty(),
            GraphqlLimits.DEFAULT,
            ids,
            clock);
    return id -> id.equals("graphql") ? Optional.of(graphql) : rest.find(id);
  }

  private static boolean isImage(LocalServers servers, String bucket, String key) {
    return bucket.equals(Setting.BUCKET_UPLOADS.in(servers.environment()))
        && ObjectKeys.parseFirmware(key).isPresent();
  }

  private static boolean isOfUserAdvisories(LocalServers servers, String bucket, String key) {
    return bucket.equals(Setting.BUCKET_DOCUMENTS.in(servers.environment()))
        && ObjectKeys.parseUserAdvisoriesChanged(key).isPresent();
  }

  private static void announceImage(LocalServers servers, String key, String reason) {
    String bucket = Setting.BUCKET_UPLOADS.in(servers.environment());
    announce(servers, servers.queueUrl(Stage.UNPACK), bucket, key, reason);
  }

  /// What the rules on the event bus do: events of images go to the first stage's queue, those of
  /// tenants' records to who matches again.
  private static void announce(
      LocalServers servers, String queue, String bucket, String key, String reason) {
    String id = Ids.random().next().toString();
    ObjectCreatedEvent event =
        new ObjectCreatedEvent(id, Clock.systemUTC().instant(), bucket, key, reason);
    servers.sqs().sendMessage(request -> request.queueUrl(queue).messageBody(event.toJson()));
  }

  /// Where it answers, without a trailing slash.
  public String url() {
    return http.url().toString();
  }

  /// Its device service.
  public LocalDevices devices() {
    return devices;
  }

  /// What its functions and services work on.
  public LocalPorts ports() {
    return ports;
  }

  /// What a deployed process would find in its environment: where the local servers are, and the
  /// names of tables, buckets and queues on them.
  public Map<String, String> environment() {
    return servers.environment();
  }

  /// The demo tenant, made on first use, with its repository begun.
  Seed seed() {
    Seed seed = Seed.ensure(data, ports.identity(), platform.clock(), platform.ids());
    seedRepository().begin(seed.administrator(ports.identity()));
    return seed;
  }

  /// The demo tenant's repository.
  SeedRepository seedRepository() {
    return new SeedRepository(
        platform.ceremonies(),
        platform.repositories(),
        data.map(folder -> folder.resolve("keys/offline")));
  }

  /// Updates the advisory index by the clock from now on.
  ///
  /// @throws IllegalStateException without a data folder, in which it could be kept
  void updateFeeds(FeedTimer.Plan plan) {
    Path folder =
        data.orElseThrow(() -> new IllegalStateException("feeds are kept in a data folder"));
    feeds.add(FeedTimer.start(plan, folder, ports.documents(), platform.clock()));
  }

  /// Takes no more work from the queues, and waits a while for what runs. Uploads are still taken;
  /// the next start analyses them.
  void stopAnalysing() {
    pipeline.close();
  }

  /// Waits until the process is told to stop.
  void awaitStop() {
    Thread closing = Thread.ofPlatform().name("stop").unstarted(this::close);
    Runtime.getRuntime().addShutdownHook(closing);
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    if (stopped.getCount() == 0) {
      return;
    }
    stopped.countDown();
    pipeline.stop();
    http.close();
    timers.forEach(LocalTimer::close);
    feeds.forEach(FeedTimer::close);
    devices.close();
    pipeline.close();
    servers.close();
    LOG.info("platform_stopped");
  }
}
