package io.firmament.device;

import io.firmament.aws.AwsClients;
import io.firmament.aws.DynamoTables;
import io.firmament.aws.fleet.DynamoFleetStore;
import io.firmament.aws.fleet.DynamoLogStore;
import io.firmament.aws.fleet.DynamoRolloutStore;
import io.firmament.base.Ids;
import io.firmament.base.PageRequest;
import io.firmament.base.RolloutId;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.engines.DynamoEngine;
import io.firmament.platform.fleet.CallBudget;
import io.firmament.platform.fleet.DecommissionDevice;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.Devices;
import io.firmament.platform.fleet.EnrollToken;
import io.firmament.platform.fleet.EnrollTokens;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.fleet.HeartbeatPolicy;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.ProductGroupAccess;
import io.firmament.platform.logs.DeviceLogs;
import io.firmament.platform.logs.LogStore;
import io.firmament.platform.rollout.ArtifactFacts;
import io.firmament.platform.rollout.ArtifactRef;
import io.firmament.platform.rollout.Assignment;
import io.firmament.platform.rollout.Command;
import io.firmament.platform.rollout.Fleet;
import io.firmament.platform.rollout.Groups;
import io.firmament.platform.rollout.RolloutJson;
import io.firmament.platform.rollout.RolloutRunner;
import io.firmament.platform.rollout.RolloutStore;
import io.firmament.platform.rollout.Rollouts;
import io.firmament.platform.trust.OnlineRole;
import io.firmament.platform.trust.SoftwareKeys;
import io.firmament.schema.TableDefinition;
import io.firmament.trust.DeviceAuthority;
import io.firmament.trust.Pem;
import io.firmament.trust.SoftwareSigner;
import io.firmament.trust.TrustDomain;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.net.ssl.SSLException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/// A device server on a free port with a real table, and what an operator would do to it.
public final class TestFleet implements AutoCloseable {
  static final TrustDomain DOMAIN = new TrustDomain("fleet.test");

  static final String ARTIFACT_URL = "https://artifacts.fleet.test";
  static final byte[] ARTIFACT_ROOT = {'r', 'o', 'o', 't'};

  private static final int UNTHROTTLED = 1_000_000_000;

  public final TenantId tenant = new TenantId(UUID.randomUUID());
  public final Caller operator =
      new Caller(
          tenant,
          new UserId(UUID.randomUUID()),
          "operator@example.com",
          Caller.Credential.SESSION,
          Set.of(),
          new ProductGroupAccess(Set.of(), Map.of()));
  final SoftwareSigner signer = SoftwareSigner.generate();
  public final DeviceAuthority authority;
  public final FleetStore store;
  public final RolloutStore rollouts;
  final LogStore logStore;
  public final DeviceLogs logs;
  final TestLogs contents = new TestLogs();
  final TestDirector director = new TestDirector();
  final SoftwareKeys manifestKeys = SoftwareKeys.inMemory();
  final Faults faults = new Faults();
  public DeviceServer server;

  private final DynamoEngine engine = DynamoEngine.inMemory();

  /// What the server works with; [#faults] are its own.
  private final DynamoDbClient dynamo = client(engine, faults);

  /// What operators and tests work with.
  private final DynamoDbClient sound = client(engine, new Faults());

  private final DeviceServer.Settings settings;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final Optional<TestBucket> bucket;
  private final DeviceServer.Updates updates;

  public TestFleet(HeartbeatPolicy policy) throws IOException {
    this(policy, new CallBudget.Rate(UNTHROTTLED));
  }

  /// A fleet whose artifacts are served too, out of an S3 bucket.
  public static TestFleet withArtifacts(HeartbeatPolicy policy) throws IOException {
    return new TestFleet(
        policy,
        new CallBudget.Rate(UNTHROTTLED),
        List.of("localhost", "127.0.0.1"),
        Optional.of(new TestBucket()),
        Optional.empty());
  }

  /// A fleet with artifacts, and with what devices are told and believe.
  public static TestFleet withUpdates(HeartbeatPolicy policy, RepositoryOf repository)
      throws IOException {
    return new TestFleet(
        policy,
        new CallBudget.Rate(UNTHROTTLED),
        List.of("localhost", "127.0.0.1"),
        Optional.of(new TestBucket()),
        Optional.of(repository));
  }

  /// Makes the repository of a tenant in a bucket.
  @FunctionalInterface
  public interface RepositoryOf {
    DeviceServer.Updates make(TenantId tenant, TestBucket bucket);
  }

