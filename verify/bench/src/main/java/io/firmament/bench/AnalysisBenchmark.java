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
import java.util.List;
import java.util.Optional;

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
    try (Workshop workshop = new Workshop()) {
      int files = workshop.collect(limit);
      for (Kind kind : KINDS) {
        Optional<String> missing = Workshop.missing(kind.tools());
        if (missing.isEmpty()) {
          measure(kind, workshop, rounds, files);
        } else {
          System.out.println(
              kind.name() + ": not measured, " + missing.get() + " is not installed");
        }
      }
    }
  }

  private static void measure(Kind kind, Workshop workshop, int rounds, int files)
      throws Exception {
    workshop.shell("rm -f image; " + kind.make());
    Path image = workshop.folder().resolve("image");
    Path ours = workshop.folder().resolve("ours");
    Samples reference = new Samples();
    Samples unpacked = new Samples();
    Samples analysed = new Samples();
    double first = 0;
    for (int round = 0; round <= rounds; round++) {
      double[] times = analyse(image, ours, files);
      Workshop.delete(ours);
      long begin = System.nanoTime();
      workshop.shell(kind.unpack());
      workshop.shell("find out -type f -print0 | xargs -0 sha256sum > hashes");
      double tools = Workshop.millis(begin);
      workshop.shell("rm -rf out");
      if (round == 0) {
        first = times[1] / tools;
      } else {
        reference.add(tools);
        unpacked.add(times[0]);
        analysed.add(times[1]);
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
      double unpacked = Workshop.millis(begin);
      UnpackReport report = result.report();
      if (!report.complete() || report.counts().files() < files) {
        throw new IllegalStateException(
            report.counts().files() + " files of " + files + ": " + report.notes());
      }
      InventoryReport inventory = Inventory.standard().identify(result.tree(), Progress.NONE);
      int issues = Inspection.standard().inspect(result.tree(), LocalDate.EPOCH).size();
      double analysed = Workshop.millis(begin);
      if (inventory.components().isEmpty() || issues < 0) {
        throw new IllegalStateException("nothing was found");
      }
      return new double[] {unpacked, analysed};
    }
  }
}
