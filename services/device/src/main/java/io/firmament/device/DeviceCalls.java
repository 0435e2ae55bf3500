package io.firmament.device;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.firmament.base.BaseProblem;
import io.firmament.base.Log;
import io.firmament.base.ProblemException;
import io.firmament.device.v1.DeviceServiceGrpc;
import io.firmament.device.v1.EnrollRequest;
import io.firmament.device.v1.EnrollResponse;
import io.firmament.device.v1.HeartbeatRequest;
import io.firmament.device.v1.HeartbeatResponse;
import io.firmament.device.v1.RegisterRequest;
import io.firmament.device.v1.RegisterResponse;
import io.firmament.device.v1.RenewCertificateRequest;
import io.firmament.device.v1.RenewCertificateResponse;
import io.firmament.platform.fleet.CallBudget;
import io.firmament.platform.fleet.CertificateIssuer;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.DeviceDirectory;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.EnrollDevice;
import io.firmament.platform.fleet.HardwareId;
import io.firmament.platform.fleet.HardwareProfile;
import io.firmament.platform.fleet.RecordHeartbeat;
import io.firmament.platform.fleet.RegisterDevice;
import io.firmament.platform.fleet.RenewCertificate;
import io.firmament.platform.fleet.Tags;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/// The calls of the device API: decode, decide, encode.
final class DeviceCalls extends DeviceServiceGrpc.DeviceServiceImplBase {
  private static final Log LOG = Log.of(DeviceCalls.class);

  private final PeerCertificates peers;
  private final DeviceDirectory directory;
  private final CallBudget budget;
  private final Decisions decisions;
  private final Clock clock;

  /// What the calls do.
  record Decisions(
      EnrollDevice enroll,
      RegisterDevice register,
      RecordHeartbeat heartbeat,
      RenewCertificate renew) {}

  DeviceCalls(
      PeerCertificates peers,
      DeviceDirectory directory,
      CallBudget budget,
      Decisions decisions,
      Clock clock) {
    this.peers = peers;
    this.directory = directory;
    this.budget = budget;
    this.decisions = decisions;
    this.clock = clock;
  }

  @Override
  public void enroll(EnrollRequest request, StreamObserver<EnrollResponse> observer) {
    answer(observer, "Enroll", () -> enroll(request));
  }

  @Override
  public void register(RegisterRequest request, StreamObserver<RegisterResponse> observer) {
    answer(observer, "Register", () -> register(request));
  }

  @Override
  public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatResponse> observer) {
    answer(observer, "Heartbeat", () -> heartbeat(request));
  }

  @Override
  public void renewCertificate(
      RenewCertificateRequest request, StreamObserver<RenewCertificateResponse> observer) {
    answer(observer, "RenewCertificate", () -> renew(request));
  }

  private EnrollResponse enroll(EnrollRequest request) {
    EnrollDevice.Enrolled enrolled =
        decisions
            .enroll()
            .enroll(
                new EnrollDevice.Request(
                    request.getToken(),
                    request.getCertificateRequest().toByteArray(),
                    new HardwareId(request.getHardwareId()),
                    requestedName(request.getRequestedName())));
    Device device = enrolled.device();
    directory.changed(device);
    LOG.info(
        "device_enrolled",
        "tenant",
        device.tenant(),
        "device",
        device.name(),
        "fleet",
        device.fleet(),
        "token",
        device.enrolledBy());
    return EnrollResponse.newBuilder()
        .setCertificate(enrolled.issued().certificatePem())
        .setTrustAnchors(enrolled.issued().trustAnchorsPem())
        .setDeviceName(device.name().value())
        .setFleet(device.fleet().value())
        .build();
  }

  private RegisterResponse register(RegisterRequest request) {
    Device device = caller();
    RegisterDevice.Report report =
        new RegisterDevice.Report(
            profile(request.getProfile()),
            Tags.of(request.getTagsMap()),
            request.getAgentVersion());
    Device registered = decisions.register().register(device, report);
    return RegisterResponse.newBuilder()
        .setDeviceName(registered.name().value())
        .setFleet(registered.fleet().value())
        .setFirstHeartbeatIn(duration(decisions.heartbeat().first()))
        .setServerTime(timestamp(clock.instant()))
        .build();
  }

  private HeartbeatResponse heartbeat(HeartbeatRequest request) {
    Device device = caller();
    RecordHeartbeat.Answer answer =
        decisions.heartbeat().heartbeat(device, request.getAgentVersion());
    return HeartbeatResponse.newBuilder()
        .setNextHeartbeatIn(duration(answer.next()))
        .setServerTime(timestamp(answer.serverTime()))
        .setRenewCertificate(answer.advice() == RecordHeartbeat.CertificateAdvice.RENEW)
        .build();
  }

  private RenewCertificateResponse renew(RenewCertificateRequest request) {
    Device device = caller();
    CertificateIssuer.Issued issued =
        decisions.renew().renew(device, request.getCertificateRequest().toByteArray());
    LOG.info(
        "certificate_renewed",
        "tenant",
        device.tenant(),
        "device",
        device.name(),
        "serial",
        issued.certificate().serial());
    return RenewCertificateResponse.newBuilder()
        .setCertificate(issued.certificatePem())
        .setTrustAnchors(issued.trustAnchorsPem())
        .build();
  }

  /// Who calls. A device that was let go hears so at every call, however often it calls: only one
  /// that still counts spends from its budget.
  private Device caller() {
    Device device = directory.authenticate(peers.current());
    budget.spend(device.tenant(), device.name());
    return device;
  }

  private static <A> void answer(StreamObserver<A> observer, String call, Supplier<A> work) {
    A answer;
    try {
      answer = work.get();
    } catch (ProblemException refusal) {
      observer.onError(Refusals.of(refusal));
      return;
    } catch (RuntimeException bug) {
      LOG.error("device_call_failed", bug, "call", call);
      observer.onError(Status.INTERNAL.withDescription("internal error").asRuntimeException());
      return;
    }
    observer.onNext(answer);
    observer.onCompleted();
  }

  private static Optional<DeviceName> requestedName(String name) {
    return name.isEmpty() ? Optional.empty() : Optional.of(new DeviceName(name));
  }

  private static HardwareProfile profile(io.firmament.device.v1.HardwareProfile profile) {
    if (profile.getCpuCores() < 0 || profile.getRamBytes() < 0) {
      throw BaseProblem.INVALID_FIELD.with("field", "profile", "detail", "a number is too large");
    }
    return new HardwareProfile(
        profile.getModel(),
        profile.getSoc(),
        profile.getArchitecture(),
        profile.getRamBytes(),
        profile.getCpuCores(),
        profile.getAcceleratorsList(),
        profile.getOsName(),
        profile.getKernel());
  }

  private static Duration duration(java.time.Duration duration) {
    return Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }

  private static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}
