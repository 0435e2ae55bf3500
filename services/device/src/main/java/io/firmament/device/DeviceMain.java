package io.firmament.device;

import io.firmament.aws.fleet.DynamoAuthorityRoot;
import io.firmament.aws.fleet.DynamoFleetStore;
import io.firmament.aws.fleet.KmsSigner;
import io.firmament.base.Ids;
import io.firmament.platform.fleet.HeartbeatPolicy;
import io.firmament.schema.Setting;
import io.firmament.trust.DeviceAuthority;
import io.firmament.trust.TrustDomain;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kms.KmsClient;

/// The device service as a container: reads its settings from the environment, serves until it is
/// told to stop, and then finishes what is running.
///
/// | variable | meaning |
/// | --- | --- |
/// | `FIRMAMENT_TABLE_FLEET` | the fleet's table |
/// | `FIRMAMENT_KEY_DEVICE_CA` | the P-256 key in KMS that signs device certificates |
/// | `FIRMAMENT_TRUST_DOMAIN` | the name in every device identity |
/// | `FIRMAMENT_DEVICE_HOSTS` | names under which devices reach the endpoint, by comma |
/// | `FIRMAMENT_DEVICE_PORT` | where to listen, 9445 unless set |
/// | `FIRMAMENT_HEARTBEAT_SECONDS` | the heartbeat interval, 60 unless set |
public final class DeviceMain {
  private static final int DEFAULT_PORT = 9445;
  private static final int CONNECTIONS = 64;

  private DeviceMain() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Map<String, String> environment = System.getenv();
    Clock clock = Clock.systemUTC();
    try (DynamoDbClient dynamo =
            DynamoDbClient.builder()
                .httpClientBuilder(ApacheHttpClient.builder().maxConnections(CONNECTIONS))
                .build();
        KmsClient kms = KmsClient.builder().httpClientBuilder(ApacheHttpClient.builder()).build()) {
      String table = Setting.TABLE_FLEET.in(environment);
      DeviceServer server =
          DeviceServer.start(
              settings(environment),
              new DeviceServer.Parts(
                  new DynamoFleetStore(dynamo, table),
                  authority(environment, dynamo, kms, clock),
                  clock,
                  Ids.random()));
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(server::close));
      server.awaitEnd();
    }
  }

  private static DeviceServer.Settings settings(Map<String, String> environment) {
    int port =
        find(environment, "FIRMAMENT_DEVICE_PORT").map(Integer::parseInt).orElse(DEFAULT_PORT);
    HeartbeatPolicy policy =
        find(environment, "FIRMAMENT_HEARTBEAT_SECONDS")
            .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
            .map(HeartbeatPolicy.standard()::withInterval)
            .orElseGet(HeartbeatPolicy::standard);
    return new DeviceServer.Settings(
        new InetSocketAddress(port),
        List.of(required(environment, "FIRMAMENT_DEVICE_HOSTS").split(",", -1)),
        policy);
  }

  private static DeviceAuthority authority(
      Map<String, String> environment, DynamoDbClient dynamo, KmsClient kms, Clock clock) {
    TrustDomain domain = new TrustDomain(required(environment, "FIRMAMENT_TRUST_DOMAIN"));
    SecureRandom random = new SecureRandom();
    KmsSigner signer = KmsSigner.of(kms, Setting.KEY_DEVICE_CA.in(environment));
    X509Certificate root =
        new DynamoAuthorityRoot(dynamo, Setting.TABLE_FLEET.in(environment))
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
