package io.firmament.device;

import io.firmament.base.Log;
import io.firmament.platform.fleet.CallBudget;
import io.firmament.platform.fleet.DeviceDirectory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.server.handler.MinimumDataRateHandler;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/// Where devices fetch artifacts: HTTP/1.1 over TLS 1.3, and a certificate of the device authority
/// is needed to get through the handshake. On a second port devices that have none ask for one.
final class ArtifactServer implements AutoCloseable {
  private static final Log LOG = Log.of(ArtifactServer.class);
  private static final int THREADS = 16;
  private static final int MAX_HEADER_BYTES = 8 * 1024;
  private static final Duration IDLE = Duration.ofSeconds(60);

  /// A device that takes less than this on average is cut off, and may resume.
  private static final long MIN_BYTES_PER_SECOND = 512;

  private static final Duration DRAIN = Duration.ofSeconds(20);

  private final Server server;
  private final ServerConnector connector;
  private final ServerConnector claims;

  /// Who may connect.
  ///
  /// @param own the server's own certificate and key
  /// @param authority that device certificates must chain to
  record Trust(X509ExtendedKeyManager own, X509Certificate authority) {}

  private ArtifactServer(Server server, ServerConnector connector, ServerConnector claims) {
    this.server = server;
    this.connector = connector;
    this.claims = claims;
  }

  static ArtifactServer start(
      DeviceServer.Artifacts settings,
      Trust trust,
      DeviceCertificates certificates,
      DeviceDirectory directory,
      HttpCalls calls,
      Clock clock)
      throws IOException {
    QueuedThreadPool threads = new QueuedThreadPool(THREADS);
    threads.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
    Server server = new Server(threads);
    ServerConnector connector = connector(server, settings.address(), tls(trust, true));
    ServerConnector claims = connector(server, settings.claims(), tls(trust, false));
    claims.setName(ArtifactHandler.CLAIMS);
    server.setHandler(
        new GracefulHandler(
            new MinimumDataRateHandler(
                new ArtifactHandler(
                    certificates,
                    directory,
                    new CallBudget(settings.rate(), clock),
                    settings.source(),
                    calls,
                    ArtifactHandler.Limits.STANDARD),
                0,
                MIN_BYTES_PER_SECOND)));
    server.setStopTimeout(DRAIN.toMillis());
    try {
      server.start();
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("cannot listen on " + settings.address(), e);
    }
    LOG.info(
        "artifact_server_started",
        "port",
        connector.getLocalPort(),
        "claims_port",
        claims.getLocalPort());
    return new ArtifactServer(server, connector, claims);
  }

  private static ServerConnector connector(
      Server server, InetSocketAddress address, SslContextFactory.Server tls) {
    HttpConfiguration configuration = new HttpConfiguration();
    configuration.setSendServerVersion(false);
    configuration.setRequestHeaderSize(MAX_HEADER_BYTES);
    ServerConnector connector =
        new ServerConnector(
            server,
            new SslConnectionFactory(tls, HttpVersion.HTTP_1_1.asString()),
            new HttpConnectionFactory(configuration));
    connector.setHost(address.getAddress().getHostAddress());
    connector.setPort(address.getPort());
    connector.setIdleTimeout(IDLE.toMillis());
    connector.setShutdownIdleTimeout(DRAIN.toMillis() / 2);
    server.addConnector(connector);
    return connector;
  }

  /// @param certificate whether a client needs one
  private static SslContextFactory.Server tls(Trust trust, boolean certificate) {
    SslContextFactory.Server tls = new SslContextFactory.Server();
    tls.setSslContext(context(trust));
    tls.setIncludeProtocols("TLSv1.3");
    tls.setNeedClientAuth(certificate);
    // There is one certificate for all names.
    tls.setSniRequired(false);
    return tls;
  }

  private static SSLContext context(Trust trust) {
    try {
      KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
      anchors.load(null, null);
      anchors.setCertificateEntry("authority", trust.authority());
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(anchors);
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(new KeyManager[] {trust.own()}, managers.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("every Java platform has TLS 1.3", e);
    }
  }

  int port() {
    return connector.getLocalPort();
  }

  int claimsPort() {
    return claims.getLocalPort();
  }

  /// Takes no more connections and cuts off what takes too long; devices resume.
  @Override
  public void close() {
    try {
      server.stop();
    } catch (TimeoutException e) {
      LOG.warn("artifact_transfers_cut_off");
    } catch (Exception e) {
      throw new IllegalStateException("the artifact server does not stop", e);
    }
  }
}
