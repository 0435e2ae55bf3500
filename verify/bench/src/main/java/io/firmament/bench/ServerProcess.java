package io.firmament.bench;

import io.firmament.trust.Pem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// [HeartbeatServer] in a process of its own, with a heap of 512 MiB.
record ServerProcess(Process process, Writer in, BufferedReader out, List<String> facts)
    implements AutoCloseable {
  private static final int END_SECONDS = 20;
  private static final int FIRST_TOKEN = 2;

  static ServerProcess start() throws IOException {
    Path facts = Files.createTempFile("firmament-heartbeat", ".txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // All of the heap is resident from the start: what is added is outside it.
                "-Xms512m",
                "-Xmx512m",
                "-XX:+AlwaysPreTouch",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                HeartbeatServer.class.getName(),
                facts.toString())
            .redirectError(
                ProcessBuilder.Redirect.to(
                    Files.createTempFile("firmament-heartbeat", ".log").toFile()))
            .start();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    if (!"ready".equals(out.readLine())) {
      throw new IllegalStateException("the servers do not start");
    }
    return new ServerProcess(
        process,
        process.outputWriter(StandardCharsets.UTF_8),
        out,
        Files.readAllLines(facts, StandardCharsets.US_ASCII));
  }

  int devicePort() {
    return Integer.parseInt(facts.get(0));
  }

  int echoPort() {
    return Integer.parseInt(facts.get(1));
  }

  /// An enrolment token of each tenant.
  List<String> tokens() {
    return facts.subList(FIRST_TOKEN, FIRST_TOKEN + HeartbeatServer.TENANTS);
  }

  /// What the servers' certificates chain to, PEM.
  String rootPem() {
    return String.join("\n", facts.subList(FIRST_TOKEN + HeartbeatServer.TENANTS, facts.size()))
        + "\n";
  }

  X509Certificate root() throws Exception {
    return Pem.certificate(rootPem().getBytes(StandardCharsets.US_ASCII));
  }

  /// The numbers that the server answers a question with.
  long[] ask(String question) throws IOException {
    in.write(question + "\n");
    in.flush();
    String[] numbers = String.valueOf(out.readLine()).split(" ", -1);
    return Arrays.stream(numbers).mapToLong(Long::parseLong).toArray();
  }

  @Override
  public void close() {
    try {
      in.close();
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
