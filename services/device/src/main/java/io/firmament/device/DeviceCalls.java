package io.firmament.device;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.firmament.aws.Outage;
import io.firmament.base.BaseProblem;
import io.firmament.base.Log;
import io.firmament.base.ProblemException;
import io.firmament.base.RolloutId;
import io.firmament.base.Sha256;
import io.firmament.device.v1.DeviceServiceGrpc;
import io.firmament.device.v1.EnrollRequest;
import io.firmament.device.v1.EnrollResponse;
import io.firmament.device.v1.HeartbeatRequest;
import io.firmament.device.v1.HeartbeatResponse;
import io.firmament.device.v1.InstalledArtifact;
import io.firmament.device.v1.RegisterRequest;
import io.firmament.device.v1.RegisterResponse;
import io.firmament.device.v1.RenewCertificateRequest;
import io.firmament.device.v1.RenewCertificateResponse;
import io.firmament.device.v1.ReportArtifactStatusRequest;
import io.firmament.device.v1.ReportArtifactStatusResponse;
import io.firmament.device.v1.TrustedMetadata;
import io.firmament.device.v1.UploadLogsRequest;
import io.firmament.device.v1.UploadLogsResponse;
import io.firmament.platform.fleet.ArtifactRoot;
import io.firmament.platform.fleet.CallBudget;
import io.firmament.platform.fleet.CertificateIssuer;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.DeviceDirectory;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.EnrollDevice;
import io.firmament.platform.fleet.FleetProblem;
import io.firmament.platform.fleet.HardwareId;
import io.firmament.platform.fleet.HardwareProfile;
import io.firmament.platform.fleet.Inventory;
import io.firmament.platform.fleet.RecordHeartbeat;
import io.firmament.platform.fleet.RegisterDevice;
import io.firmament.platform.fleet.RenewCertificate;
import io.firmament.platform.fleet.Tags;
import io.firmament.platform.logs.LogRequest;
import io.firmament.platform.mailbox.Deliveries;
import io.firmament.platform.rollout.Assignment;
import io.firmament.platform.rollout.RolloutProblem;
import io.firmament.platform.rollout.SignedAssignments;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/// The calls of the device API: decode, decide, encode.
final class DeviceCalls extends DeviceServiceGrpc.DeviceServiceImplBase {
  private static final Log LOG = Log.of(DeviceCalls.class);

  private static final int RETRY_SECONDS = 5;
  private static final int SHA256_BYTES = 32;

  private final PeerCertificates peers;
  private final DeviceDirectory directory;
  private final CallBudget budget;
  private final Decisions decisions;
  private final Artifacts artifacts;
  private final LogUploads logs;
  private final Clock clock;

  /// What the calls do.
  record Decisions(
      EnrollDevice enroll,
      RegisterDevice register,
      RecordHeartbeat heartbeat,
      Deliveries deliveries,
      RenewCertificate renew) {}

  /// Where devices get artifacts from.
  ///
  /// @param url empty where there is no such service
  record Artifacts(ArtifactRoot root, String url) {}

