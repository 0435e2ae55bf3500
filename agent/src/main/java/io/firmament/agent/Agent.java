package io.firmament.agent;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import io.firmament.device.v1.DeviceServiceGrpc;
import io.firmament.device.v1.DeviceServiceGrpc.DeviceServiceBlockingStub;
import io.firmament.device.v1.EnrollRequest;
import io.firmament.device.v1.EnrollResponse;
import io.firmament.device.v1.HeartbeatRequest;
import io.firmament.device.v1.HeartbeatResponse;
import io.firmament.device.v1.RegisterRequest;
import io.firmament.device.v1.RegisterResponse;
import io.firmament.device.v1.RenewCertificateRequest;
import io.firmament.device.v1.RenewCertificateResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The reference agent: enrols, registers, sends heartbeats at the pace the platform sets, renews
/// its certificate when the platform asks for it, and destroys its keys when the device is
/// decommissioned. What heartbeats bring is [DeviceWork].
///
/// Whatever it must remember is in its [DataFolder] before it matters, so it can be killed at any
/// moment and goes on where it was.
public final class Agent {
  /// What this agent calls itself.
  public static final String VERSION = "firmament-agent/0.1.0";

  private static final int DEADLINE_SECONDS = 20;

  private final AgentSettings settings;
  private final DeviceStore folder;
  private final WorkOf workOf;
  private final Connections connections;
  private final MachineProfile machine;
  private final Clock clock;
  private final Backoff backoff;
  private final AgentListener listener;
  private final CountDownLatch stop = new CountDownLatch(1);

  /// An agent that tells its log what it does.
  public Agent(AgentSettings settings, Clock clock, RandomGenerator random) {
    this(settings, clock, random, new AgentLog());
  }

  Agent(AgentSettings settings, Clock clock, RandomGenerator random, AgentListener listener) {
    this(
        settings,
        new DataFolder(settings.dataFolder()),
        () ->
            new UpdateService(
                settings.dataFolder(),
                settings.updates().knowing(facts(settings)),
                listener.updates(),
                clock,
                random),
        clock,
        random,
        listener);
  }

  /// What artifacts can depend on: what this machine says of itself, and its tags.
  private static Map<String, String> facts(AgentSettings settings) {
    Map<String, String> facts = new HashMap<>(new MachineProfile(Path.of("/")).facts());
    settings
        .tags()
        .forEach(
            (name, value) -> {
              facts.put(name, value);
              facts.put("tag." + name, value);
            });
    return facts;
  }

  Agent(
      AgentSettings settings,
      DeviceStore store,
      WorkOf workOf,
      Clock clock,
      RandomGenerator random,
      AgentListener listener) {
    this.settings = settings;
    this.folder = store;
    this.workOf = workOf;
    this.connections = new Connections(settings.server());
    this.machine = new MachineProfile(Path.of("/"));
    this.clock = clock;
    this.backoff =
        new Backoff(java.time.Duration.ofMillis(500), java.time.Duration.ofMinutes(5), random);
    this.listener = listener;
  }

  /// Begins what the device does beside its heartbeats.
  interface WorkOf {
    DeviceWork begin();
  }

  /// How an agent ended.
  public enum Ending {
    STOPPED(0),
    /// The device was decommissioned and its keys are gone. Not to be restarted.
    DECOMMISSIONED(3),
    /// The platform refused for good; the log says why. Not to be restarted as it is.
    REFUSED(4);

    private final int exitCode;

    Ending(int exitCode) {
      this.exitCode = exitCode;
    }

    public int exitCode() {
      return exitCode;
    }
  }

  /// Works until [#stop] is called or the platform refuses for good.
  ///
  /// @throws IllegalStateException for files that cannot be used
  public Ending run() throws InterruptedException {
    try (AutoCloseable _ = folder.lock()) {
      Ending ending = folder.isDecommissioned() ? Ending.DECOMMISSIONED : work();
      if (ending == Ending.DECOMMISSIONED) {
        // Nobody works with it any more.
        folder.wipe();
      }
      return ending;
    } catch (InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("the folder cannot be given back", e);
    }
  }

  private Ending work() throws InterruptedException {
    try (DeviceWork work = workOf.begin()) {
      while (!stopped()) {
        try {
          Optional<Identity> known = folder.identity();
          Optional<Identity> valid = known.filter(id -> !id.expired(clock.instant()));
          // What was issued just now is used, whatever the clock of this device says of it.
          live(valid.isPresent() ? valid.get() : enroll(known, work), work);
        } catch (StatusRuntimeException answer) {
          Ending ending = ending(answer);
          if (ending != null) {
            return ending;
          }
          pause(longer(backoff.next(), Refusal.retryAfter(answer)));
        }
      }
    }
    return Ending.STOPPED;
  }

