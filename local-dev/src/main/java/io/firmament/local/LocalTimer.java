package io.firmament.local;

import io.firmament.base.Log;
import io.firmament.engines.GrantGuard;
import io.firmament.schema.TimerRole;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Does on a laptop what a function that runs by the clock does in a deployment, with its grants
/// and more often.
final class LocalTimer implements AutoCloseable {
  private static final Log LOG = Log.of(LocalTimer.class);

  private final TimerRole role;
  private final Runnable work;
  private final ScheduledExecutorService timer;

  private LocalTimer(TimerRole role, Runnable work) {
    this.role = role;
    this.work = work;
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name(role.id()).daemon().factory());
  }

  static LocalTimer start(TimerRole role, Duration every, Runnable work) {
    return start(role, every, every, work);
  }

  /// @param first how long to wait before it is done for the first time
  static LocalTimer start(TimerRole role, Duration first, Duration every, Runnable work) {
    LocalTimer started = new LocalTimer(role, work);
    var _ =
        started.timer.scheduleWithFixedDelay(
            started::run, first.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    return started;
  }

  private void run() {
    try {
      GrantGuard.as(
          GrantGuard.Role.of(role),
          () -> {
            work.run();
            return role;
          });
    } catch (RuntimeException e) {
      // What is due stays due.
      LOG.error("timer_failed", e, "timer", role.id());
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
