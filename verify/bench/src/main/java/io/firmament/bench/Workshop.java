package io.firmament.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A temporary folder in which a benchmark makes images and runs the tools it compares with.
final class Workshop implements AutoCloseable {
  private final Path folder;

  Workshop() throws IOException {
    this.folder = Files.createTempDirectory("firmament-bench");
  }

  Path folder() {
    return folder;
  }

  /// Copies this machine's programs and libraries into the folder `files` until there are enough.
  ///
  /// @param limit bytes at most
  /// @return how many files
  int collect(long limit) throws IOException {
    Path target = folder.resolve("files");
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
    System.out.printf("%d files, %d MiB%n", count, limit / 1048576);
    return count;
  }

  /// Runs a command in the folder; its output is dropped.
  void shell(String command) throws IOException, InterruptedException {
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

  /// What a command took.
  ///
  /// @param wall seconds from start to end
  /// @param cpu seconds of CPU time, user and system, of the command and its children
  record Cost(double wall, double cpu) {}

  /// Runs a command in the folder and measures it. Its output is dropped, and how it ends is its
  /// own affair.
  Cost time(String command) throws IOException, InterruptedException {
    Path times = folder.resolve("times");
    Process process =
        new ProcessBuilder(
                "bash",
                "-c",
                "TIMEFORMAT='%R %U %S'; { time { " + command + " ; } > /dev/null 2>&1 ; } 2> times")
            .directory(folder.toFile())
            .start();
    process.waitFor();
    String[] seconds = Files.readString(times).strip().split(" ", -1);
    Files.delete(times);
    return new Cost(
        Double.parseDouble(seconds[0]),
        Double.parseDouble(seconds[1]) + Double.parseDouble(seconds[2]));
  }

  /// The first of some tools that is not installed.
  static Optional<String> missing(List<String> tools) throws IOException, InterruptedException {
    for (String tool : tools) {
      Process process = new ProcessBuilder("sh", "-c", "command -v " + tool).start();
      process.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
      if (process.waitFor() != 0) {
        return Optional.of(tool);
      }
    }
    return Optional.empty();
  }

  /// CPU time of this process so far, in seconds.
  static double cpu() {
    com.sun.management.OperatingSystemMXBean system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getProcessCpuTime() / 1e9;
  }

  static double millis(long begin) {
    return (System.nanoTime() - begin) / 1e6;
  }

  static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Override
  public void close() throws IOException {
    delete(folder);
  }
}
