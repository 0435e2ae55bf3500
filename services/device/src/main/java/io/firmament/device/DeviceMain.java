package io.firmament.device;

import io.firmament.aws.AwsClients;
import io.firmament.aws.FirmwareAdapters;
import io.firmament.aws.delivery.S3ArtifactSource;
import io.firmament.aws.fleet.DynamoArtifactStore;
import io.firmament.aws.fleet.DynamoAuthorityRoot;
import io.firmament.aws.fleet.DynamoFleetStore;
import io.firmament.aws.fleet.DynamoLogStore;
import io.firmament.aws.fleet.DynamoRolloutStore;
import io.firmament.aws.fleet.KmsSigner;
import io.firmament.aws.tuf.KmsOnlineKeys;
import io.firmament.aws.tuf.S3ArtifactRoot;
import io.firmament.aws.tuf.S3MetadataStores;
import io.firmament.base.Ids;
import io.firmament.platform.fleet.CallBudget;
import io.firmament.platform.fleet.HeartbeatPolicy;
import io.firmament.platform.trust.OnlineKeys;
import io.firmament.platform.trust.OnlineRole;
import io.firmament.platform.trust.TenantRepositories;
import io.firmament.schema.Setting;
import io.firmament.trust.DeviceAuthority;
import io.firmament.trust.TrustDomain;
import io.firmament.tuf.repository.Schedule;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The device service as a container: reads its settings from the environment, serves until it is
/// told to stop, and then finishes what is running.
///
/// | variable | meaning |
/// | --- | --- |
/// | `FIRMAMENT_TABLE_FLEET` | the fleet's table |
/// | `FIRMAMENT_BUCKET_DOCUMENTS` | the bucket of logs that devices send, under `logs/` |
/// | `FIRMAMENT_KEY_DEVICE_CA` | the P-256 key in KMS that signs device certificates |
/// | `FIRMAMENT_TRUST_DOMAIN` | the name in every device identity |
/// | `FIRMAMENT_DEVICE_HOSTS` | names under which devices reach the endpoint, by comma |
/// | `FIRMAMENT_DEVICE_PORT` | where to listen, 9445 unless set |
/// | `FIRMAMENT_BUCKET_ARTIFACTS` | the bucket that artifacts are served from; unset, none are |
/// | `FIRMAMENT_KEY_PREFIX` | names the tenants' keys in KMS; unset, no updates are signed |
/// | `FIRMAMENT_ARTIFACT_PORT` | where artifacts are served, 9446 unless set |
/// | `FIRMAMENT_CLAIM_PORT` | where devices without gRPC enrol, 9447 unless set |
/// | `FIRMAMENT_ARTIFACT_REQUESTS_PER_MINUTE` | how often one device may, 600 unless set |
/// | `FIRMAMENT_ARTIFACT_URL` | where devices get artifacts, an https address; none unless set |
/// | `FIRMAMENT_HEARTBEAT_SECONDS` | the heartbeat interval, 60 unless set |
/// | `FIRMAMENT_DEVICE_CALLS_PER_MINUTE` | how often one device may call, 120 unless set |
///
/// With the argument `healthy` it tries the ports on this machine, and ends with 0 or 1.
public final class DeviceMain {
  private static final int DEFAULT_PORT = 9445;
  private static final int DEFAULT_ARTIFACT_PORT = 9446;
  private static final int DEFAULT_CLAIM_PORT = 9447;
  private static final int DEFAULT_ARTIFACT_REQUESTS = 600;

  /// One for each artifact that is being served, and some for the calls.
  private static final int CONNECTIONS = 320;

  private static final int PROBE_MILLIS = 5_000;

