package io.firmament.analysis.cli;

import io.avaje.jsonb.Jsonb;
import io.firmament.analysis.cache.BlobCache;
import io.firmament.analysis.cache.FolderBlobCache;
import io.firmament.analysis.cache.Reuse;
import io.firmament.analysis.inspect.Inspection;
import io.firmament.analysis.inventory.Inventory;
import io.firmament.analysis.inventory.InventoryReport;
import io.firmament.analysis.inventory.Progress;
import io.firmament.analysis.sbom.InventorySbom;
import io.firmament.analysis.sbom.SbomFormat;
import io.firmament.analysis.sbom.SbomSubject;
import io.firmament.analysis.sbom.SbomTool;
import io.firmament.analysis.sbom.SbomWriter;
import io.firmament.analysis.unpack.TreeLines;
import io.firmament.analysis.unpack.TreeTar;
import io.firmament.analysis.unpack.UnpackProgress;
import io.firmament.analysis.unpack.UnpackReport;
import io.firmament.analysis.unpack.UnpackResult;
import io.firmament.analysis.unpack.Unpacker;
import io.firmament.analysis.unpack.io.MappedByteSource;
import io.firmament.base.Sha256;
import io.firmament.base.finding.Issue;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// `analyze IMAGE`: unpacks, identifies and inspects one image; see [Options#USAGE].
public final class Analyze {
  private static final int WRONG_USAGE = 64;

  /// Who runs this on a machine of his own is one tenant.
  private static final String TENANT = "local";

  private final PrintStream out;
  private final PrintStream err;

  Analyze(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /// Ends the process with the exit code of the usage text.
  public static void main(String[] arguments) {
    PrintStream out =
        new PrintStream(
            new java.io.FileOutputStream(java.io.FileDescriptor.out),
            false,
            java.nio.charset.StandardCharsets.UTF_8);
    int code = new Analyze(out, System.err).run(List.of(arguments));
    out.flush();
    System.exit(code);
  }

  /// Gives the exit code.
  int run(List<String> arguments) {
    Options options;
    try {
      options = Options.parse(arguments);
    } catch (Options.UsageException e) {
      err.println("analyze: " + e.getMessage());
      err.print(Options.USAGE);
      return WRONG_USAGE;
    }
    if (!Files.isRegularFile(options.image()) || !Files.isReadable(options.image())) {
      err.println("analyze: not a file that can be read: " + options.image());
      return Outcome.NOT_ANALYSABLE.exitCode();
    }
    try {
      Path work = Files.createTempDirectory("firmament-analyze-");
      try {
        return analyze(options, work).exitCode();
      } finally {
        delete(work);
      }
    } catch (IOException e) {
      err.println("analyze: " + e);
      return 1;
    }
  }

  private Outcome analyze(Options options, Path work) throws IOException {
    try (Arena arena = Arena.ofShared();
        UnpackResult unpacked =
            new Unpacker()
                .unpack(
                    MappedByteSource.map(options.image(), arena),
                    "image",
                    work,
                    options.limits(),
                    UnpackProgress.SILENT)) {
      Path folder = options.cache();
      BlobCache cache = folder == null ? BlobCache.NONE : FolderBlobCache.in(folder);
      Reuse read = new Reuse(cache, TENANT);
      Reuse inspected = new Reuse(cache, TENANT);
      InventoryReport inventory =
          Inventory.standard().identify(unpacked.tree(), Progress.NONE, read);
      List<Issue> issues = Inspection.standard().inspect(unpacked.tree(), options.at(), inspected);
      Outcome outcome = Outcome.of(unpacked.report());
      AnalysisReport report =
          AnalysisReport.of(
              unpacked.report(),
              inventory,
              issues,
              options.at().toString(),
              outcome,
              outcome.reason(unpacked.report()).orElse(null));
      write(options.json(), to -> json(report, to));
      write(options.tree(), to -> TreeLines.write(unpacked.tree(), to));
      write(options.sbom(), to -> sbom(options, unpacked.report(), inventory, to));
      write(options.tar(), to -> TreeTar.write(unpacked.tree(), to));
      new Summary(report).print(options.image(), out);
      if (folder != null) {
        reused("inventory", read.counts());
        reused("inspection", inspected.counts());
      }
      return outcome;
    }
  }

  private void reused(String what, Reuse.Counts counts) {
    out.printf(
        Locale.ROOT,
        "Looked at for the %s: %,d of %,d contents, %,d of %,d bytes%n",
        what,
        counts.looked(),
        counts.contents(),
        counts.lookedBytes(),
        counts.bytes());
  }

  private static void json(AnalysisReport report, OutputStream to) throws IOException {
    Jsonb jsonb = Jsonb.builder().serializeNulls(true).build();
    to.write(
        jsonb
            .type(AnalysisReport.class)
            .toJsonPretty(report)
            .getBytes(java.nio.charset.StandardCharsets.UTF_8));
    to.write('\n');
  }

  private static void sbom(
      Options options, UnpackReport report, InventoryReport inventory, OutputStream to)
      throws IOException {
    Path file = options.sbom();
    String name = file == null ? "" : file.toString();
    SbomFormat format =
        name.endsWith(".spdx.xml")
            ? SbomFormat.SPDX_XML_2_3
            : name.endsWith(".xml")
                ? SbomFormat.CYCLONEDX_XML_1_6
                : name.endsWith(".spdx.json")
                    ? SbomFormat.SPDX_JSON_2_3
                    : SbomFormat.CYCLONEDX_JSON_1_6;
    Instant day = options.at().atStartOfDay(ZoneOffset.UTC).toInstant();
    String image = options.image().getFileName().toString();
    Sha256 sha256 = new Sha256(report.inputSha256());
    SbomWriter.write(
        new InventorySbom(
                new SbomSubject(image, null, null, sha256, null), inventory, report.complete())
            .document(List.of(), new SbomTool("Firmament", "firmament-analyze", version()), day),
        format,
        to);
  }

  private static String version() {
    String version = Analyze.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /// Writes one of the outputs.
  @FunctionalInterface
  private interface Output {
    void write(OutputStream to) throws IOException;
  }

  private static void write(@Nullable Path file, Output output) throws IOException {
    if (file == null) {
      return;
    }
    try (OutputStream to = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      output.write(to);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
