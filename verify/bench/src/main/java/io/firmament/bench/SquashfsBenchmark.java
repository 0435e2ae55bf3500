package io.firmament.bench;

import io.firmament.analysis.unpack.Limits;
import io.firmament.analysis.unpack.UnpackProgress;
import io.firmament.analysis.unpack.UnpackResult;
import io.firmament.analysis.unpack.Unpacker;
import io.firmament.analysis.unpack.io.MappedByteSource;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Unpacking squashfs, codec by codec, as a ratio to `unsquashfs` on the same image by turns in one
/// run: CPU time to CPU time, and wall time to wall time. The engine also hashes every file with
/// SHA-256 and stores it, so the reference hashes, too. Arguments: MiB of files, 64 unless given,
/// and rounds, 5 unless given.
public final class SquashfsBenchmark {
  private static final int MEGABYTES = 64;
  private static final int ROUNDS = 5;
  private static final int WARM_UP_ROUNDS = 2;
  private static final List<String> CODECS = List.of("gzip", "lzma", "lzo", "lz4", "xz", "zstd");

  private SquashfsBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    long limit = (arguments.length > 0 ? Integer.parseInt(arguments[0]) : MEGABYTES) * 1048576L;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : ROUNDS;
    Optional<String> missing = Workshop.missing(List.of("mksquashfs", "unsquashfs", "sha256sum"));
    if (missing.isPresent()) {
      System.out.println("not measured, " + missing.get() + " is not installed");
      return;
    }
    try (Workshop workshop = new Workshop()) {
      int files = workshop.collect(limit);
      for (String codec : CODECS) {
        measure(workshop, codec, rounds, files);
      }
    }
  }

  private static void measure(Workshop workshop, String codec, int rounds, int files)
      throws Exception {
    workshop.shell(
        "rm -f image; mksquashfs files image -comp " + codec + " -noappend -quiet -no-progress");
    Samples cpu = new Samples();
    Samples wall = new Samples();
    Samples cpuRatio = new Samples();
    Samples wallRatio = new Samples();
    for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
      double cpuBefore = Workshop.cpu();
      long begin = System.nanoTime();
      unpack(workshop, files);
      double ourWall = Workshop.millis(begin) / 1000;
      double ourCpu = Workshop.cpu() - cpuBefore;
      Workshop.Cost tools =
          workshop.time(
              "unsquashfs -quiet -no-progress -dest out image;"
                  + " find out -type f -print0 | xargs -0 sha256sum");
      workshop.shell("rm -rf out");
      if (round >= 0) {
        cpu.add(ourCpu);
        wall.add(ourWall);
        cpuRatio.add(ourCpu / tools.cpu());
        wallRatio.add(ourWall / tools.wall());
      }
    }
    System.out.printf(
        "%-5s %5.1f MiB: CPU %s s, ratio %s; wall %s s, ratio %s%n",
        codec,
        Files.size(workshop.folder().resolve("image")) / 1048576.0,
        cpu,
        cpuRatio,
        wall,
        wallRatio);
  }

  private static void unpack(Workshop workshop, int files) throws Exception {
    Path image = workshop.folder().resolve("image");
    Path ours = Files.createDirectories(workshop.folder().resolve("ours"));
    try (Arena arena = Arena.ofShared();
        UnpackResult result =
            new Unpacker()
                .unpack(
                    MappedByteSource.map(image, arena),
                    "image",
                    ours,
                    Limits.standard(),
                    UnpackProgress.SILENT)) {
      if (!result.report().complete() || result.report().counts().files() < files) {
        throw new IllegalStateException("not all was unpacked: " + result.report().notes());
      }
    }
    Workshop.delete(ours);
  }
}
