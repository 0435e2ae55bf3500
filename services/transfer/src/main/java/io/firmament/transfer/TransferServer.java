package io.firmament.transfer;

import io.firmament.base.Ids;
import io.firmament.base.Log;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/// An HTTP server with a virtual thread per request.
public final class TransferServer implements AutoCloseable {
  private static final Log LOG = Log.of(TransferServer.class);
  private static final Duration IDLE = Duration.ofSeconds(60);

  /// How long a client may be silent while the server ends.
  private static final Duration IDLE_AT_END = Duration.ofSeconds(20);

  private static final int THREADS = 16;
  private static final int MAX_HEADER_BYTES = 32 * 1024;
  private static final Duration SHORT = Duration.ofSeconds(2);

  /// An escaped slash or percent sign is part of a name: routes match the path as it was sent, and
  /// no path is ever one of a file system.
  private static final UriCompliance AS_SENT =
      new UriCompliance("AS_SENT", UriCompliance.AMBIGUOUS_VIOLATIONS);

  private final Server server;
  private final ServerConnector connector;

  private TransferServer(Server server, ServerConnector connector) {
    this.server = server;
    this.connector = connector;
  }

  /// Starts a server that ends soon when it is closed.
  public static TransferServer start(String host, int port, Handler handler) {
    return start(host, port, handler, SHORT);
  }

  /// Starts a server on an address; port 0 takes any free one.
  ///
  /// @param drain how long requests that run when it is closed may go on
  public static TransferServer start(String host, int port, Handler handler, Duration drain) {
    QueuedThreadPool threads = new QueuedThreadPool(THREADS);
    threads.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
    Server server = new Server(threads);
    HttpConfiguration configuration = new HttpConfiguration();
    configuration.setSendServerVersion(false);
    configuration.setRequestHeaderSize(MAX_HEADER_BYTES);
    configuration.setUriCompliance(AS_SENT);
    ServerConnector connector =
        new ServerConnector(server, new HttpConnectionFactory(configuration));
    connector.setHost(host);
    connector.setPort(port);
    connector.setIdleTimeout(IDLE.toMillis());
    connector.setShutdownIdleTimeout(Math.min(IDLE_AT_END.toMillis(), drain.toMillis() / 2));
    server.addConnector(connector);
    server.setHandler(new GracefulHandler(handler));
    server.setStopTimeout(drain.toMillis());
    server.setErrorHandler(new ServerErrors(Ids.random()));
    try {
      server.start();
    } catch (Exception e) {
      throw new IllegalStateException("cannot listen on " + host + ":" + port, e);
    }
    return new TransferServer(server, connector);
  }

  public URI url() {
    return URI.create("http://" + connector.getHost() + ":" + connector.getLocalPort());
  }

  /// Waits until the server is stopped.
  public void awaitStop() throws InterruptedException {
    server.join();
  }

  /// Takes no more connections, waits for what is running, and cuts off what takes too long.
  @Override
  public void close() {
    try {
      server.stop();
    } catch (TimeoutException e) {
      LOG.warn("transfers_cut_off");
    } catch (Exception e) {
      throw new IllegalStateException("the server does not stop", e);
    }
  }
}
