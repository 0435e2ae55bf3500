package io.firmament.local;

import io.avaje.jsonb.Jsonb;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `local-dev/up [--port N] [--data DIR] [--seed]`: starts the platform and keeps its data.
public final class Up {
  private static final String USAGE = "usage: up [--port N] [--data DIR] [--seed]";
  private static final int DEFAULT_PORT = 8080;

  private Up() {}

  /// The command line; runs until it is stopped.
  public static void main(String[] args) {
    try {
      Arguments arguments =
          Arguments.parse(args, List.of("--port", "--data"), List.of("--seed"), USAGE);
      if (arguments.plain().isPresent()) {
        throw arguments.unexpected(arguments.plain().get());
      }
      run(arguments);
    } catch (Arguments.Wrong e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  private static void run(Arguments arguments) {
    try (LocalPlatform platform =
        LocalPlatform.start(
            Optional.of(arguments.dataFolder()), arguments.port("--port", DEFAULT_PORT))) {
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
