package io.firmament.stages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A folder for the work files of one run, removed with all of them.
public final class WorkFolder implements AutoCloseable {
  private final Path path;

  private WorkFolder(Path path) {
    this.path = path;
  }

  /// Makes one.
  public static WorkFolder in(Path parent) throws IOException {
    return new WorkFolder(Files.createTempDirectory(parent, "firmament-stage-"));
  }

  public Path path() {
    return path;
  }

  public Path file(String name) {
    return path.resolve(name);
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> all = Files.walk(path)) {
      List<Path> innerFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path one : innerFirst) {
        Files.deleteIfExists(one);
      }
    }
  }
}
