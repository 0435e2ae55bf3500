package io.firmament.agent;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import io.firmament.device.v1.DeviceServiceGrpc;
import io.firmament.device.v1.EnrollRequest;
import io.firmament.device.v1.EnrollResponse;
import io.firmament.device.v1.HardwareProfile;
import io.firmament.device.v1.HeartbeatRequest;
import io.firmament.device.v1.HeartbeatResponse;
import io.firmament.device.v1.RegisterRequest;
import io.firmament.device.v1.RegisterResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Many devices in one process: each has its own key, certificate and TLS connection, as real ones
/// do; all share the event loops, the timer and one connection for enrolment.
public final class FleetSimulator implements AutoCloseable {
  private static final int ENROLLING_AT_A_TIME = 16;
  private static final int DEADLINE_SECONDS = 30;
  private static final int RETRY_MILLIS = 1000;
  private static final HardwareProfile PROFILE =
      HardwareProfile.newBuilder()
          .setModel("Simulated gateway")
          .setSoc("sim-1")
          .setArchitecture("arm64")
          .setRamBytes(1L << 30)
          .setCpuCores(4)
          .setOsName("Simulated Linux 1")
          .setKernel("6.12.0-sim")
          .build();

  private final Connections connections;
  private final String anchorsPem;
  private final String prefix;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("fleet-simulator").factory());
  private final Counters counters = new Counters();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final List<ManagedChannel> channels = new ArrayList<>();

  /// @param server `host:port` of the device endpoint
  /// @param anchorsPem the endpoint's root certificates
  /// @param prefix what the devices' names begin with
  public FleetSimulator(String server, String anchorsPem, String prefix) {
    this.connections = new Connections(server);
    this.anchorsPem = anchorsPem;
    this.prefix = prefix;
  }

  /// What has happened so far.
  public record Tally(long enrolled, long registered, long heartbeats, long failures) {}

  private static final class Counters {
    private final LongAdder enrolled = new LongAdder();
    private final LongAdder registered = new LongAdder();
    private final LongAdder heartbeats = new LongAdder();
    private final LongAdder failures = new LongAdder();
  }

  public Tally tally() {
    return new Tally(
        counters.enrolled.sum(),
        counters.registered.sum(),
        counters.heartbeats.sum(),
        counters.failures.sum());
  }

  /// Enrols devices with a token that has uses for all of them, and lets each live at the pace the
  /// platform sets. Returns when all are enrolled or have failed to.
  public void start(String token, int devices) throws InterruptedException {
    ManagedChannel enrolment = connections.anonymous(anchorsPem);
    CountDownLatch open = new CountDownLatch(devices);
    try (ExecutorService workers =
        Executors.newFixedThreadPool(ENROLLING_AT_A_TIME, Thread.ofVirtual().factory())) {
      for (int i = 0; i < devices; i++) {
        String name = prefix + "-" + i;
        workers.execute(
            () -> {
              try {
                live(enroll(enrolment, token, name));
              } catch (StatusRuntimeException e) {
                counters.failures.increment();
              } finally {
                open.countDown();
              }
            });
      }
      open.await();
    } finally {
      enrolment.shutdownNow();
    }
  }

  @Override
  public void close() {
    closed.set(true);
    timer.shutdownNow();
    synchronized (channels) {
      channels.forEach(ManagedChannel::shutdownNow);
    }
  }

  private Identity enroll(ManagedChannel channel, String token, String name) {
    DeviceKey key = DeviceKey.generate();
    EnrollResponse answer =
        DeviceServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
            .enroll(
                EnrollRequest.newBuilder()
                    .setToken(token)
                    .setCertificateRequest(ByteString.copyFrom(key.certificateRequest()))
                    .setHardwareId(name)
                    .build());
    counters.enrolled.increment();
    return new Identity(key, answer.getCertificate(), answer.getTrustAnchors());
  }

  private void live(Identity identity) {
    ManagedChannel channel = connections.as(identity);
    synchronized (channels) {
      channels.add(channel);
    }
    register(channel);
  }

  private void register(ManagedChannel channel) {
    ListenableFuture<RegisterResponse> call =
        DeviceServiceGrpc.newFutureStub(channel)
            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
            .register(
                RegisterRequest.newBuilder()
                    .setProfile(PROFILE)
                    .setAgentVersion("firmament-simulator/0.1.0")
                    .putTags("site", "simulated")
                    .build());
    then(
        call,
        answer -> {
          counters.registered.increment();
          later(answer.getFirstHeartbeatIn(), () -> heartbeat(channel));
        },
        () -> register(channel));
  }

  private void heartbeat(ManagedChannel channel) {
    ListenableFuture<HeartbeatResponse> call =
        DeviceServiceGrpc.newFutureStub(channel)
            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
            .heartbeat(
                HeartbeatRequest.newBuilder().setAgentVersion("firmament-simulator/0.1.0").build());
    then(
        call,
        answer -> {
          counters.heartbeats.increment();
          later(answer.getNextHeartbeatIn(), () -> heartbeat(channel));
        },
        () -> heartbeat(channel));
  }

  private <A> void then(
      ListenableFuture<A> call, java.util.function.Consumer<A> next, Runnable again) {
    Executor direct = Runnable::run;
    Futures.addCallback(
        call,
        new FutureCallback<A>() {
          @Override
          public void onSuccess(@Nullable A answer) {
            next.accept(Objects.requireNonNull(answer));
          }

          @Override
          public void onFailure(Throwable cause) {
            if (!closed.get()) {
              counters.failures.increment();
              schedule(RETRY_MILLIS, again);
            }
          }
        },
        direct);
  }

  private void later(Duration delay, Runnable work) {
    schedule(delay.getSeconds() * 1000 + delay.getNanos() / 1_000_000, work);
  }

  private void schedule(long millis, Runnable work) {
    if (closed.get()) {
      return;
    }
    try {
      ScheduledFuture<?> _ = timer.schedule(work, millis, TimeUnit.MILLISECONDS);
    } catch (java.util.concurrent.RejectedExecutionException e) {
      // Closed in this moment.
    }
  }
}
