package io.firmament.local;

import io.firmament.agent.FleetSimulator;
import io.firmament.agent.SimulatedFate;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The second half of the demo: devices enrol, the image that was analysed is signed and published,
/// and a rollout brings it to them, wave by wave. Some updates fail on purpose; the rollout halts,
/// is resumed, and ends. At last: which devices run a vulnerability that was found in the image.
final class FleetDemo {
  /// How often devices report in the demo; in the field it is a minute.
  static final Duration HEARTBEAT = Duration.ofSeconds(2);

  private static final String ARTIFACT = "gateway-os";
  private static final String GROUP = "demo-gateways";
  private static final double FAILING = 0.12;
  private static final double TOLERATED = 0.02;
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final long POLL_MILLIS = 500;
  private static final int SHOWN = 5;

  private final PrintStream out;
  private final LocalPlatform platform;
  private final ApiClient api;

  FleetDemo(PrintStream out, LocalPlatform platform, ApiClient api) {
    this.out = out;
    this.platform = platform;
    this.api = api;
  }

  /// @param firmware whose image is rolled out
  /// @return whether the rollout came to its end
  boolean run(String firmware, int devices) {
    String version = "1.0." + Instant.now().getEpochSecond();
    // A halt is shown whatever the number of devices.
    double failing = Math.clamp(2.0 / devices, FAILING, 1);
    SimulatedFate fate =
        new SimulatedFate(1, failing, 0, 0, 0, Duration.ZERO, 0, Duration.ofMillis(200));
    Path token = enrolmentToken(devices);
    out.println();
    out.println("Fleet");
    try (FleetSimulator simulator =
        new FleetSimulator(
            new FleetSimulator.Endpoint(
                platform.devices().address(), platform.devices().authorityFile(), token),
            Optional.empty(),
            "gateway",
            fate)) {
      long start = System.nanoTime();
      simulator.start(devices);
      out.printf(
          Locale.ROOT,
          "  %d devices enrolled in %d s, each with a key and a certificate of its own%n",
          devices,
          (System.nanoTime() - start) / 1_000_000_000);
      publish(firmware, version);
      String rollout = rollout(version, devices, failing);
      boolean done = follow(rollout, simulator);
      timeline(rollout);
      affected(firmware, simulator.tally().updates().healthy());
      return done;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } finally {
      delete(token);
    }
  }

