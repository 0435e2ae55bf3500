package io.firmament.agent;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import io.firmament.base.Log;
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
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The reference agent: enrols, registers, sends heartbeats at the pace the platform sets, renews
/// its certificate, and destroys its keys when the device is decommissioned.
///
/// Whatever it must remember is in its [DataFolder] before it matters, so it can be killed at any
/// moment and goes on where it was.
public final class Agent {
  /// What this agent calls itself.
  public static final String VERSION = "firmament-agent/0.1.0";

  private static final Log LOG = Log.of(Agent.class);
  private static final int DEADLINE_SECONDS = 20;

  private final AgentSettings settings;
  private final DataFolder folder;
  private final Connections connections;
  private final MachineProfile machine;
  private final Clock clock;
  private final Backoff backoff;
  private final CountDownLatch stop = new CountDownLatch(1);

  public Agent(AgentSettings settings, Clock clock, RandomGenerator random) {
    this.settings = settings;
    this.folder = new DataFolder(settings.dataFolder());
    this.connections = new Connections(settings.server());
    this.machine = new MachineProfile(Path.of("/"));
    this.clock = clock;
    this.backoff =
        new Backoff(java.time.Duration.ofMillis(500), java.time.Duration.ofMinutes(5), random);
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
  public Ending run() throws InterruptedException {
    while (!stopped()) {
      if (folder.isDecommissioned()) {
        folder.wipe();
        return Ending.DECOMMISSIONED;
      }
      try {
        Optional<Identity> identity = folder.identity();
        if (identity.isEmpty() || identity.get().expired(clock.instant())) {
          enroll(identity);
        } else {
          live(identity.get());
        }
      } catch (StatusRuntimeException answer) {
        Ending ending = ending(answer);
        if (ending != null) {
          return ending;
        }
        pause(backoff.next());
      }
    }
    return Ending.STOPPED;
  }

  /// Ends [#run] soon; from any thread.
  public void stop() {
    stop.countDown();
  }

  private @Nullable Ending ending(StatusRuntimeException answer) {
    return switch (Refusal.of(answer)) {
      case DECOMMISSIONED -> {
        LOG.warn("agent_decommissioned");
        folder.wipe();
        yield Ending.DECOMMISSIONED;
      }
      case FINAL -> {
        LOG.warn(
            "agent_refused",
            "code",
            Refusal.code(answer),
            "status",
            answer.getStatus().getCode(),
            "reason",
            answer.getStatus().getDescription());
        yield Ending.REFUSED;
      }
      case PASSING -> {
        LOG.warn("agent_call_failed", "status", answer.getStatus().getCode());
        yield null;
      }
    };
  }

  /// Asks for a certificate: for a new key, or for the old one where the certificate has expired.
  private void enroll(Optional<Identity> expired) throws InterruptedException {
    DeviceKey key = expired.map(Identity::key).orElseGet(folder::nextKey);
    ManagedChannel channel = connections.anonymous(read(settings.ca()));
    try {
      EnrollResponse answer =
          stub(channel)
              .enroll(
                  EnrollRequest.newBuilder()
                      .setToken(read(tokenFile()).strip())
                      .setCertificateRequest(ByteString.copyFrom(key.certificateRequest()))
                      .setHardwareId(settings.hardwareId())
                      .setRequestedName(settings.name())
                      .build());
      folder.store(new Identity(key, answer.getCertificate(), answer.getTrustAnchors()));
      backoff.succeeded();
      LOG.info("agent_enrolled", "device", answer.getDeviceName(), "fleet", answer.getFleet());
    } finally {
      close(channel);
    }
  }

  /// Registers and sends heartbeats with one identity, until it is renewed or a call fails.
  private void live(Identity identity) throws InterruptedException {
    ManagedChannel channel = connections.as(identity);
    try {
      RegisterResponse registered =
          stub(channel)
              .register(
                  RegisterRequest.newBuilder()
                      .setProfile(machine.read())
                      .setAgentVersion(VERSION)
                      .putAllTags(settings.tags())
                      .build());
      LOG.info("agent_registered", "device", registered.getDeviceName());
      pause(duration(registered.getFirstHeartbeatIn()));
      while (!stopped()) {
        HeartbeatResponse answer =
            stub(channel).heartbeat(HeartbeatRequest.newBuilder().setAgentVersion(VERSION).build());
        backoff.succeeded();
        if (answer.getRenewCertificate() || !clock.instant().isBefore(identity.renewAt())) {
          renew(channel);
          return;
        }
        pause(duration(answer.getNextHeartbeatIn()));
      }
    } finally {
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
    LOG.info("agent_certificate_renewed");
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

  private void pause(java.time.Duration duration) throws InterruptedException {
    if (stop.await(duration.toMillis(), TimeUnit.MILLISECONDS)) {
      LOG.info("agent_stopping");
    }
  }

  private static void close(ManagedChannel channel) throws InterruptedException {
    channel.shutdownNow();
    if (!channel.awaitTermination(2, TimeUnit.SECONDS)) {
      LOG.warn("agent_channel_lingers");
    }
  }
}
