package io.firmament.tuf.client;

import com.sun.net.httpserver.HttpServer;
import io.firmament.tuf.Json;
import io.firmament.tuf.JsonReader;
import io.firmament.tuf.TufException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/// The client's command line against a simulated repository behind a real HTTP server: what the
/// public conformance suite does, in one process.
final class ClientUnderTest implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;

  final SimulatedRepository repository = new SimulatedRepository(NOW);
  final Path metadata;
  final Path targets;
  private final Path folder;
  private final HttpServer server;
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

  ClientUnderTest(Path folder) throws IOException {
    this.folder = folder;
    this.metadata = Files.createDirectory(folder.resolve("metadata"));
    this.targets = Files.createDirectory(folder.resolve("targets"));
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/repo/",
        exchange -> {
          String path = exchange.getRequestURI().getRawPath().substring("/repo/".length());
          Optional<byte[]> file = repository.serve(path);
          exchange.sendResponseHeaders(
              file.isPresent() ? OK : NOT_FOUND,
              file.isPresent() && file.get().length > 0 ? file.get().length : -1);
          if (file.isPresent()) {
            exchange.getResponseBody().write(file.get());
          }
          exchange.close();
        });
    server.start();
  }

  String url(String part) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/repo/" + part;
  }

  int init() throws IOException {
    return init(repository.initialRoot());
  }

  int init(byte[] root) throws IOException {
    Path file = folder.resolve("initial_root.json");
    Files.write(file, root);
    return run(Duration.ZERO, "--metadata-dir", metadata.toString(), "init", file.toString());
  }

  int refresh() {
    return refresh(Duration.ZERO);
  }

  int refresh(Duration later) {
    return run(
        later,
        "--metadata-url",
        url("metadata/"),
        "--metadata-dir",
        metadata.toString(),
        "refresh");
  }

  int download(String... names) {
    return downloadLater(Duration.ZERO, names);
  }

  int downloadLater(Duration later, String... names) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--metadata-url",
                url("metadata/"),
                "--metadata-dir",
                metadata.toString(),
                "--target-dir",
                targets.toString(),
                "--target-base-url",
                url("targets/")));
    for (String name : names) {
      arguments.add("--target-name");
      arguments.add(name);
    }
    arguments.add("download");
    return run(later, arguments.toArray(String[]::new));
  }

  private int run(Duration later, String... arguments) {
    errors.reset();
    Clock clock = Clock.fixed(NOW.plus(later), ZoneOffset.UTC);
    PrintStream stream = new PrintStream(errors, true, StandardCharsets.UTF_8);
    return new TufClientMain(stream, clock).run(arguments);
  }

  /// What the last command said on standard error.
  String said() {
    return errors.toString(StandardCharsets.UTF_8);
  }

  /// Versions of the trusted metadata by the name of its file, without `.json`.
  Map<String, Long> trusted() throws IOException {
    Map<String, Long> versions = new TreeMap<>();
    try (Stream<Path> files = Files.list(metadata)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        Json.Obj signed =
            SimulatedRepository.object(JsonReader.readObject(Files.readAllBytes(file)), "signed");
        versions.put(
            name.substring(0, name.length() - ".json".length()),
            ((Json.Int) Optional.ofNullable(signed.get("version")).orElseThrow()).value());
      }
    } catch (TufException e) {
      throw new IllegalStateException(e);
    }
    return versions;
  }

  byte[] trusted(String role) throws IOException {
    return Files.readAllBytes(metadata.resolve(role + ".json"));
  }

  /// The contents in the target folder, by name.
  List<String> downloaded() throws IOException {
    try (Stream<Path> files = Files.list(targets)) {
      return files
          .sorted(Comparator.comparing(Path::toString))
          .map(
              file -> {
                try {
                  return Files.readString(file, StandardCharsets.UTF_8);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              })
          .toList();
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
