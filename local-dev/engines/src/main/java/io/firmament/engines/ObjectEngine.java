package io.firmament.engines;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.shaded.org.eclipse.jetty.server.Server;

/// An S3-compatible server (S3Proxy) in this process, on a random port of the loopback interface.
/// It checks signatures, presigned ones too, and tells a listener of new objects.
public final class ObjectEngine implements AutoCloseable {
  private static final String ACCESS_KEY = "firmament";
  private static final String SECRET_KEY = "firmament-local";

  /// A body that is signed whole must be read whole before it is stored; ours are at most a part.
  private static final long MAX_SIGNED_BODY = 1L << 30;

  private final S3Proxy server;

  private ObjectEngine(S3Proxy server) {
    this.server = server;
  }

  /// A server that forgets everything when it is closed.
  public static ObjectEngine inMemory(ObjectListener listener) {
    return start(BlobStores.create("transient-nio2", new Properties()), listener, 0);
  }

  /// A server that keeps its objects in the folder, across restarts.
  public static ObjectEngine durable(Path folder, ObjectListener listener) {
    return durable(folder, listener, 0);
  }

  /// As above, on a port of the caller's choice, so that presigned addresses survive a restart.
  public static ObjectEngine durable(Path folder, ObjectListener listener, int port) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Properties properties = new Properties();
    properties.setProperty("jclouds.filesystem.basedir", folder.toAbsolutePath().toString());
    return start(BlobStores.create("filesystem-nio2", properties), listener, port);
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getPort());
  }

  public String accessKey() {
    return ACCESS_KEY;
  }

  public String secretKey() {
    return SECRET_KEY;
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("S3Proxy did not stop", e);
    }
  }

  private static ObjectEngine start(BlobStore store, ObjectListener listener, int port) {
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(new NotifyingBlobStore(new ConditionalBlobStore(store), listener))
            .endpoint(URI.create("http://127.0.0.1:" + port))
            .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET_KEY)
            .v4MaxNonChunkedRequestSize(MAX_SIGNED_BODY)
            .ignoreUnknownHeaders(true)
            .build();
    WholeRequests.of(jettyOf(server));
    try {
      server.start();
    } catch (Exception e) {
      throw new IllegalStateException("S3Proxy did not start", e);
    }
    return new ObjectEngine(server);
  }

  /// S3Proxy hands out its server to nobody.
  private static Server jettyOf(S3Proxy proxy) {
    try {
      Field server = S3Proxy.class.getDeclaredField("server");
      server.setAccessible(true);
      return (Server) server.get(proxy);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("another S3Proxy than the one this was written for", e);
    }
  }
}