  /// Ends [#run] soon; from any thread.
  public void stop() {
    stop.countDown();
  }

  private @Nullable Ending ending(StatusRuntimeException answer) {
    Refusal refusal = Refusal.of(answer);
    listener.callFailed(
        refusal, Refusal.code(answer), answer.getStatus().getCode(), Refusal.reason(answer));
    return switch (refusal) {
      case DECOMMISSIONED -> Ending.DECOMMISSIONED;
      case FINAL -> Ending.REFUSED;
      case PASSING -> null;
    };
  }

  /// Asks for a certificate: for a new key, or for the old one where the certificate has expired.
  private Identity enroll(Optional<Identity> expired, DeviceWork work) throws InterruptedException {
    DeviceKey key = expired.map(Identity::key).orElseGet(folder::nextKey);
    String token = read(tokenFile()).strip();
    ManagedChannel channel = connections.anonymous(read(settings.ca()));
    try {
      EnrollResponse answer =
          stub(channel)
              .enroll(
                  EnrollRequest.newBuilder()
                      .setToken(token)
                      .setCertificateRequest(ByteString.copyFrom(key.certificateRequest()))
                      .setHardwareId(settings.hardwareId())
                      .setRequestedName(settings.name())
                      .build());
      Identity identity = new Identity(key, answer.getCertificate(), answer.getTrustAnchors());
      // The root is pinned before the identity is there: a device that has one has the other.
      work.named(answer.getArtifactRoot().toByteArray(), answer.getArtifactUrl());
      folder.store(identity);
      listener.enrolled(answer.getDeviceName(), answer.getFleet());
      return identity;
    } finally {
      close(channel);
    }
  }

  /// Registers and sends heartbeats with one identity, until it is renewed or a call fails.
  private void live(Identity identity, DeviceWork work) throws InterruptedException {
    ManagedChannel channel = connections.as(identity);
    try {
      RegisterResponse registered =
          stub(channel)
              .register(
                  RegisterRequest.newBuilder()
                      .setProfile(machine.read())
                      .setAgentVersion(VERSION)
                      .putAllTags(settings.registered())
                      .build());
      listener.registered(registered.getDeviceName());
      work.named(registered.getArtifactRoot().toByteArray(), registered.getArtifactUrl());
      work.connected(identity, channel);
      pause(duration(registered.getFirstHeartbeatIn()));
      while (!stopped()) {
        HeartbeatRequest.Builder heartbeat = HeartbeatRequest.newBuilder().setAgentVersion(VERSION);
        work.describe(heartbeat);
        HeartbeatResponse answer = stub(channel).heartbeat(heartbeat.build());
        backoff.succeeded();
        listener.heartbeatAnswered();
        work.told(answer);
        if (answer.getRenewCertificate()) {
          renew(channel);
          return;
        }
        pause(duration(answer.getNextHeartbeatIn()));
      }
    } finally {
      work.disconnected();
      close(channel);
    }
  }

  private void renew(ManagedChannel channel) {
    DeviceKey key = folder.nextKey();
    RenewCertificateResponse answer =
        stub(channel)
            .renewCertificate(
                RenewCertificateRequest.newBuilder()
                    .setCertificateRequest(ByteString.copyFrom(key.certificateRequest()))
                    .build());
    folder.store(new Identity(key, answer.getCertificate(), answer.getTrustAnchors()));
    listener.certificateRenewed();
  }

  private Path tokenFile() {
    return settings
        .tokenFile()
        .orElseThrow(
            () -> new IllegalStateException("the device is not enrolled: -token-file is needed"));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new IllegalStateException(file + " cannot be read", e);
    }
  }

  private static DeviceServiceBlockingStub stub(ManagedChannel channel) {
    return DeviceServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  private static java.time.Duration duration(Duration duration) {
    return java.time.Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  private boolean stopped() {
    return stop.getCount() == 0;
  }

  /// Waits, but not longer than until [#stop].
  private void pause(java.time.Duration duration) throws InterruptedException {
    boolean _ = stop.await(duration.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static java.time.Duration longer(java.time.Duration one, java.time.Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static void close(ManagedChannel channel) throws InterruptedException {
    boolean _ = channel.shutdownNow().awaitTermination(2, TimeUnit.SECONDS);
  }
}
