package io.firmament.agent;

import io.firmament.agent.update.Order;
import io.firmament.agent.update.RefusedException;
import io.firmament.agent.update.Report;
import io.firmament.agent.update.UpdateListener;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Many agents in one process, each on a virtual thread, with a key, a certificate and a TLS
/// connection of its own, as real ones have; they share the event loops. Their updates go through
/// the state machine of real devices, and end as a [SimulatedFate] says; nothing is installed
/// anywhere, and targets are not downloaded. Metadata is verified once for a fleet
/// ([SharedRepositories]).
public final class FleetSimulator implements AutoCloseable {
  private static final int STARTING_AT_A_TIME = 16;

  private final Endpoint endpoint;
  private final Optional<Path> data;
  private final String prefix;
  private final SimulatedFate fate;
  private final SecureRandom random = new SecureRandom();
  private final Semaphore starting = new Semaphore(STARTING_AT_A_TIME);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ConcurrentLinkedQueue<Life> lives = new ConcurrentLinkedQueue<>();
  private final SharedRepositories repositories = new SharedRepositories();
  private final Counters counters = new Counters();

  /// Where the agents go.
  ///
  /// @param server `host:port` of the device endpoint
  /// @param ca the endpoint's root certificates, PEM
  /// @param token an enrolment token with a use for each device
  public record Endpoint(String server, Path ca, Path token) {}

  /// Devices that take updates without a fault, and keep their identities in a folder.
  ///
  /// @param data where the devices keep their identities; a later run goes on with them
  /// @param prefix what the devices' names begin with
  public FleetSimulator(Endpoint endpoint, Path data, String prefix) {
    this(endpoint, Optional.of(data), prefix, SimulatedFate.GOOD);
  }

  /// Devices that take updates without a fault, and are forgotten with this process.
  ///
  /// @param prefix what the devices' names begin with
  public FleetSimulator(Endpoint endpoint, String prefix) {
    this(endpoint, Optional.empty(), prefix, SimulatedFate.GOOD);
  }

  /// @param data where the devices keep their identities, and nothing else; empty for devices that
  ///     are forgotten with this process
  public FleetSimulator(Endpoint endpoint, Optional<Path> data, String prefix, SimulatedFate fate) {
    this.endpoint = endpoint;
    this.data = data;
    this.prefix = prefix;
    this.fate = fate;
  }

  /// What has happened so far.
  ///
  /// @param failures calls that were not answered and are tried again
  /// @param ended devices that the platform does not want any more
  /// @param updates of all devices
  public record Tally(
      long enrolled,
      long registered,
      long heartbeats,
      long renewals,
      long failures,
      long ended,
      Updates updates) {}

  /// What has become of updates.
  ///
  /// @param taken begun, after a pause again too
  /// @param refused assignments that were not believed, at each heartbeat anew
  /// @param pauses how often a device was gone for a while
  public record Updates(
      long taken,
      long healthy,
      long rolledBack,
      long failed,
      long incompatible,
      long refused,
      long pauses) {}

  public Tally tally() {
    return new Tally(
        counters.enrolled.sum(),
        counters.registered.sum(),
        counters.heartbeats.sum(),
        counters.renewals.sum(),
        counters.failures.sum(),
        counters.ended.sum(),
        new Updates(
            counters.taken.sum(),
            counters.healthy.sum(),
            counters.rolledBack.sum(),
            counters.failed.sum(),
            counters.incompatible.sum(),
            counters.refused.sum(),
            counters.pauses.sum()));
  }

  /// Brings devices to life, a few at a time, and returns when each has registered or ended. From
  /// then on they live at the pace that the platform sets.
  public void start(int devices) throws InterruptedException {
    CountDownLatch open = new CountDownLatch(devices);
    for (int i = 0; i < devices; i++) {
      starting.acquire();
      Life life = new Life(prefix + "-" + i, open);
      lives.add(life);
      threads.execute(life::run);
    }
    open.await();
  }

  @Override
  public void close() {
    lives.forEach(Life::end);
    threads.close();
  }

  private AgentSettings settings(String name) {
    return new AgentSettings(
        endpoint.server(),
        endpoint.ca(),
        Optional.of(endpoint.token()),
        data.orElse(Path.of("nowhere")).resolve(name),
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
    private final LongAdder taken = new LongAdder();
    private final LongAdder healthy = new LongAdder();
    private final LongAdder rolledBack = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder incompatible = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder pauses = new LongAdder();
  }

  /// One device, from one agent on it to the next; it makes room for another when it has started.
  private final class Life implements AgentListener {
    private final String name;
    private final CountDownLatch open;
    private final AtomicBoolean settled = new AtomicBoolean();
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicReference<@Nullable Agent> agent = new AtomicReference<>();
    private final AtomicBoolean pausing = new AtomicBoolean();
    private final MemoryDevice memory = new MemoryDevice();

    Life(String name, CountDownLatch open) {
      this.name = name;
      this.open = open;
    }

    void run() {
      try {
        AgentSettings settings = settings(name);
        DeviceStore store = data.isPresent() ? new DataFolder(settings.dataFolder()) : memory;
        boolean alive = true;
        while (alive && over.getCount() > 0) {
          alive = runOnce(settings, store);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        settled();
      }
    }

    /// @return whether the device comes back
    private boolean runOnce(AgentSettings settings, DeviceStore store) throws InterruptedException {
      Agent next =
          new Agent(
              settings,
              store,
              () -> new SimulatedWork(name, fate, memory, repositories, new UpdatesOfOne(), random),
              Clock.systemUTC(),
              random,
              this);
      agent.set(next);
      if (over.getCount() == 0) {
        return false;
      }
      if (next.run() != Agent.Ending.STOPPED) {
        counters.ended.increment();
        return false;
      }
      if (pausing.compareAndSet(true, false)) {
        return !over.await(fate.offlineFor().toMillis(), TimeUnit.MILLISECONDS);
      }
      return false;
    }

    void end() {
      over.countDown();
      stop();
    }

    private void stop() {
      Agent current = agent.get();
      if (current != null) {
        current.stop();
      }
    }

    private void settled() {
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

    private final class UpdatesOfOne implements UpdateListener {
      @Override
      public void taken(Order order) {
        counters.taken.increment();
        if (fate.goesOffline(name, order.key()) && pausing.compareAndSet(false, true)) {
          counters.pauses.increment();
          stop();
        }
      }

      @Override
      public void refused(Order.Key key, RefusedException.Reason reason, String why) {
        counters.refused.increment();
      }

      @Override
      public void ended(Report report) {
        switch (report.status()) {
          case HEALTHY -> counters.healthy.increment();
          case ROLLED_BACK -> counters.rolledBack.increment();
          case FAILED -> counters.failed.increment();
          case INCOMPATIBLE -> counters.incompatible.increment();
          case DOWNLOADING, VERIFYING, APPLYING -> {}
        }
      }
    }
  }
}