  private DeviceMain() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Map<String, String> environment = System.getenv();
    if (arguments.length > 0 && arguments[0].equals("healthy")) {
      boolean artifacts = Setting.BUCKET_ARTIFACTS.find(environment).isPresent();
      boolean healthy =
          accepts(port(environment)) && (!artifacts || accepts(artifactPort(environment)));
      System.exit(healthy ? 0 : 1);
    }
    Clock clock = Clock.systemUTC();
    try (AwsClients clients = AwsClients.pooled(environment, CONNECTIONS)) {
      String table = Setting.TABLE_FLEET.in(environment);
      DeviceServer server =
          DeviceServer.start(
              settings(environment),
              new DeviceServer.Parts(
                  new DeviceServer.Stores(
                      new DynamoFleetStore(clients.dynamo(), table),
                      new DynamoRolloutStore(clients.dynamo(), table),
                      new DynamoLogStore(clients.dynamo(), table),
                      new FirmwareAdapters(environment, clients).documents()),
                  authority(environment, clients, clock),
                  updates(environment, clients, clock),
                  clock,
                  Ids.random()),
              artifacts(environment, clients));
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(server::close));
      server.awaitEnd();
    }
  }

  private static int port(Map<String, String> environment) {
    return find(environment, "FIRMAMENT_DEVICE_PORT").map(Integer::parseInt).orElse(DEFAULT_PORT);
  }

  private static int artifactPort(Map<String, String> environment) {
    return find(environment, "FIRMAMENT_ARTIFACT_PORT")
        .map(Integer::parseInt)
        .orElse(DEFAULT_ARTIFACT_PORT);
  }

  private static int claimPort(Map<String, String> environment) {
    return find(environment, "FIRMAMENT_CLAIM_PORT")
        .map(Integer::parseInt)
        .orElse(DEFAULT_CLAIM_PORT);
  }

  private static Optional<DeviceServer.Artifacts> artifacts(
      Map<String, String> environment, AwsClients clients) {
    int perMinute =
        find(environment, "FIRMAMENT_ARTIFACT_REQUESTS_PER_MINUTE")
            .map(Integer::parseInt)
            .orElse(DEFAULT_ARTIFACT_REQUESTS);
    return Setting.BUCKET_ARTIFACTS
        .find(environment)
        .map(
            bucket ->
                new DeviceServer.Artifacts(
                    new InetSocketAddress(artifactPort(environment)),
                    new InetSocketAddress(claimPort(environment)),
                    new CallBudget.Rate(perMinute),
                    new S3ArtifactSource(clients.s3(), bucket)));
  }

  private static DeviceServer.Updates updates(
      Map<String, String> environment, AwsClients clients, Clock clock) {
    Optional<String> bucket = Setting.BUCKET_ARTIFACTS.find(environment);
    Optional<String> prefix = Setting.KEY_PREFIX.find(environment);
    if (bucket.isEmpty() || prefix.isEmpty()) {
      return DeviceServer.Updates.none();
    }
    OnlineKeys keys = new KmsOnlineKeys(clients.kms(), prefix.get());
    TenantRepositories repositories =
        new TenantRepositories(
            new S3MetadataStores(clients.s3(), bucket.get()), keys, Schedule.DEFAULT);
    return new DeviceServer.Updates(
        new DirectorSigner(
            new TenantDirectors(
                repositories,
                new DynamoArtifactStore(clients.dynamo(), Setting.TABLE_FLEET.in(environment)),
                keys),
            clock),
        new S3ArtifactRoot(clients.s3(), bucket.get(), clock),
        tenant -> keys.find(tenant, OnlineRole.MANIFEST));
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PROBE_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static DeviceServer.Settings settings(Map<String, String> environment) {
    HeartbeatPolicy policy =
        find(environment, "FIRMAMENT_HEARTBEAT_SECONDS")
            .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
            .map(HeartbeatPolicy.standard()::withInterval)
            .orElseGet(HeartbeatPolicy::standard);
    CallBudget.Rate rate =
        find(environment, "FIRMAMENT_DEVICE_CALLS_PER_MINUTE")
            .map(calls -> new CallBudget.Rate(Integer.parseInt(calls)))
            .orElseGet(CallBudget.Rate::standard);
    return new DeviceServer.Settings(
        new InetSocketAddress(port(environment)),
        List.of(required(environment, "FIRMAMENT_DEVICE_HOSTS").split(",", -1)),
        policy,
        rate,
        find(environment, "FIRMAMENT_ARTIFACT_URL").orElse(""));
  }

  private static DeviceAuthority authority(
      Map<String, String> environment, AwsClients clients, Clock clock) {
    TrustDomain domain = new TrustDomain(required(environment, "FIRMAMENT_TRUST_DOMAIN"));
    SecureRandom random = new SecureRandom();
    KmsSigner signer = KmsSigner.of(clients.kms(), Setting.KEY_DEVICE_CA.in(environment));
    X509Certificate root =
        new DynamoAuthorityRoot(clients.dynamo(), Setting.TABLE_FLEET.in(environment))
            .findOrKeep(
                signer.keyId().hex(),
                () -> DeviceAuthority.createRoot(domain, signer, clock, random));
    return new DeviceAuthority(domain, signer, root, clock, random);
  }

  private static String required(Map<String, String> environment, String name) {
    return find(environment, name)
        .orElseThrow(() -> new IllegalStateException(name + " is not set"));
  }

  private static Optional<String> find(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }
}