  TestFleet(HeartbeatPolicy policy, CallBudget.Rate rate) throws IOException {
    this(policy, rate, List.of("localhost", "127.0.0.1"), Optional.empty(), Optional.empty());
  }

  /// @param hosts the names in the server's certificate
  public TestFleet(HeartbeatPolicy policy, List<String> hosts) throws IOException {
    this(policy, new CallBudget.Rate(UNTHROTTLED), hosts, Optional.empty(), Optional.empty());
  }

  private TestFleet(
      HeartbeatPolicy policy,
      CallBudget.Rate rate,
      List<String> hosts,
      Optional<TestBucket> bucket,
      Optional<RepositoryOf> repository)
      throws IOException {
    this.bucket = bucket;
    this.updates =
        repository
            .map(each -> each.make(tenant, bucket()))
            .orElseGet(
                () ->
                    new DeviceServer.Updates(
                        new DirectorSigner(director, Clock.systemUTC()),
                        _ -> Optional.of(ARTIFACT_ROOT.clone()),
                        of -> manifestKeys.find(of, OnlineRole.MANIFEST)));
    new DynamoTables(sound).create(TableDefinition.named("fleet"), "fleet");
    this.store = new DynamoFleetStore(sound, "fleet");
    this.rollouts = new DynamoRolloutStore(sound, "fleet");
    this.logStore = new DynamoLogStore(sound, "fleet");
    this.logs = new DeviceLogs(logStore, store, contents.store(), Clock.systemUTC(), Ids.random());
    this.authority = authority(signer, Clock.systemUTC());
    this.settings =
        new DeviceServer.Settings(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            hosts,
            policy,
            rate,
            bucket.isPresent() ? "" : ARTIFACT_URL);
    this.server = start(settings);
  }

  private static DynamoDbClient client(DynamoEngine engine, Faults faults) {
    return AwsClients.pooled(
            Map.of(
                "AWS_REGION", "eu-central-1",
                "AWS_ACCESS_KEY_ID", "test",
                "AWS_SECRET_ACCESS_KEY", "test",
                "AWS_ENDPOINT_URL", engine.endpoint().toString()),
            32)
        .client(
            DynamoDbClient.builder().overrideConfiguration(b -> b.addExecutionInterceptor(faults)),
            "DYNAMODB");
  }

  private DeviceServer start(DeviceServer.Settings how) throws IOException {
    return DeviceServer.start(
        how,
        new DeviceServer.Parts(
            new DeviceServer.Stores(
                new DynamoFleetStore(dynamo, "fleet"),
                new DynamoRolloutStore(dynamo, "fleet"),
                new DynamoLogStore(dynamo, "fleet"),
                contents.store()),
            authority,
            updates,
            Clock.systemUTC(),
            Ids.random()),
        bucket.map(
            files ->
                new DeviceServer.Artifacts(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    new CallBudget.Rate(UNTHROTTLED),
                    files.source())));
  }

  /// Ends the server, and starts another in its place.
  void restart() throws IOException {
    int port = server.port();
    server.close();
    server =
        start(
            new DeviceServer.Settings(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                settings.hosts(),
                settings.policy(),
                settings.rate(),
                settings.artifactUrl()));
  }

  /// The bucket of artifacts.
  public TestBucket bucket() {
    return bucket.orElseThrow();
  }

  /// Where artifacts are served.
  public String artifactUrl() {
    return "https://localhost:" + server.artifactPort().orElseThrow();
  }

  /// Another authority of the same trust domain.
  public static DeviceAuthority authority(Clock clock) {
    return authority(SoftwareSigner.generate(), clock);
  }

  private static DeviceAuthority authority(SoftwareSigner signer, Clock clock) {
    SecureRandom random = new SecureRandom();
    return new DeviceAuthority(
        DOMAIN, signer, DeviceAuthority.createRoot(DOMAIN, signer, clock, random), clock, random);
  }

  /// Offers a version of an artifact to devices that are online.
  RolloutId rollOut(String artifact, String version, String... devices) {
    director.publish(artifact, version);
    return offer(artifact, version, devices);
  }

  /// The same with a file that can be fetched.
  RolloutId rollOut(String artifact, String version, byte[] content, String... devices) {
    String path = director.publish(artifact, version, content);
    bucket().put("t/" + tenant + "/targets/" + path, content);
    return offer(artifact, version, devices);
  }

