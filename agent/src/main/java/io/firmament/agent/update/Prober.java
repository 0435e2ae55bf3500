package io.firmament.agent.update;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Asks whether an update works, in the ways that the device allows.
final class Prober {
  private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final int OK = 200;
  private static final int NOT_OK = 300;

  private final Allowlist.Probes allowed;
  private final Commands commands;
  private final Duration pause;

  /// @param pause between two attempts
  Prober(Allowlist.Probes allowed, Commands commands, Duration pause) {
    this.allowed = allowed;
    this.commands = commands;
    this.pause = pause;
  }

  void require(Probe probe) throws UnfitException {
    switch (probe.check()) {
      case Probe.Check.Exec(List<String> command) -> {
        if (!allowed.programs().contains(command.getFirst())
            && !allowed.commands().contains(command)) {
          throw new UnfitException("this device does not allow the probe " + command);
        }
      }
      case Probe.Check.Http(URI url) -> {
        String host = url.getHost().toLowerCase(Locale.ROOT);
        if (!THIS_MACHINE.contains(host) && !allowed.hosts().contains(host)) {
          throw new UnfitException("this device does not allow to probe " + host);
        }
      }
      case Probe.Check.File ignored -> {}
    }
  }

  /// @return empty where it works, else what the last attempt said
  Optional<String> probe(Probe probe) throws InterruptedException {
    Thread.sleep(probe.initialDelay());
    Optional<String> trouble = Optional.empty();
    for (int attempt = 0; attempt < probe.attempts(); attempt++) {
      if (attempt > 0) {
        Thread.sleep(pause);
      }
      trouble = attempt(probe);
      if (trouble.isEmpty()) {
        return trouble;
      }
    }
    return trouble;
  }

  private Optional<String> attempt(Probe probe) throws InterruptedException {
    try {
      require(probe);
      return switch (probe.check()) {
        case Probe.Check.Exec(List<String> command) -> {
          Commands.Outcome outcome = commands.run(command, probe.timeout());
          yield outcome.worked() ? Optional.empty() : Optional.of(outcome.toString());
        }
        case Probe.Check.Http(URI url) -> get(url, probe.timeout());
        case Probe.Check.File(String path) -> look(Path.of(path));
      };
    } catch (IOException | UnfitException e) {
      return Optional.of(e.toString());
    }
  }

  /// Where a redirect leads is another address than the one that is allowed.
  private static Optional<String> get(URI url, Duration timeout)
      throws IOException, InterruptedException {
    try (HttpClient http =
        HttpClient.newBuilder()
            .connectTimeout(timeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build()) {
      HttpResponse<InputStream> answer =
          http.send(
              HttpRequest.newBuilder(url).timeout(timeout).GET().build(),
              BodyHandlers.ofInputStream());
      answer.body().close();
      http.shutdownNow();
      return answer.statusCode() >= OK && answer.statusCode() < NOT_OK
          ? Optional.empty()
          : Optional.of(url + " answered " + answer.statusCode());
    }
  }

  private static Optional<String> look(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return Optional.of(file + " is not there");
    }
    return Files.size(file) > 0 ? Optional.empty() : Optional.of(file + " is empty");
  }
}
