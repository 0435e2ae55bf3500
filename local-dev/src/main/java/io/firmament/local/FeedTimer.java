package io.firmament.local;

import io.firmament.platform.firmware.ObjectStore;
import io.firmament.schema.TimerRole;
import io.firmament.stages.feeds.FeedFunction;
import io.firmament.stages.feeds.FeedSource;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Updates the advisory index by the clock on a laptop, with the function that does so in a
/// deployment and no more time than it has there.
final class FeedTimer implements AutoCloseable {
  private static final Duration TIME = Duration.ofMinutes(15);

  private final Path work;
  private final LocalTimer timer;

  private FeedTimer(Path work, LocalTimer timer) {
    this.work = work;
    this.timer = timer;
  }

  /// How the index is updated.
  ///
  /// @param every how often
  /// @param sources those of the data folder, or that come with Firmament, where it is empty
  /// @param nvdKey of the NVD's API
  record Plan(Duration every, Optional<List<FeedSource>> sources, Optional<String> nvdKey) {}

  /// Begins at once.
  static FeedTimer start(Plan plan, Path data, ObjectStore documents, Clock clock) {
    Path work = workFolder();
    FeedFunction function =
        new FeedFunction(
            documents,
            plan.sources(),
            plan.nvdKey(),
            "Firmament/local",
            work,
            clock,
            new PrintStream(OutputStream.nullOutputStream()));
    return new FeedTimer(
        work,
        LocalTimer.start(
            TimerRole.UPDATE_ADVISORIES, Duration.ZERO, plan.every(), () -> run(function, data)));
  }

  private static Path workFolder() {
    try {
      return Files.createTempDirectory("firmament-feeds");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void run(FeedFunction function, Path data) {
    try (FeedLock _ = FeedLock.take(data)) {
      function.run(TIME);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    timer.close();
    try {
      Files.deleteIfExists(work);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