  private RolloutId offer(String artifact, String version, String... devices) {
    rollouts.putArtifact(
        tenant,
        new ArtifactFacts(new ArtifactRef(artifact, version), Optional.empty(), false, Map.of()));
    Fleet fleet = new Fleet(new Devices(store, Clock.systemUTC()), rollouts);
    String group = "g-" + UUID.randomUUID();
    new Groups(rollouts, fleet, Clock.systemUTC(), Ids.random())
        .create(
            operator, RolloutJson.readGroup(Map.of("name", group, "devices", List.of(devices))));
    RolloutId id =
        new Rollouts(rollouts, fleet, Clock.systemUTC(), Ids.random())
            .create(
                operator,
                RolloutJson.readWish(
                    Map.of(
                        "artifact", Map.of("id", artifact, "version", version),
                        "group", group,
                        "probe", Map.of("type", "file", "path", "/run/ok"),
                        "strategy", Map.of("max_failure_rate", new BigDecimal("0.9")))))
            .state()
            .rollout()
            .id();
    evaluate(id);
    return id;
  }

  void abort(RolloutId id, Command.Policy policy) {
    Fleet fleet = new Fleet(new Devices(store, Clock.systemUTC()), rollouts);
    new Rollouts(rollouts, fleet, Clock.systemUTC(), Ids.random())
        .command(operator, id, new Command.Abort(policy));
    evaluate(id);
  }

  void evaluate(RolloutId id) {
    Fleet fleet = new Fleet(new Devices(store, Clock.systemUTC()), rollouts);
    new RolloutRunner(rollouts, fleet, Clock.systemUTC(), Ids.random()).run(tenant, id);
  }

  /// Which version of an artifact a device has.
  String installed(String device, String artifact) {
    return Objects.requireNonNull(device(device).inventory().installed().get(artifact)).version();
  }

  Assignment assignment(RolloutId id, String device) {
    return rollouts.findAssignment(tenant, id, new DeviceName(device)).orElseThrow();
  }

  /// Waits until devices count as alive.
  void awaitOnline(String... names) throws InterruptedException {
    Devices devices = new Devices(store, Clock.systemUTC());
    for (String name : names) {
      for (int i = 0;
          devices.get(tenant, new DeviceName(name)).liveness() != Devices.Liveness.ONLINE;
          i++) {
        if (i == 200) {
          throw new AssertionError(name + " did not come online");
        }
        Thread.sleep(50);
      }
    }
  }

  EnrollTokens tokens() {
    return new EnrollTokens(store, Clock.systemUTC(), Ids.random(), new SecureRandom());
  }

  public EnrollTokens.Created token(int uses) {
    return tokens()
        .create(
            operator,
            new EnrollTokens.Wish(
                "test", EnrollToken.Binding.toFleet(FleetName.DEFAULT), uses, Duration.ofHours(1)));
  }

  public void decommission(String name) {
    new DecommissionDevice(store, Clock.systemUTC(), Ids.random())
        .decommission(operator, new DeviceName(name));
  }

  public Device device(String name) {
    return store.findDevice(tenant, new DeviceName(name)).orElseThrow();
  }

  /// All devices, up to a page of them.
  public List<Device> devices() {
    return store.listDevices(tenant, PageRequest.first()).items();
  }

  /// How often a token was used.
  public int uses(EnrollTokens.Created token) {
    return store.findToken(tenant, token.token().id()).orElseThrow().uses();
  }

  ManagedChannel anonymous() throws SSLException {
    return channel(GrpcSslContexts.forClient());
  }

  ManagedChannel as(PrivateKey key, X509Certificate certificate) throws SSLException {
    return channel(GrpcSslContexts.forClient().keyManager(key, certificate));
  }

  ManagedChannel as(PrivateKey key, String certificatePem) throws Exception {
    return as(
        key, Pem.certificate(certificatePem.getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
  }

  ManagedChannel insisting(InsistingKeyManager keyManager) throws SSLException {
    return channel(GrpcSslContexts.forClient().keyManager(keyManager));
  }

  private ManagedChannel channel(SslContextBuilder tls) throws SSLException {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("localhost", server.port())
            .sslContext(tls.trustManager(authority.root()).protocols("TLSv1.3").build())
            .build();
    channels.add(channel);
    return channel;
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    server.close();
    dynamo.close();
    sound.close();
    engine.close();
    contents.close();
    bucket.ifPresent(TestBucket::close);
  }
}
