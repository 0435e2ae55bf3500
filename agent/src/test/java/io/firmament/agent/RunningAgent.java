package io.firmament.agent;

import io.firmament.agent.update.Order;
import io.firmament.agent.update.RefusedException;
import io.firmament.agent.update.Report;
import io.firmament.agent.update.UpdateListener;
import io.grpc.Status;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/// An agent on a thread of its own, and what it has done so far.
final class RunningAgent implements AgentListener, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  final List<String> events = new CopyOnWriteArrayList<>();
  final List<String> updates = new CopyOnWriteArrayList<>();
  final List<Long> heartbeats = new CopyOnWriteArrayList<>();

  private final Agent agent;
  private final CompletableFuture<Agent.Ending> ending;

  RunningAgent(AgentSettings settings) {
    this(settings, Clock.systemUTC());
  }

  RunningAgent(AgentSettings settings, Clock clock) {
    this.agent = new Agent(settings, clock, new SplittableRandom(7), this);
    this.ending = CompletableFuture.supplyAsync(this::run, Thread::startVirtualThread);
  }

  private Agent.Ending run() {
    try {
      return agent.run();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Waits until the agent has ended by itself.
  Agent.Ending ending() throws InterruptedException, ExecutionException, TimeoutException {
    return ending.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /// Waits until something is true.
  void await(String what, BooleanSupplier condition) throws InterruptedException {
    long giveUp = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > giveUp || ending.isDone()) {
        throw new AssertionError(
            what + " did not happen: " + events + " " + updates + " " + ending);
      }
      Thread.sleep(20);
    }
  }

  void awaitEvent(String event) throws InterruptedException {
    await(event, () -> events.contains(event));
  }

  void awaitHeartbeats(int count) throws InterruptedException {
    await(count + " heartbeats", () -> heartbeats.size() >= count);
  }

  @Override
  public void enrolled(String device, String fleet) {
    events.add("enrolled " + device);
  }

  @Override
  public void registered(String device) {
    events.add("registered " + device);
  }

  @Override
  public void heartbeatAnswered() {
    heartbeats.add(System.nanoTime());
  }

  @Override
  public void certificateRenewed() {
    events.add("renewed");
  }

  @Override
  public void callFailed(Refusal refusal, String code, Status.Code status, String reason) {
    events.add(refusal + " " + code + " " + status + " " + reason);
  }

  @Override
  public UpdateListener updates() {
    return new UpdateListener() {
      @Override
      public void taken(Order order) {
        updates.add("taken " + order.key());
      }

      @Override
      public void refused(Order.Key key, RefusedException.Reason reason, String why) {
        updates.add("refused " + key + " " + reason + " " + why);
      }

      @Override
      public void troubled(String what, String why) {
        updates.add("troubled " + what + " " + why);
      }

      @Override
      public void ended(Report report) {
        updates.add("ended " + report);
      }
    };
  }

  @Override
  public void close() {
    agent.stop();
    Agent.Ending _ = ending.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }
}
