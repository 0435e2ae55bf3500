package io.firmament.device;

import io.firmament.base.Ids;
import io.firmament.base.Log;
import io.firmament.platform.delivery.ArtifactSource;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.fleet.ArtifactRoot;
import io.firmament.platform.fleet.CallBudget;
import io.firmament.platform.fleet.ChangeWatch;
import io.firmament.platform.fleet.DeviceDirectory;
import io.firmament.platform.fleet.EnrollDevice;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.fleet.HeartbeatPolicy;
import io.firmament.platform.fleet.LivenessWatch;
import io.firmament.platform.fleet.RecordHeartbeat;
import io.firmament.platform.fleet.RecordInventory;
import io.firmament.platform.fleet.RegisterDevice;
import io.firmament.platform.fleet.RenewCertificate;
import io.firmament.platform.logs.LogStore;
import io.firmament.platform.logs.ReceiveLogs;
import io.firmament.platform.mailbox.Deliveries;
import io.firmament.platform.mailbox.Mailboxes;
import io.firmament.platform.rollout.AssignmentSigner;
import io.firmament.platform.rollout.DeviceAssignments;
import io.firmament.platform.rollout.RolloutStore;
import io.firmament.platform.rollout.SignedAssignments;
import io.firmament.trust.DeviceAuthority;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/// The endpoint of the devices: gRPC over TLS 1.3 with client certificates.
///
/// The handshake takes clients with a certificate from the device authority and clients with none;
/// any other certificate fails it. Clients with none can call Enroll only.
public final class DeviceServer implements AutoCloseable {
  private static final Log LOG = Log.of(DeviceServer.class);

  /// 64 KiB of logs, and what is around them.
  private static final int MAX_MESSAGE_BYTES = 65 * 1024;

  private static final int MAX_HEADER_BYTES = 8 * 1024;
  private static final int MAX_CALLS_PER_CONNECTION = 32;
  private static final int DRAIN_SECONDS = 5;

  private final Server server;
  private final ExecutorService calls;
  private final Ticking timer;
  private final LivenessWatch watch;
  private final Optional<ArtifactServer> artifacts;

  /// How a server is to run.
  ///
  /// @param address where it listens; port 0 takes any
  /// @param hosts names and addresses under which devices reach it, for its certificate
  /// @param rate how often one device may call
  /// @param artifactUrl where devices get artifacts, without a slash at its end; or empty
  public record Settings(
      InetSocketAddress address,
      List<String> hosts,
      HeartbeatPolicy policy,
      CallBudget.Rate rate,
      String artifactUrl) {
    public Settings {
      hosts = List.copyOf(hosts);
    }

    /// Without artifacts.
    public Settings(
        InetSocketAddress address,
        List<String> hosts,
        HeartbeatPolicy policy,
        CallBudget.Rate rate) {
      this(address, hosts, policy, rate, "");
    }

    Settings withArtifactUrl(String url) {
      return new Settings(address, hosts, policy, rate, url);
    }

    /// With the standard rate.
    public Settings(InetSocketAddress address, List<String> hosts, HeartbeatPolicy policy) {
      this(address, hosts, policy, CallBudget.Rate.standard());
    }
  }

  /// What a server works with.
  public record Parts(
      Stores stores, DeviceAuthority authority, Updates updates, Clock clock, Ids ids) {}

  /// Where everything is kept.
  ///
  /// @param contents of logs
  public record Stores(
      FleetStore fleet, RolloutStore rollouts, LogStore logs, ObjectStore contents) {}

  /// Why devices believe what they are told and given.
  ///
  /// @param manifestKeys of the tenants, for devices that are too small for metadata
  public record Updates(
      AssignmentSigner signer, ArtifactRoot root, CompactManifests.Keys manifestKeys) {
    /// Without manifests.
    public Updates(AssignmentSigner signer, ArtifactRoot root) {
      this(signer, root, _ -> Optional.empty());
    }

    /// Devices are told of no updates.
    public static Updates none() {
      return new Updates(
          (_, _) -> new AssignmentSigner.Outcome.Unsigned("this platform signs no assignments"),
          ArtifactRoot.none());
    }
  }

