package io.firmament.agent;

import io.firmament.agent.update.Delivery;
import io.firmament.agent.update.Order;
import io.firmament.agent.update.RefusedException;
import io.firmament.agent.update.Reports;
import io.firmament.agent.update.StateStore;
import io.firmament.agent.update.TroubleException;
import io.firmament.agent.update.Trust;
import io.firmament.agent.update.TrustedRepository;
import io.firmament.agent.update.TufTrust;
import io.firmament.agent.update.UnfitException;
import io.firmament.agent.update.UpdateListener;
import io.firmament.agent.update.UpdateMachine;
import io.firmament.device.v1.HeartbeatRequest;
import io.firmament.device.v1.HeartbeatResponse;
import io.grpc.ManagedChannel;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What a simulated device does beside its heartbeats: the state machine of a real one, on a
/// [SimulatedHost]. It answers no requests for logs.
final class SimulatedWork implements DeviceWork {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final SharedRepositories repositories;
  private final GrpcReports reports = new GrpcReports();
  private final UpdateMachine machine;
  private final UpdateWorker worker;
  private volatile @Nullable Connection connection;
  private volatile byte[] root = {};
  private volatile String url = "";

  private record Connection(TrustedRepository repository, TufTrust trust) {}

  SimulatedWork(
      String device,
      SimulatedFate fate,
      StateStore store,
      SharedRepositories repositories,
      UpdateListener listener,
      RandomGenerator random) {
    this.repositories = repositories;
    this.machine =
        new UpdateMachine(
            new Connected(),
            new SimulatedHost(device, fate),
            store,
            twiceSometimes(device, fate),
            listener,
            Clock.systemUTC());
    this.worker = UpdateWorker.start(machine, new Backoff(FIRST_PAUSE, LONGEST_PAUSE, random));
  }

  private Reports twiceSometimes(String device, SimulatedFate fate) {
    return report -> {
      reports.send(report);
      if (fate.isSentTwice(device, report.key(), report.status().name())) {
        reports.send(report);
      }
    };
  }

  @Override
  public void named(byte[] namedRoot, String namedUrl) {
    root = namedRoot.clone();
    url = namedUrl;
  }

  @Override
  public void connected(Identity identity, ManagedChannel channel) {
    reports.use(channel);
    Optional<TrustedRepository> shared = repositories.of(identity, root, url);
    connection =
        shared.isEmpty()
            ? null
            : new Connection(shared.get(), new TufTrust(shared.get(), identity.owner()));
  }

  @Override
  public void disconnected() {
    reports.use(null);
    connection = null;
  }

  @Override
  public void describe(HeartbeatRequest.Builder heartbeat) {
    Connection current = connection;
    Inventory.describe(
        machine.state(), current == null ? Map.of() : current.repository().versions(), heartbeat);
  }

  @Override
  public void told(HeartbeatResponse answer) {
    worker.told(Inventory.assignments(answer));
  }

  @Override
  public void close() {
    worker.close();
  }

  private final class Connected implements Trust {
    @Override
    public void refresh() throws RefusedException, TroubleException {
      current().refresh();
    }

    @Override
    public Order verify(byte[] signed) throws RefusedException {
      Connection there = connection;
      if (there == null) {
        throw new RefusedException(
            RefusedException.Reason.METADATA, "there is no repository to ask");
      }
      return there.trust().verify(signed);
    }

    @Override
    public Delivery resolve(Order order) throws RefusedException, TroubleException, UnfitException {
      return current().resolve(order);
    }

    private TufTrust current() throws TroubleException {
      Connection there = connection;
      if (there == null) {
        throw new TroubleException("there is no repository to ask");
      }
      return there.trust();
    }
  }
}