  private Path enrolmentToken(int devices) {
    Map<String, Object> created =
        api.call(
                "POST",
                "/api/v1/enroll-tokens",
                ApiClient.fields("name", "demo", "max_uses", devices))
            .orThrow();
    try {
      Path file = Files.createTempFile("firmament-demo-token", "");
      Files.writeString(file, ApiClient.text(created, "token"), StandardCharsets.UTF_8);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException("the enrolment token cannot be kept", e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be deleted", e);
    }
  }

  private void publish(String firmware, String version) {
    Map<String, Object> artifact =
        api.call(
                "POST",
                "/api/v1/artifacts",
                ApiClient.fields(
                    "name",
                    ARTIFACT,
                    "version",
                    version,
                    "kind",
                    "firmware",
                    "firmware_id",
                    firmware))
            .orThrow();
    String id = ApiClient.text(artifact, "id");
    while (!"published".equals(ApiClient.text(artifact, "state"))) {
      pause();
      artifact = api.call("GET", "/api/v1/artifacts/" + id).orThrow();
    }
    Map<String, Object> file = ApiClient.object(artifact, "file");
    out.println("  " + ARTIFACT + " " + version + " is signed and published:");
    out.println("    sha256 " + ApiClient.text(file, "sha256") + ", the very image analysed");
  }

  private String rollout(String version, int devices, double failing) {
    ApiClient.Answer group =
        api.call(
            "POST",
            "/api/v1/groups",
            ApiClient.fields("name", GROUP, "selector", "tag.simulated == yes"));
    if (group.status() != 201 && !"group_exists".equals(group.code())) {
      group.orThrow();
    }
    Map<String, Object> wish =
        ApiClient.fields(
            "name",
            "Demo",
            "artifact",
            ApiClient.fields("id", ARTIFACT, "version", version),
            "group",
            GROUP,
            "probe",
            ApiClient.fields("type", "file", "path", "/run/healthy"),
            "strategy",
            ApiClient.fields(
                "waves",
                List.of(
                    ApiClient.fields("percent", 10),
                    ApiClient.fields("percent", 50, "approval", "manual"),
                    ApiClient.fields("percent", 100)),
                "max_failure_rate",
                TOLERATED));
    ApiClient.Answer answer = api.call("POST", "/api/v1/rollouts", wish);
    if (answer.status() == 409) {
      out.println("  The rollout is refused: " + answer.error());
      out.println("  It is asked for again, with a reason that the audit trail keeps");
      wish.put(
          "admission",
          ApiClient.fields("override_reason", "A demo on simulated devices: nobody is exposed"));
      answer = api.call("POST", "/api/v1/rollouts", wish);
    }
    out.printf(
        Locale.ROOT,
        "  Rollout to %d devices in 3 waves; %.0f %% of the updates will fail, %.0f %% are"
            + " tolerated%n",
        devices,
        failing * 100,
        TOLERATED * 100);
    return ApiClient.text(answer.orThrow(), "id");
  }

  /// Approves and resumes as an operator would, and prints what changes.
  private boolean follow(String rollout, FleetSimulator simulator) {
    String path = "/api/v1/rollouts/" + rollout;
    long start = System.nanoTime();
    String shown = "";
    while (System.nanoTime() - start < PATIENCE.toNanos()) {
      Map<String, Object> now = api.call("GET", path).orThrow();
      String status = ApiClient.text(now, "status");
      String line = status + counts(now);
      if (!line.equals(shown)) {
        shown = line;
        out.printf("    %3d s  %s%n", (System.nanoTime() - start) / 1_000_000_000, line);
      }
      switch (status) {
        case "halted" -> {
          out.println("           an operator looks at the failures and resumes");
          api.call("POST", path + "/resume").orThrow();
        }
        case "waiting_for_approval" -> {
          out.println("           an approver lets the next wave go");
          api.call("POST", path + "/approve", ApiClient.fields()).orThrow();
        }
        case "completed" -> {
          out.println("  On the devices: " + simulator.tally().updates());
          return true;
        }
        default -> pause();
      }
    }
    out.println("  The rollout did not end within " + PATIENCE.toMinutes() + " minutes");
    return false;
  }

  private static String counts(Map<String, Object> rollout) {
    StringBuilder line = new StringBuilder();
    if (rollout.get("counts") instanceof Map<?, ?> counts) {
      counts.forEach(
          (state, count) -> {
            if (count instanceof Number number && number.longValue() > 0) {
              line.append(line.isEmpty() ? ": " : ", ").append(number.longValue());
              line.append(' ').append(state);
            }
          });
    }
    return line.toString();
  }

  private void timeline(String rollout) {
    Map<String, Object> page =
        api.call("GET", "/api/v1/rollouts/" + rollout + "/timeline?limit=200").orThrow();
    out.println("  Timeline");
    for (Map<String, Object> event : ApiClient.objects(page, "items").reversed()) {
      out.printf(
          "    %s  %-20s %s%n",
          ApiClient.text(event, "at"),
          ApiClient.text(event, "type"),
          event.get("facts") instanceof Map<?, ?> facts ? facts : "");
    }
  }

  /// Asks for the first vulnerability of the image that devices run. What they run comes with the
  /// heartbeat after the report that they are healthy.
  private void affected(String firmware, long updated) {
    List<Map<String, Object>> matches =
        ApiClient.objects(
            ApiClient.object(
                api.graphql(
                    "query ($id: ID!) { firmware(id: $id) { cveMatches { cve { id } } } }",
                    Map.of("id", firmware)),
                "firmware"),
            "cveMatches");
    if (matches.isEmpty()) {
      out.println("  No vulnerability was found in the image");
      return;
    }
    String cve = ApiClient.text(ApiClient.object(matches.getFirst(), "cve"), "id");
    String path = "/api/v1/devices?limit=" + SHOWN + "&vulnerability=" + cve;
    Map<String, Object> page = api.call("GET", path).orThrow();
    long start = System.nanoTime();
    while (Long.parseLong(ApiClient.text(page, "total")) < updated
        && System.nanoTime() - start < HEARTBEAT.multipliedBy(5).toNanos()) {
      pause();
      page = api.call("GET", path).orThrow();
    }
    out.println("  Which devices run " + cve + "? " + ApiClient.text(page, "total"));
    for (Map<String, Object> device : ApiClient.objects(page, "items")) {
      Map<String, Object> affected = ApiClient.object(device, "affected");
      out.printf(
          "    %-14s %-8s %s %s%n",
          ApiClient.text(device, "name"),
          ApiClient.text(device, "status"),
          ApiClient.text(affected, "artifact"),
          ApiClient.text(affected, "version"));
    }
    out.println("    ... GET /api/v1/devices?vulnerability=" + cve);
  }

  private static void pause() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
