package io.firmament.engines;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A DynamoDB-compatible server (dynoxide) in a process of its own, on a random port of the
/// loopback interface.
///
/// It ends with this process even if this process is killed: its parent is a shell that waits on a
/// pipe which the system closes for us.
public final class DynamoEngine implements AutoCloseable {
  /// System property that names the server's binary, where the one npm installs is not wanted.
  public static final String BINARY_PROPERTY = "firmament.dynoxide";

  private static final Duration START_LIMIT = Duration.ofSeconds(20);
  private static final int START_TRIES = 3;
  private static final String WATCHED =
      "\"$@\" </dev/null & child=$!; read -r _; kill $child 2>/dev/null; wait $child";

  private final Process process;
  private final int port;

  private DynamoEngine(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /// A server that forgets everything when it is closed.
  public static DynamoEngine inMemory() {
    return start(null);
  }

  /// A server that keeps its tables in the file, across restarts.
  public static DynamoEngine durable(Path file) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return start(file);
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + port);
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static DynamoEngine start(@Nullable Path file) {
    String binary = binary();
    for (int i = 0; i < START_TRIES; i++) {
      DynamoEngine engine = launch(binary, file);
      if (engine.answers()) {
        return engine;
      }
      engine.close();
    }
    throw new IllegalStateException(
        "the DynamoDB engine " + binary + " did not open its port; run it by hand to see why");
  }

  private static DynamoEngine launch(String binary, @Nullable Path file) {
    try {
      int port = freePort();
      List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", WATCHED, "dynoxide"));
      command.addAll(List.of(binary, "--host", "127.0.0.1", "--port", String.valueOf(port)));
      if (file != null) {
        command.addAll(List.of("--db-path", file.toAbsolutePath().toString()));
      }
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return new DynamoEngine(process, port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Waits until the port is open; false where the server ended or took too long.
  private boolean answers() {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (System.nanoTime() < deadline && process.isAlive()) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
        return true;
      } catch (IOException notYet) {
        if (process.descendants().findAny().isEmpty() && !pause(200)) {
          return false;
        }
        pause(10);
      }
    }
    return false;
  }

  private static boolean pause(int millis) {
    try {
      Thread.sleep(millis);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String binary() {
    String path = Optional.ofNullable(System.getProperty(BINARY_PROPERTY)).orElseGet(() -> built());
    if (!Files.isExecutable(Path.of(path))) {
      throw new IllegalStateException(
          "the DynamoDB engine is not installed at "
              + path
              + "; run `npm ci` in local-dev/engines (Linux on x86-64), or build dynoxide 1.2.1 for"
              + " this machine and pass -D"
              + BINARY_PROPERTY
              + "=PATH");
    }
    return path;
  }

  private static String built() {
    Properties properties = new Properties();
    try (InputStream in = DynamoEngine.class.getResourceAsStream("engines.properties")) {
      if (in == null) {
        throw new IllegalStateException("engines.properties is missing; build local-dev/engines");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("dynoxide", "");
  }
}
