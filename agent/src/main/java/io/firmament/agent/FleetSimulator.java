package io.firmament.agent;

import io.grpc.Status;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/// Many agents in one process, each on a virtual thread, with a data folder, a key, a certificate
/// and a TLS connection of its own, as real ones have; they share the event loops.
public final class FleetSimulator implements AutoCloseable {
  private static final int STARTING_AT_A_TIME = 16;

  private final Endpoint endpoint;
  private final Path data;
  private final String prefix;
  private final SecureRandom random = new SecureRandom();
  private final Semaphore starting = new Semaphore(STARTING_AT_A_TIME);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ConcurrentLinkedQueue<Agent> agents = new ConcurrentLinkedQueue<>();
  private final Counters counters = new Counters();

  /// Where the agents go.
  ///
  /// @param server `host:port` of the device endpoint
  /// @param ca the endpoint's root certificates, PEM
  /// @param token an enrolment token with a use for each device
  public record Endpoint(String server, Path ca, Path token) {}

  /// @param data where the devices keep their identities; a later run goes on with them
  /// @param prefix what the devices' names begin with
  public FleetSimulator(Endpoint endpoint, Path data, String prefix) {
    this.endpoint = endpoint;
    this.data = data;
    this.prefix = prefix;
  }

  /// What has happened so far.
  ///
  /// @param failures calls that were not answered and are tried again
  /// @param ended devices that the platform does not want any more
  public record Tally(
      long enrolled, long registered, long heartbeats, long renewals, long failures, long ended) {}

  public Tally tally() {
    return new Tally(
        counters.enrolled.sum(),
        counters.registered.sum(),
        counters.heartbeats.sum(),
        counters.renewals.sum(),
        counters.failures.sum(),
        counters.ended.sum());
  }

  /// Brings devices to life, a few at a time, and returns when each has registered or ended. From
  /// then on they live at the pace that the platform sets.
  public void start(int devices) throws InterruptedException {
    CountDownLatch open = new CountDownLatch(devices);
    for (int i = 0; i < devices; i++) {
      starting.acquire();
      Starting device = new Starting(open);
      Agent agent = new Agent(settings(prefix + "-" + i), Clock.systemUTC(), random, device);
      agents.add(agent);
      threads.execute(() -> live(agent, device));
    }
    open.await();
  }

  @Override
  public void close() {
    agents.forEach(Agent::stop);
    threads.close();
  }

  private void live(Agent agent, Starting device) {
    try {
      if (agent.run() != Agent.Ending.STOPPED) {
        counters.ended.increment();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      device.settled();
    }
  }

  private AgentSettings settings(String name) {
    return new AgentSettings(
        endpoint.server(),
        endpoint.ca(),
        Optional.of(endpoint.token()),
        data.resolve(name),
        name,
        name,
        Map.of("simulated", "yes"));
  }

  private static final class Counters {
    private final LongAdder enrolled = new LongAdder();
    private final LongAdder registered = new LongAdder();
    private final LongAdder heartbeats = new LongAdder();
    private final LongAdder renewals = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder ended = new LongAdder();
  }

  /// Counts what one device does, and makes room for the next one when it has started.
  private final class Starting implements AgentListener {
    private final CountDownLatch open;
    private final AtomicBoolean settled = new AtomicBoolean();

    Starting(CountDownLatch open) {
      this.open = open;
    }

    void settled() {
      if (settled.compareAndSet(false, true)) {
        starting.release();
        open.countDown();
      }
    }

    @Override
    public void enrolled(String device, String fleet) {
      counters.enrolled.increment();
    }

    @Override
    public void registered(String device) {
      counters.registered.increment();
      settled();
    }

    @Override
    public void heartbeatAnswered() {
      counters.heartbeats.increment();
    }

    @Override
    public void certificateRenewed() {
      counters.renewals.increment();
    }

    @Override
    public void callFailed(Refusal refusal, String code, Status.Code status, String reason) {
      if (refusal == Refusal.PASSING) {
        counters.failures.increment();
      }
    }
  }
}
