package io.firmament.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/// A service as its image would run it, without the image: the files that its Dockerfile copies, in
/// a folder of their own, and the command line of its ENTRYPOINT.
final class ContainerProcess implements AutoCloseable {
  private static final Pattern COPY = Pattern.compile("(?m)^COPY (\\S+) /(\\S+/)$");
  private static final Pattern ENTRYPOINT = Pattern.compile("(?m)^ENTRYPOINT \\[(.*)]$");
  private static final int SIGTERM_EXIT = 128 + 15;

  private final List<String> command;
  private final Map<String, String> environment;
  private final Path log;
  private final Process process;

  private ContainerProcess(
      List<String> command, Map<String, String> environment, Path log, Process process) {
    this.command = command;
    this.environment = environment;
    this.log = log;
    this.process = process;
  }

  /// Starts the service in a folder for its files.
  static ContainerProcess start(String service, Path folder, Map<String, String> environment)
      throws IOException {
    Path module = checkout().resolve("services/" + service);
    Assumptions.assumeTrue(
        Files.isDirectory(module.resolve("target/lib")),
        "services/" + service + " is not packaged; mvn verify does it");
    String dockerfile = Files.readString(module.resolve("Dockerfile"));
    copy(dockerfile, module, folder);
    List<String> command = command(dockerfile, folder);
    Path log = folder.resolve("log");
    return new ContainerProcess(command, environment, log, launch(command, environment, log));
  }

  /// Ends it as a container runtime does.
  ///
  /// @param patience after which it counts as hanging
  void terminate(Duration patience) throws InterruptedException {
    process.destroy();
    assertTrue(process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS), this::log);
    assertEquals(SIGTERM_EXIT, process.exitValue(), this::log);
  }

  /// Asks it to end, and returns at once.
  void signal() {
    process.destroy();
  }

  /// What the image's HEALTHCHECK would say.
  boolean healthy() throws IOException, InterruptedException {
    List<String> probe = new ArrayList<>(command);
    probe.add("healthy");
    return launch(probe, environment, log).waitFor() == 0;
  }

  /// Waits until it says that it has started, and asks whether it is healthy.
  void awaitHealthy(Duration patience) throws IOException, InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (!log().contains("device_server_started") && !log().contains("transfer_server_started")) {
      assertTrue(process.isAlive() && System.nanoTime() < end, this::log);
      Thread.sleep(Duration.ofMillis(50));
    }
    assertTrue(healthy(), this::log);
  }

  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private static Process launch(List<String> command, Map<String, String> environment, Path log)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static void copy(String dockerfile, Path module, Path folder) throws IOException {
    Matcher copy = COPY.matcher(dockerfile);
    int files = 0;
    while (copy.find()) {
      Path source = module.resolve(copy.group(1));
      Path target = Files.createDirectories(folder.resolve(copy.group(2)));
      for (Path file : matching(source)) {
        Files.createSymbolicLink(target.resolve(file.getFileName()), file);
        files++;
      }
    }
    assertTrue(files > 10, "the Dockerfile copies the service and its libraries: " + files);
  }

  /// The files of a folder, or those that a pattern means and `.dockerignore` lets through.
  private static List<Path> matching(Path source) throws IOException {
    boolean folder = Files.isDirectory(source);
    Path parent = folder ? source : source.getParent();
    String glob = folder ? "*.jar" : source.getFileName().toString();
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(parent, glob)) {
      found.forEach(files::add);
    }
    files.removeIf(file -> file.toString().endsWith("-tests.jar"));
    assertFalse(files.isEmpty(), source + " is copied but not there");
    return files;
  }

  private static List<String> command(String dockerfile, Path folder) {
    Matcher entrypoint = ENTRYPOINT.matcher(dockerfile);
    assertTrue(entrypoint.find(), "the ENTRYPOINT has the exec form");
    return Arrays.stream(entrypoint.group(1).split(","))
        .map(word -> word.strip().replaceAll("^\"|\"$", ""))
        .map(word -> word.equals("java") ? java() : word.replaceFirst("^/app", folder + "/app"))
        .toList();
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static Path checkout() {
    Path module = Path.of("").toAbsolutePath();
    return Objects.requireNonNull(module.getParent(), "the module is a folder of the checkout");
  }
}
