package io.firmament.transfer;

import io.firmament.aws.AwsClients;
import io.firmament.aws.FirmwareAdapters;
import io.firmament.base.Ids;
import io.firmament.base.Log;
import io.firmament.rest.DeployedPorts;
import io.firmament.rest.Operations;
import io.firmament.rest.Platform;
import io.firmament.schema.Setting;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// The transfer service as a container: reads its settings from the environment, serves until it is
/// told to stop, and then lets running transfers finish.
///
/// Besides the tables, buckets and keys that [Setting] names:
///
/// | variable | meaning |
/// | --- | --- |
/// | `FIRMAMENT_TRANSFER_PORT` | where to listen, 8080 unless set |
/// | `FIRMAMENT_TRANSFER_IMAGE_BYTES` | the largest image, 4 GiB unless set |
/// | `FIRMAMENT_TRANSFER_UPLOADS` | uploads at once, 16 unless set |
/// | `FIRMAMENT_TRANSFER_DRAIN_SECONDS` | how long running transfers may go on at the end, 100 |
///
/// With the argument `healthy` it asks the service on this machine whether it is up: 0 is yes, 1
/// no.
public final class TransferMain {
  private static final Log LOG = Log.of(TransferMain.class);
  private static final String EVERYWHERE = "0.0.0.0";
  private static final int DEFAULT_PORT = 8080;
  private static final int DEFAULT_DRAIN_SECONDS = 100;
  private static final int CONNECTIONS = 64;
  private static final int PROBE_MILLIS = 5_000;

  private TransferMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    Map<String, String> environment = System.getenv();
    if (arguments.length > 0 && arguments[0].equals("healthy")) {
      System.exit(healthy(port(environment)) ? 0 : 1);
    }
    try (AwsClients clients = AwsClients.pooled(environment, CONNECTIONS)) {
      TransferServer server =
          TransferServer.start(
              EVERYWHERE,
              port(environment),
              handler(environment, clients),
              Duration.ofSeconds(
                  number(environment, "FIRMAMENT_TRANSFER_DRAIN_SECONDS", DEFAULT_DRAIN_SECONDS)));
      LOG.info("transfer_server_started", "port", server.url().getPort());
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> stop(server)));
      server.awaitStop();
    }
  }

  private static TransferHandler handler(Map<String, String> environment, AwsClients clients) {
    Clock clock = Clock.systemUTC();
    Ids ids = Ids.random();
    DeployedPorts ports = new DeployedPorts(environment, clients);
    Platform platform = new Platform(ports, clock, ids, new SecureRandom());
    TransferLimits standard = TransferLimits.standard();
    return new TransferHandler(
        platform.authenticator(),
        new Operations(platform),
        ports.firmware(),
        new FirmwareAdapters(environment, clients).uploads(),
        Setting.PUBLIC_URL.find(environment),
        new TransferLimits(
            number(environment, "FIRMAMENT_TRANSFER_IMAGE_BYTES", standard.imageBytes()),
            (int) number(environment, "FIRMAMENT_TRANSFER_UPLOADS", standard.uploads())),
        ids,
        clock);
  }

  private static void stop(TransferServer server) {
    LOG.info("transfer_server_stopping");
    server.close();
    LOG.info("transfer_server_stopped");
  }

  private static boolean healthy(int port) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:" + port + TransferHandler.HEALTH)
                  .toURL()
                  .openConnection();
      connection.setConnectTimeout(PROBE_MILLIS);
      connection.setReadTimeout(PROBE_MILLIS);
      return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
    } catch (IOException e) {
      return false;
    }
  }

  private static int port(Map<String, String> environment) {
    return (int) number(environment, "FIRMAMENT_TRANSFER_PORT", DEFAULT_PORT);
  }

  private static long number(Map<String, String> environment, String name, long otherwise) {
    return Optional.ofNullable(environment.get(name))
        .filter(value -> !value.isBlank())
        .map(Long::parseLong)
        .orElse(otherwise);
  }
}