  DeviceCalls(
      PeerCertificates peers,
      DeviceDirectory directory,
      CallBudget budget,
      Decisions decisions,
      Artifacts artifacts,
      LogUploads logs,
      Clock clock) {
    this.peers = peers;
    this.directory = directory;
    this.budget = budget;
    this.decisions = decisions;
    this.artifacts = artifacts;
    this.logs = logs;
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

  @Override
  public void reportArtifactStatus(
      ReportArtifactStatusRequest request, StreamObserver<ReportArtifactStatusResponse> observer) {
    answer(observer, "ReportArtifactStatus", () -> report(request));
  }

  @Override
  public StreamObserver<UploadLogsRequest> uploadLogs(StreamObserver<UploadLogsResponse> observer) {
    try {
      return logs.begin(caller(), observer);
    } catch (RuntimeException trouble) {
      observer.onError(refusal("UploadLogs", trouble));
      return new LogUploads.Ended();
    }
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
        .setArtifactRoot(artifactRoot(device))
        .setArtifactUrl(artifacts.url())
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
        .setArtifactRoot(artifactRoot(registered))
        .setArtifactUrl(artifacts.url())
        .build();
  }

  /// A device that gets none here asks again when it registers.
  private ByteString artifactRoot(Device device) {
    try {
      return artifacts
          .root()
          .of(device.tenant())
          .map(ByteString::copyFrom)
          .orElse(ByteString.EMPTY);
    } catch (RuntimeException outage) {
      LOG.error("artifact_root_not_read", outage, "tenant", device.tenant());
      return ByteString.EMPTY;
    }
  }

  private HeartbeatResponse heartbeat(HeartbeatRequest request) {
    Device device = caller();
    RecordHeartbeat.Answer answer =
        decisions.heartbeat().heartbeat(device, request.getAgentVersion(), inventory(request));
    Deliveries.Parcel parcel = decisions.deliveries().tell(device);
    HeartbeatResponse.Builder response =
        HeartbeatResponse.newBuilder()
            .setNextHeartbeatIn(duration(answer.next()))
            .setServerTime(timestamp(answer.serverTime()))
            .setRenewCertificate(answer.advice() == RecordHeartbeat.CertificateAdvice.RENEW);
    parcel.assignments().forEach(document -> response.addAssignments(assignment(document)));
    parcel.logs().forEach(wanted -> response.addLogRequests(logRequest(wanted)));
    return response.build();
  }

  private static io.firmament.device.v1.Assignment assignment(SignedAssignments.Document document) {
    return io.firmament.device.v1.Assignment.newBuilder()
        .setRolloutId(document.told().rollout().id().toString())
        .setAttempt(document.told().assignment().attempt())
        .setSigned(ByteString.copyFrom(document.signed()))
        .build();
  }

  private static io.firmament.device.v1.LogRequest logRequest(LogRequest wanted) {
    io.firmament.device.v1.LogRequest.Builder request =
        io.firmament.device.v1.LogRequest.newBuilder()
            .setRequestId(wanted.id().toString())
            .setSource(wanted.source())
            .setMaxBytes(wanted.maxBytes());
    wanted.since().ifPresent(since -> request.setSince(timestamp(since)));
    return request.build();
  }

  private static Inventory inventory(HeartbeatRequest request) {
    SortedMap<String, Inventory.Installed> installed = new TreeMap<>();
    for (InstalledArtifact each : request.getInstalledList()) {
      if (each.getSha256().size() != SHA256_BYTES) {
        throw invalid("installed.sha256", "has 32 bytes");
      }
      Inventory.Installed is =
          new Inventory.Installed(
              each.getVersion(), Sha256.ofDigest(each.getSha256().toByteArray()));
      if (installed.put(each.getArtifact(), is) != null) {
        throw invalid("installed.artifact", "is named twice");
      }
    }
    TrustedMetadata trusted = request.getMetadata();
    return new Inventory(
        installed,
        request.hasMetadata()
            ? Optional.of(
                new Inventory.Metadata(
                    trusted.getRoot(),
                    trusted.getTimestamp(),
                    trusted.getSnapshot(),
                    trusted.getTargets()))
            : Optional.empty());
  }

  private ReportArtifactStatusResponse report(ReportArtifactStatusRequest request) {
    Device device = caller();
    Assignment.Status status =
        switch (request.getStatus()) {
          case ARTIFACT_STATUS_DOWNLOADING -> Assignment.Status.DOWNLOADING;
          case ARTIFACT_STATUS_VERIFYING -> Assignment.Status.VERIFYING;
          case ARTIFACT_STATUS_APPLYING -> Assignment.Status.APPLYING;
          case ARTIFACT_STATUS_HEALTHY -> Assignment.Status.HEALTHY;
          case ARTIFACT_STATUS_ROLLED_BACK -> Assignment.Status.ROLLED_BACK;
          case ARTIFACT_STATUS_FAILED -> Assignment.Status.FAILED;
          case ARTIFACT_STATUS_INCOMPATIBLE -> Assignment.Status.INCOMPATIBLE;
          case ARTIFACT_STATUS_UNSPECIFIED, UNRECOGNIZED ->
              throw invalid("status", "is none that there is");
        };
    RolloutId rollout =
        RolloutId.parse(request.getRolloutId())
            .orElseThrow(RolloutProblem.ASSIGNMENT_UNKNOWN::with);
    decisions
        .deliveries()
        .report(
            device,
            rollout,
            new Assignment.Report(request.getAttempt(), status, request.getDetail()));
    return ReportArtifactStatusResponse.getDefaultInstance();
  }

  private static ProblemException invalid(String field, String detail) {
    return BaseProblem.INVALID_FIELD.with("field", field, "detail", detail);
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
    } catch (RuntimeException trouble) {
      observer.onError(refusal(call, trouble));
      return;
    }
    observer.onNext(answer);
    observer.onCompleted();
  }

  /// What a device is told instead of an answer.
  static StatusRuntimeException refusal(String call, RuntimeException trouble) {
    if (trouble instanceof ProblemException refused) {
      return Refusals.of(refused);
    }
    LOG.error("device_call_failed", trouble, "call", call);
    return Outage.is(trouble)
        ? Refusals.of(FleetProblem.PLATFORM_UNAVAILABLE.with("seconds", RETRY_SECONDS))
        : Status.INTERNAL.withDescription("internal error").asRuntimeException();
  }

  private static Optional<DeviceName> requestedName(String name) {
    return name.isEmpty() ? Optional.empty() : Optional.of(new DeviceName(name));
  }

  private static HardwareProfile profile(io.firmament.device.v1.HardwareProfile profile) {
    if (profile.getCpuCores() < 0 || profile.getRamBytes() < 0) {
      throw invalid("profile", "a number is too large");
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
