package io.firmament.bench;

import io.firmament.analysis.inspect.Inspection;
import io.firmament.analysis.inventory.Inventory;
import io.firmament.analysis.inventory.InventoryReport;
import io.firmament.analysis.inventory.Progress;
import io.firmament.analysis.unpack.Limits;
import io.firmament.analysis.unpack.UnpackProgress;
import io.firmament.analysis.unpack.UnpackReport;
import io.firmament.analysis.unpack.UnpackResult;
import io.firmament.analysis.unpack.Unpacker;
import io.firmament.analysis.unpack.io.MappedByteSource;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// The analysis of an image, as a ratio to native tools that unpack the same image and hash each
/// file, by turns in one run. The images are made on the spot of this machine's programs and
/// libraries. Arguments: MiB of files, 64 unless given, and rounds, 5 unless given.
public final class AnalysisBenchmark {
  private static final int MEGABYTES = 64;
  private static final int ROUNDS = 5;

  private AnalysisBenchmark() {}

  /// A kind of image.
  ///
  /// @param tools that must be installed
  /// @param make shell: the folder `files` becomes `image`
  /// @param unpack shell: `image` becomes the folder `out`
  private record Kind(String name, List<String> tools, String make, String unpack) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind(
              "squashfs, xz",
              List.of("mksquashfs", "unsquashfs", "sha256sum"),
              "mksquashfs files image -comp xz -noappend -quiet -no-progress",
              "unsquashfs -quiet -no-progress -dest out image"),
          new Kind(
              "squashfs, gzip",
              List.of("mksquashfs", "unsquashfs", "sha256sum"),
              "mksquashfs files image -comp gzip -noappend -quiet -no-progress",
              "unsquashfs -quiet -no-progress -dest out image"),
          new Kind(
              "cpio, gzip",
              List.of("cpio", "gzip", "sha256sum"),
              "cd files && find . | cpio --quiet -o -H newc | gzip -n > ../image",
              "mkdir out && cd out && gzip -dc ../image | cpio --quiet -idm"),
          new Kind(
              "cpio, xz",
              List.of("cpio", "xz", "sha256sum"),
              "cd files && find . | cpio --quiet -o -H newc | xz -T2 > ../image",
              "mkdir out && cd out && xz -dc ../image | cpio --quiet -idm"));

  public static void main(String[] arguments) throws Exception {
    long limit = (arguments.length > 0 ? Integer.parseInt(arguments[0]) : MEGABYTES) * 1048576L;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : ROUNDS;
    Path work = Files.createTempDirectory("firmament-analysis");
    try {
      int files = collect(work.resolve("files"), limit);
      System.out.printf("%d files, %d MiB%n", files, limit / 1048576);
      for (Kind kind : KINDS) {
        String missing = missing(kind);
        if (missing.isEmpty()) {
          measure(kind, work, rounds, files);
        } else {
          System.out.println(kind.name() + ": not measured, " + missing + " is not installed");
        }
      }
    } finally {
      delete(work);
    }
  }

  private static void measure(Kind kind, Path work, int rounds, int files) throws Exception {
    shell(work, "rm -f image; " + kind.make());
    Path image = work.resolve("image");
    Samples reference = new Samples();
    Samples unpacked = new Samples();
    Samples analysed = new Samples();
    double first = 0;
    for (int round = 0; round <= rounds; round++) {
      double[] ours = analyse(image, work.resolve("ours"), files);
      delete(work.resolve("ours"));
      long begin = System.nanoTime();
      shell(work, kind.unpack());
      shell(work, "find out -type f -print0 | xargs -0 sha256sum > hashes");
      double tools = millis(begin);
      shell(work, "rm -rf out");
      if (round == 0) {
        first = ours[1] / tools;
      } else {
        reference.add(tools);
        unpacked.add(ours[0]);
        analysed.add(ours[1]);
      }
    }
    System.out.printf(
        "%-15s %5.1f MiB: tools %s ms%n  unpack and hash %s ms, ratio %.2f%n"
            + "  whole analysis %s ms, ratio %.2f, in the first run %.2f%n",
        kind.name(),
        Files.size(image) / 1048576.0,
        reference,
        unpacked,
        unpacked.median() / reference.median(),
        analysed,
        analysed.median() / reference.median(),
        first);
  }

  /// Milliseconds until the image is unpacked, and until its components and issues are known.
  private static double[] analyse(Path image, Path folder, int files) throws IOException {
    Files.createDirectories(folder);
    long begin = System.nanoTime();
    try (Arena arena = Arena.ofShared();
        UnpackResult result =
            new Unpacker()
                .unpack(
                    MappedByteSource.map(image, arena),
                    "image",
                    folder,
                    Limits.standard(),
                    UnpackProgress.SILENT)) {
      double unpacked = millis(begin);
      UnpackReport report = result.report();
      if (!report.complete() || report.counts().files() < files) {
        throw new IllegalStateException(
            report.counts().files() + " files of " + files + ": " + report.notes());
      }
      InventoryReport inventory = Inventory.standard().identify(result.tree(), Progress.NONE);
      int issues = Inspection.standard().inspect(result.tree(), LocalDate.EPOCH).size();
      double analysed = millis(begin);
      if (inventory.components().isEmpty() || issues < 0) {
        throw new IllegalStateException("nothing was found");
      }
      return new double[] {unpacked, analysed};
    }
  }

  /// Copies this machine's programs and libraries until there are enough.
  private static int collect(Path target, long limit) throws IOException {
    Files.createDirectories(target);
    List<Path> found = new ArrayList<>();
    for (String folder : List.of("/usr/sbin", "/usr/bin", "/usr/lib/x86_64-linux-gnu")) {
      try (Stream<Path> files = Files.list(Path.of(folder))) {
        files
            .filter(file -> Files.isRegularFile(file) && !Files.isSymbolicLink(file))
            .filter(Files::isReadable)
            .sorted()
            .forEach(found::add);
      }
    }
    long size = 0;
    int count = 0;
    // Every third, so that there are some of all kinds.
    for (int offset = 0; offset < 3; offset++) {
      for (int i = offset; i < found.size(); i += 3) {
        Path file = found.get(i);
        Path copy = target.resolve(file.toString().substring(1));
        if (size + Files.size(file) <= limit) {
          Files.createDirectories(copy.getParent());
          Files.copy(file, copy);
          size += Files.size(file);
          count++;
        }
      }
    }
    return count;
  }

  private static String missing(Kind kind) throws IOException, InterruptedException {
    for (String tool : kind.tools()) {
      Process process = new ProcessBuilder("sh", "-c", "command -v " + tool).start();
      process.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
      if (process.waitFor() != 0) {
        return tool;
      }
    }
    return "";
  }

  private static void shell(Path folder, String command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("sh", "-c", command)
            .directory(folder.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    if (process.waitFor() != 0) {
      throw new IllegalStateException(command + " fails");
    }
  }

  private static double millis(long begin) {
    return (System.nanoTime() - begin) / 1e6;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
