package io.firmament.bench;

import io.firmament.analysis.unpack.Limits;
import io.firmament.analysis.unpack.UnpackProgress;
import io.firmament.analysis.unpack.UnpackResult;
import io.firmament.analysis.unpack.Unpacker;
import io.firmament.analysis.unpack.io.MappedByteSource;
import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/// The scan for magics in bytes that nothing can be made of, as a ratio to `sha256sum` of the same
/// file, by turns in one run. The scan hashes the file, too, and looks at its entropy. Arguments:
/// MiB, 1024 unless given, and rounds, 3 unless given.
public final class ScanBenchmark {
  private static final int MEGABYTES = 1024;
  private static final int ROUNDS = 3;

  private ScanBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    int megabytes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : MEGABYTES;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : ROUNDS;
    if (Workshop.missing(List.of("sha256sum")).isPresent()) {
      System.out.println("not measured, sha256sum is not installed");
      return;
    }
    try (Workshop workshop = new Workshop()) {
      Path image = workshop.folder().resolve("image");
      noise(image, megabytes);
      Samples cpu = new Samples();
      Samples cpuRatio = new Samples();
      Samples wallRatio = new Samples();
      for (int round = -1; round < rounds; round++) {
        double cpuBefore = Workshop.cpu();
        long begin = System.nanoTime();
        scan(image, Files.createDirectories(workshop.folder().resolve("ours")));
        double wall = Workshop.millis(begin) / 1000;
        double used = Workshop.cpu() - cpuBefore;
        Workshop.delete(workshop.folder().resolve("ours"));
        Workshop.Cost hash = workshop.time("sha256sum image");
        if (round >= 0) {
          cpu.add(used);
          cpuRatio.add(used / hash.cpu());
          wallRatio.add(wall / hash.wall());
        }
      }
      System.out.printf(
          "%d MiB of noise: CPU %s s, ratio %s to sha256sum; wall time, ratio %s%n",
          megabytes, cpu, cpuRatio, wallRatio);
    }
  }

  private static void scan(Path image, Path work) throws Exception {
    try (Arena arena = Arena.ofShared();
        UnpackResult result =
            new Unpacker()
                .unpack(
                    MappedByteSource.map(image, arena),
                    "image",
                    work,
                    Limits.standard(),
                    UnpackProgress.SILENT)) {
      if (result.report().notes().isEmpty()) {
        throw new IllegalStateException("noise was taken for something");
      }
    }
  }

  private static void noise(Path image, int megabytes) throws Exception {
    Random random = new Random(1);
    byte[] bytes = new byte[1 << 20];
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(image))) {
      for (int i = 0; i < megabytes; i++) {
        random.nextBytes(bytes);
        out.write(bytes);
      }
    }
  }
}