  /// What serves artifacts beside the calls.
  ///
  /// @param address where it listens; port 0 takes any
  /// @param claims where devices without gRPC and certificate ask for one; port 0 takes any
  /// @param rate how many files one device may ask for
  /// @param source of the files
  public record Artifacts(
      InetSocketAddress address,
      InetSocketAddress claims,
      CallBudget.Rate rate,
      ArtifactSource source) {}

  private record Ticking(ScheduledExecutorService timer, ScheduledFuture<?> task) {
    void stop() throws InterruptedException {
      task.cancel(false);
      timer.shutdown();
      if (!timer.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS)) {
        timer.shutdownNow();
      }
    }
  }

  private DeviceServer(
      Server server,
      ExecutorService calls,
      Ticking timer,
      LivenessWatch watch,
      Optional<ArtifactServer> artifacts) {
    this.server = server;
    this.calls = calls;
    this.timer = timer;
    this.watch = watch;
    this.artifacts = artifacts;
  }

  /// Starts serving calls, and no artifacts.
  public static DeviceServer start(Settings settings, Parts parts) throws IOException {
    return start(settings, parts, Optional.empty());
  }

  /// Starts serving.
  public static DeviceServer start(Settings settings, Parts parts, Optional<Artifacts> artifacts)
      throws IOException {
    FleetStore store = parts.stores().fleet();
    Clock clock = parts.clock();
    LivenessWatch watch = new LivenessWatch(store, settings.policy(), clock, parts.ids());
    ChangeWatch changes = new ChangeWatch(store, clock);
    DeviceDirectory directory = new DeviceDirectory(store, changes, clock, parts.ids());
    Mailboxes mailboxes = new Mailboxes(store, clock);
    changes.listen(directory);
    changes.listen(mailboxes);
    DeviceCertificates certificates = new DeviceCertificates(parts.authority().domain(), clock);
    PeerCertificates peers = new PeerCertificates(certificates);
    ServerIdentity identity = new ServerIdentity(parts.authority(), settings.hosts());
    identity.refresh(clock.instant());
    Services services = services(settings, parts, new Memory(directory, mailboxes, watch));
    Optional<ArtifactServer> files = Optional.empty();
    String artifactUrl = settings.artifactUrl();
    if (artifacts.isPresent()) {
      ArtifactServer.Trust trust =
          new ArtifactServer.Trust(identity.keyManager(), parts.authority().root());
      ArtifactServer started =
          ArtifactServer.start(
              artifacts.get(),
              trust,
              certificates,
              directory,
              services.http(
                  directory,
                  settings.hosts().getFirst(),
                  new CompactManifests(parts.updates().manifestKeys(), clock),
                  clock),
              clock);
      files = Optional.of(started);
      if (artifactUrl.isEmpty()) {
        artifactUrl = "https://" + settings.hosts().getFirst() + ":" + started.port();
      }
    }
    ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("device-timer").factory());
    Server server =
        NettyServerBuilder.forAddress(settings.address())
            .sslContext(tls(identity, parts.authority()))
            .executor(calls)
            .addService(
                calls(
                    settings.withArtifactUrl(artifactUrl),
                    parts,
                    directory,
                    services,
                    peers,
                    timer))
            .addTransportFilter(peers)
            .intercept(peers)
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .maxInboundMetadataSize(MAX_HEADER_BYTES)
            .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
            .handshakeTimeout(10, TimeUnit.SECONDS)
            .permitKeepAliveTime(20, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .keepAliveTime(5, TimeUnit.MINUTES)
            .keepAliveTimeout(20, TimeUnit.SECONDS)
            .build()
            .start();
    ScheduledFuture<?> ticking =
        timer.scheduleWithFixedDelay(
            () -> {
              tick(() -> identity.refresh(clock.instant()));
              tick(changes::refresh);
              tick(watch::flush);
            },
            200,
            500,
            TimeUnit.MILLISECONDS);
    LOG.info("device_server_started", "port", server.getPort());
    return new DeviceServer(server, calls, new Ticking(timer, ticking), watch, files);
  }

  /// What is remembered of devices.
  private record Memory(DeviceDirectory directory, Mailboxes mailboxes, LivenessWatch watch) {}

  public int port() {
    return server.getPort();
  }

  /// Where artifacts are served; empty where they are not.
  public OptionalInt artifactPort() {
    return artifacts.map(files -> OptionalInt.of(files.port())).orElseGet(OptionalInt::empty);
  }

  /// Where devices without gRPC enrol; empty where they do not.
  public OptionalInt claimsPort() {
    return artifacts.map(files -> OptionalInt.of(files.claimsPort())).orElseGet(OptionalInt::empty);
  }

  /// Waits until the server is closed.
  public void awaitEnd() throws InterruptedException {
    server.awaitTermination();
  }

  /// Lets running calls finish, then writes down when each device was last seen.
  @Override
  public void close() {
    server.shutdown();
    artifacts.ifPresent(ArtifactServer::close);
    try {
      if (!server.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS)) {
        server.shutdownNow();
      }
      timer.stop();
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    calls.shutdown();
    watch.close();
  }

  /// What answers calls, by whichever way they come.
  private record Services(DeviceCalls.Decisions decisions, ReceiveLogs logs) {
    HttpCalls http(
        DeviceDirectory directory, String host, CompactManifests manifests, Clock clock) {
      return new HttpCalls(
          new HttpCalls.Claims(decisions.enroll(), directory, host),
          decisions.register(),
          decisions.heartbeat(),
          decisions.deliveries(),
          logs,
          manifests,
          clock);
    }
  }

  private static Services services(Settings settings, Parts parts, Memory memory) {
    Stores stores = parts.stores();
    Clock clock = parts.clock();
    Ids ids = parts.ids();
    DeviceDirectory directory = memory.directory();
    AuthorityIssuer issuer = new AuthorityIssuer(parts.authority());
    RegisterDevice register = new RegisterDevice(stores.fleet(), directory, clock, ids);
    RecordInventory inventory = new RecordInventory(stores.fleet(), directory, clock, ids);
    Deliveries deliveries =
        new Deliveries(
            memory.mailboxes(),
            new DeviceAssignments(stores.rollouts(), clock),
            new SignedAssignments(parts.updates().signer(), clock),
            stores.logs(),
            inventory,
            clock);
    return new Services(
        new DeviceCalls.Decisions(
            new EnrollDevice(stores.fleet(), issuer, clock, ids),
            register,
            new RecordHeartbeat(
                memory.watch(), register, inventory, settings.policy(), clock, new SecureRandom()),
            deliveries,
            new RenewCertificate(stores.fleet(), directory, issuer, clock, ids)),
        new ReceiveLogs(stores.logs(), stores.contents(), clock, ids));
  }

  private static DeviceCalls calls(
      Settings settings,
      Parts parts,
      DeviceDirectory directory,
      Services services,
      PeerCertificates peers,
      ScheduledExecutorService timer) {
    return new DeviceCalls(
        peers,
        directory,
        new CallBudget(settings.rate(), parts.clock()),
        services.decisions(),
        new DeviceCalls.Artifacts(parts.updates().root(), settings.artifactUrl()),
        new LogUploads(
            services.logs(),
            services.decisions().deliveries(),
            timer,
            LogUploads.Limits.standard()),
        parts.clock());
  }

  private static SslContext tls(ServerIdentity identity, DeviceAuthority authority)
      throws SSLException {
    return GrpcSslContexts.configure(SslContextBuilder.forServer(identity.keyManager()))
        .protocols("TLSv1.3")
        .trustManager(authority.root())
        .clientAuth(ClientAuth.OPTIONAL)
        .build();
  }

  private static void tick(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException outage) {
      // Nothing is lost: what was not done stays due, and the next tick comes soon.
      LOG.error("device_tick_failed", outage);
    }
  }
}
