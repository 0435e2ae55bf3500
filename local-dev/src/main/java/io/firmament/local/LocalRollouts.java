package io.firmament.local;

import io.firmament.base.Log;
import io.firmament.platform.rollout.RolloutRunner;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Evaluates the rollouts of a local platform when they are due, as a scheduled function does in a
/// deployment.
final class LocalRollouts implements AutoCloseable {
  private static final Log LOG = Log.of(LocalRollouts.class);
  private static final int AT_A_TIME = 100;

  private final RolloutRunner runner;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("rollouts").daemon().factory());

  private LocalRollouts(RolloutRunner runner) {
    this.runner = runner;
  }

  static LocalRollouts start(RolloutRunner runner) {
    LocalRollouts rollouts = new LocalRollouts(runner);
    var _ = rollouts.timer.scheduleWithFixedDelay(rollouts::run, 1, 1, TimeUnit.SECONDS);
    return rollouts;
  }

  private void run() {
    try {
      runner.runDue(AT_A_TIME);
    } catch (RuntimeException e) {
      // What is due stays due.
      LOG.error("rollouts_not_evaluated", e);
    }
  }

  @Override
  public void close() {
    timer.shutdown();
    try {
      if (!timer.awaitTermination(10, TimeUnit.SECONDS)) {
        timer.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
