package io.firmament.local;

import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `local-dev/up [--port N] [--data DIR] [--seed]`: starts the platform and keeps its data. With
/// `--update-feeds [HOURS]` it updates the advisory index by the clock.
public final class Up {
  private static final String USAGE =
      """
      usage: up [--port N] [--data DIR] [--seed]
             [--update-feeds [HOURS]] [--sources FILE] [--nvd-key FILE]\
      """;
  private static final int DEFAULT_PORT = 8080;
  private static final int UPDATE_HOURS = 2;

  private Up() {}

  /// The command line; runs until it is stopped.
  public static void main(String[] args) {
    try {
      Arguments arguments =
          Arguments.parse(
              args,
              List.of("--port", "--data", "--sources", "--nvd-key"),
              List.of("--seed", "--update-feeds?"),
              USAGE);
      if (arguments.plain().isPresent()) {
        throw arguments.unexpected(arguments.plain().get());
      }
      run(arguments, feeds(arguments));
    } catch (Arguments.Wrong e) {
      System.err.println(e.getMessage());
      System.exit(1);
    } catch (IOException e) {
      System.err.println("firmament: " + e.getMessage());
      System.exit(1);
    }
  }

  private static Optional<FeedTimer.Plan> feeds(Arguments arguments) throws IOException {
    if (!arguments.flag("--update-feeds")) {
      return Optional.empty();
    }
    int hours = arguments.option("--update-feeds").map(Integer::parseInt).orElse(UPDATE_HOURS);
    if (hours < 1) {
      throw new Arguments.Wrong("--update-feeds takes a number of hours from 1");
    }
    return Optional.of(
        new FeedTimer.Plan(
            Duration.ofHours(hours), Feeds.sources(arguments), Feeds.nvdKey(arguments)));
  }

  private static void run(Arguments arguments, Optional<FeedTimer.Plan> feeds) {
    try (LocalPlatform platform =
        LocalPlatform.start(
            Optional.of(arguments.dataFolder()), arguments.port("--port", DEFAULT_PORT))) {
      feeds.ifPresent(platform::updateFeeds);
      Map<String, Object> ready = new LinkedHashMap<>();
      ready.put("ready", true);
      ready.put("url", platform.url());
      if (arguments.flag("--seed")) {
        Seed seed = platform.seed();
        ready.put("tenant", seed.tenant());
        ready.put("tenantId", seed.tenantId());
        ready.put("email", seed.email());
        ready.put("password", seed.password());
        ready.put("apiToken", seed.apiToken());
        ready.put("repository", platform.seedRepository().line());
        ready.put("grpc", platform.devices().address());
        ready.put("ca", platform.devices().authorityFile().toAbsolutePath().toString());
      }
      System.out.println(Jsonb.instance().type(Object.class).toJson(ready));
      platform.awaitStop();
    }
  }
}
