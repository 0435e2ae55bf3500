package io.firmament.agent;

import io.firmament.agent.update.Order;
import io.firmament.agent.update.UpdateMachine;
import io.firmament.base.Log;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/// Drives a state machine on a thread of its own, by what heartbeats bring. After trouble it waits
/// longer each time, unless there is news.
final class UpdateWorker implements AutoCloseable {
  private static final Log LOG = Log.of(UpdateWorker.class);

  private final UpdateMachine machine;
  private final Backoff backoff;
  private final BlockingQueue<List<UpdateMachine.Assignment>> inbox = new ArrayBlockingQueue<>(1);
  private final Thread thread = Thread.ofVirtual().name("updates").unstarted(this::work);

  private UpdateWorker(UpdateMachine machine, Backoff backoff) {
    this.machine = machine;
    this.backoff = backoff;
  }

  /// Goes on with what was under way, before anybody is heard.
  static UpdateWorker start(UpdateMachine machine, Backoff backoff) {
    UpdateWorker worker = new UpdateWorker(machine, backoff);
    worker.thread.start();
    return worker;
  }

  /// Hands over what a heartbeat has brought. The newest list counts; one that nobody has looked at
  /// yet is not worth keeping.
  void told(List<UpdateMachine.Assignment> assignments) {
    while (!inbox.offer(assignments)) {
      List<UpdateMachine.Assignment> _ = inbox.poll();
    }
  }

  private void work() {
    List<Order.Key> before = List.of();
    try {
      boolean done = round(Optional.empty());
      while (true) {
        long wait = done ? 0 : backoff.next().toNanos();
        long notBefore = System.nanoTime() + wait;
        List<UpdateMachine.Assignment> news = inbox.take();
        List<Order.Key> keys = news.stream().map(UpdateMachine.Assignment::key).toList();
        if (keys.equals(before)) {
          Thread.sleep(Duration.ofNanos(Math.max(0, notBefore - System.nanoTime())));
        }
        before = keys;
        done = round(Optional.of(news));
        if (done) {
          backoff.succeeded();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// @return false where something is to be tried again
  private boolean round(Optional<List<UpdateMachine.Assignment>> news) throws InterruptedException {
    try {
      boolean taken = news.isEmpty() || machine.take(news.get());
      return machine.work() && taken;
    } catch (RuntimeException e) {
      LOG.error("update_step_failed", e);
      return false;
    }
  }

  /// Stops what is being done, and returns when it has stopped.
  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
