package io.firmament.local;

import io.firmament.base.Ids;
import io.firmament.device.DeviceServer;
import io.firmament.platform.delivery.ArtifactSource;
import io.firmament.platform.fleet.CallBudget;
import io.firmament.platform.fleet.HeartbeatPolicy;
import io.firmament.trust.DeviceAuthority;
import io.firmament.trust.SoftwareAuthority;
import io.firmament.trust.TrustDomain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The device service of a local platform, with an authority whose key is a file.
public final class LocalDevices implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  private static final int ARTIFACT_REQUESTS = 600;
  private static final String TRUST_DOMAIN = "local.firmament.example";

  private final DeviceServer server;
  private final Path authorityFile;

  /// What devices are told to install, and where they get it.
  record Delivery(DeviceServer.Updates updates, ArtifactSource files) {}

  private LocalDevices(DeviceServer server, Path authorityFile) {
    this.server = server;
    this.authorityFile = authorityFile;
  }

  /// @param heartbeat how often devices report
  static LocalDevices start(
      Optional<Path> data,
      LocalPorts ports,
      Delivery delivery,
      Duration heartbeat,
      Clock clock,
      Ids ids) {
    try {
      Path folder =
          data.isPresent()
              ? Files.createDirectories(data.get().resolve("device-ca"))
              : Files.createTempDirectory("firmament-device-ca");
      DeviceAuthority authority =
          SoftwareAuthority.open(folder, new TrustDomain(TRUST_DOMAIN), clock, new SecureRandom());
      DeviceServer server =
          DeviceServer.start(
              new DeviceServer.Settings(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                  List.of("localhost", HOST),
                  HeartbeatPolicy.standard().withInterval(heartbeat)),
              new DeviceServer.Parts(
                  new DeviceServer.Stores(
                      ports.fleet(), ports.rollouts(), ports.logs(), ports.documents()),
                  authority,
                  delivery.updates(),
                  clock,
                  ids),
              Optional.of(
                  new DeviceServer.Artifacts(
                      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                      new CallBudget.Rate(ARTIFACT_REQUESTS),
                      delivery.files())));
      return new LocalDevices(server, SoftwareAuthority.certificateFile(folder));
    } catch (IOException e) {
      throw new UncheckedIOException("the device service cannot start", e);
    }
  }

  /// Host and port that devices connect to.
  public String address() {
    return HOST + ":" + server.port();
  }

  /// Where devices fetch artifacts, without a slash at its end.
  public String artifactUrl() {
    return "https://" + HOST + ":" + server.artifactPort().orElseThrow();
  }

  /// The certificate that devices pin.
  public Path authorityFile() {
    return authorityFile;
  }

  @Override
  public void close() {
    server.close();
  }
}
