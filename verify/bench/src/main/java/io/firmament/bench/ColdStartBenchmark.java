package io.firmament.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/// How long a function takes from the start of its JVM to its first answer, as a ratio to a handler
/// that does nothing. Each run is a fresh JVM with the class path of the function's zip and the
/// flags of Lambda's Java runtime; the functions take turns. Argument: rounds, 15 unless given.
public final class ColdStartBenchmark {
  private static final int ROUNDS = 15;
  private static final List<String> LAMBDA_FLAGS =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx870m", "-Xss1m");

  private ColdStartBenchmark() {}

  /// One function to start.
  ///
  /// @param settings what its environment has besides that of all
  private record Candidate(
      String name, String handler, String classPath, Path event, Map<String, String> settings) {}

  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : ROUNDS;
    Path work = Files.createTempDirectory("firmament-cold-start");
    try (SeededTables tables = SeededTables.start()) {
      List<Candidate> candidates = candidates(work, tables.token());
      Map<String, Samples> times = new TreeMap<>();
      for (int round = -1; round < rounds; round++) {
        for (Candidate candidate : candidates) {
          double millis = start(candidate, tables.environment());
          if (round >= 0) {
            times.computeIfAbsent(candidate.name(), _ -> new Samples()).add(millis);
          }
        }
      }
      double empty = times.getOrDefault("empty", new Samples()).median();
      times.forEach(
          (name, samples) ->
              System.out.printf(
                  "%-22s %s ms, ratio %.2f%n", name, samples, samples.median() / empty));
    }
  }

  private static List<Candidate> candidates(Path work, String token) throws IOException {
    String own = System.getProperty("firmament.root") + "/verify/bench/target/classes";
    String rest = own + ":" + unzip("rest", work) + "/*";
    String graphql = own + ":" + unzip("graphql", work) + "/*";
    return List.of(
        new Candidate(
            "empty", EmptyHandler.class.getName(), rest, event(work, "empty", "", ""), Map.of()),
        new Candidate(
            "REST listDevices",
            "io.firmament.rest.RestFunction",
            rest,
            event(work, "GET /api/v1/devices", token, ""),
            Map.of("OPERATION", "listDevices")),
        new Candidate(
            "GraphQL allFirmwares",
            "io.firmament.graphql.GraphqlFunction",
            graphql,
            event(work, "POST /api/graphql", token, "{\"query\":\"{ allFirmwares { id name } }\"}"),
            Map.of("OPERATION", "graphql")));
  }

  /// Milliseconds from the start of the process to the first byte of its answer.
  private static double start(Candidate candidate, Map<String, String> environment)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(LAMBDA_FLAGS);
    command.addAll(List.of("-cp", candidate.classPath(), FirstRequest.class.getName()));
    command.addAll(List.of(candidate.handler(), candidate.event().toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    builder.environment().putAll(candidate.settings());
    long begin = System.nanoTime();
    Process process = builder.start();
    try (InputStream out = process.getInputStream()) {
      int first = out.read();
      long end = System.nanoTime();
      String answer = (char) first + new String(out.readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      if (!answer.contains("\"statusCode\":200") || answer.contains("\\\"errors\\\"")) {
        throw new IllegalStateException(candidate.name() + " answers " + answer);
      }
      return (end - begin) / 1e6;
    }
  }

  /// The libraries of a function's zip.
  private static Path unzip(String family, Path work) throws IOException {
    Path zip =
        Path.of(
            System.getProperty("firmament.root"),
            "functions",
            family,
            "target",
            "firmament-" + family + ".zip");
    Path folder = Files.createDirectories(work.resolve(family));
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (!entry.isDirectory()) {
          Files.copy(in, folder.resolve(Path.of(entry.getName()).getFileName().toString()));
        }
      }
    }
    return folder;
  }

  /// An event of API Gateway's HTTP API, payload format 2.0.
  ///
  /// @param route method and path
  private static Path event(Path work, String route, String token, String body) {
    String method = route.substring(0, Math.max(0, route.indexOf(' ')));
    String path = route.substring(route.indexOf(' ') + 1);
    String json =
        """
        {"version":"2.0","routeKey":"%s","rawPath":"%s","rawQueryString":"",
         "headers":{"authorization":"Bearer %s","content-type":"application/json","host":"localhost"},
         "requestContext":{"domainName":"localhost","requestId":"1","stage":"$default",
           "http":{"method":"%s","path":"%s","protocol":"HTTP/1.1","sourceIp":"127.0.0.1","userAgent":"bench"}},
         "body":%s,"isBase64Encoded":false}
        """
            .formatted(route, path, token, method, path, quoted(body));
    try {
      return Files.writeString(Files.createTempFile(work, "event", ".json"), json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String quoted(String text) {
    return '"' + text.replace("\"", "\\\"") + '"';
  }
}
