package io.firmament.rest.trust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.identity.Caller;
import io.firmament.tuf.Hashes;
import io.firmament.tuf.Json;
import io.firmament.tuf.TargetFile;
import io.firmament.tuf.client.ClientLimits;
import io.firmament.tuf.client.FileStore;
import io.firmament.tuf.client.HttpFetcher;
import io.firmament.tuf.client.TufClient;
import io.firmament.tuf.repository.Fleet;
import io.firmament.tuf.repository.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// A tenant's repository behind a real HTTP server, to our client and to one that others made. Both
/// keep what they trust, from the root that the API gives on.
final class TrustClients implements AutoCloseable {
  private static final Path TUF_JS =
      Path.of("../../core/tuf-repository/src/test/tuf-js").toAbsolutePath().normalize();
  private static final byte[] CONTENT = "the firmware".getBytes(StandardCharsets.UTF_8);

  private final TrustUnderTest trust;
  private final Caller caller;
  private final Path folder;
  private final HttpServer server;
  private final Set<String> served = ConcurrentHashMap.newKeySet();

  TrustClients(TrustUnderTest trust, Caller caller, Path folder) {
    this.trust = trust;
    this.caller = caller;
    this.folder = folder;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          Optional<byte[]> file = file(exchange.getRequestURI().getPath());
          exchange.sendResponseHeaders(
              file.isPresent() ? 200 : 404, file.map(bytes -> (long) bytes.length).orElse(-1L));
          if (file.isPresent()) {
            exchange.getResponseBody().write(file.get());
          }
          exchange.close();
        });
    server.start();
  }

  private Optional<byte[]> file(String path) {
    return path.startsWith("/metadata/")
        ? trust
            .platform
            .repositories()
            .file(caller.tenant(), path.substring(path.lastIndexOf('/') + 1))
        : Optional.of(CONTENT).filter(content -> served.contains(path));
  }

  private URI url(String part) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/" + part + "/");
  }

  /// Publishes a version to the fleet `default`.
  ///
  /// @return its target path
  String publish(String version) {
    Instant now = trust.clock.instant();
    Fleet fleet =
        trust.platform.repositories().ensureFleet(caller.tenant(), FleetName.DEFAULT, now);
    String path = fleet.path("router", version, "firmware.bin");
    assertInstanceOf(Outcome.Published.class, publish(fleet, path, now));
    return path;
  }

  /// The same, whatever comes of it.
  Outcome publish(Fleet fleet, String path, Instant now) {
    String hash = Hashes.sha256(CONTENT);
    served.add("/targets/" + path.substring(0, path.lastIndexOf('/') + 1) + hash + ".firmware.bin");
    return trust
        .platform
        .repositories()
        .of(caller.tenant())
        .publish(
            fleet,
            Map.of(path, TargetFile.of(CONTENT.length, hash, Optional.empty())),
            Set.of(),
            now);
  }

  /// Both clients update and download a target.
  void accept(String path) throws Exception {
    for (String name : List.of("ours", "tuf-js")) {
      trusted(name);
    }
    Path downloaded = folder.resolve("ours/firmware");
    Files.deleteIfExists(downloaded);
    TufClient client = ours();
    client.refresh();
    client.download(client.find(path), downloaded);
    assertArrayEquals(CONTENT, Files.readAllBytes(downloaded));
    acceptWithTufJs(path);
  }

  /// Our client, with what it trusted before.
  TufClient ours() throws IOException {
    ClientLimits limits = ClientLimits.DEFAULT;
    return new TufClient(
        new FileStore(trusted("ours"), limits.largestMetadata()),
        HttpFetcher.create(),
        url("metadata"),
        url("targets"),
        limits,
        Clock.systemUTC());
  }

  private Path trusted(String name) throws IOException {
    Path trusted = folder.resolve(name + "/metadata");
    if (!Files.exists(trusted)) {
      Files.createDirectories(trusted);
      Files.write(
          trusted.resolve("root.json"),
          trust.call(caller, "getTrustRoot", Json.Obj.EMPTY).toBytes());
    }
    return trusted;
  }

  private void acceptWithTufJs(String path) throws Exception {
    assertTrue(
        Files.exists(TUF_JS.resolve("node_modules/tuf-js/package.json")),
        "run `npm ci` in core/tuf-repository/src/test/tuf-js");
    Path files = Files.createDirectories(folder.resolve("tuf-js/targets"));
    Process process =
        new ProcessBuilder(
                "node",
                TUF_JS.resolve("download.js").toString(),
                folder.resolve("tuf-js/metadata").toString(),
                url("metadata").toString(),
                files.toString(),
                url("targets").toString(),
                path)
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), said);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
