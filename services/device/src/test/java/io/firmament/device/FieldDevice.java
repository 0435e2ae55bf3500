package io.firmament.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import io.firmament.device.v1.ArtifactStatus;
import io.firmament.device.v1.Assignment;
import io.firmament.device.v1.DeviceServiceGrpc;
import io.firmament.device.v1.DeviceServiceGrpc.DeviceServiceBlockingStub;
import io.firmament.device.v1.EnrollRequest;
import io.firmament.device.v1.EnrollResponse;
import io.firmament.device.v1.HeartbeatRequest;
import io.firmament.device.v1.HeartbeatResponse;
import io.firmament.device.v1.LogHeader;
import io.firmament.device.v1.LogOutcome;
import io.firmament.device.v1.LogRequest;
import io.firmament.device.v1.ReportArtifactStatusRequest;
import io.firmament.device.v1.ReportArtifactStatusResponse;
import io.firmament.device.v1.UploadLogsRequest;
import io.firmament.device.v1.UploadLogsResponse;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.function.Executable;

/// An enrolled device that does what a test tells it.
record FieldDevice(String name, EnrollResponse enrolled, Channel channel) {
  static FieldDevice enroll(TestFleet fleet, String name) throws Exception {
    TestKey key = TestKey.p256();
    EnrollResponse answer =
        DeviceServiceGrpc.newBlockingStub(fleet.anonymous())
            .withDeadlineAfter(20, TimeUnit.SECONDS)
            .enroll(
                EnrollRequest.newBuilder()
                    .setToken(fleet.token(1).secret().reveal())
                    .setCertificateRequest(ByteString.copyFrom(key.request()))
                    .setHardwareId(name)
                    .setRequestedName(name)
                    .build());
    return new FieldDevice(
        name, answer, fleet.as(key.pair().getPrivate(), answer.getCertificate()));
  }

  DeviceServiceBlockingStub stub() {
    return DeviceServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  HeartbeatResponse heartbeat() {
    return stub().heartbeat(HeartbeatRequest.getDefaultInstance());
  }

  /// Heartbeats until one is as expected.
  HeartbeatResponse heartbeatUntil(Predicate<HeartbeatResponse> expected) throws Exception {
    Instant limit = Instant.now().plusSeconds(15);
    while (Instant.now().isBefore(limit)) {
      HeartbeatResponse response = heartbeat();
      if (expected.test(response)) {
        return response;
      }
      Thread.sleep(Duration.ofMillis(100));
    }
    throw new AssertionError(name + " was never told");
  }

  Assignment assignment() throws Exception {
    return heartbeatUntil(response -> response.getAssignmentsCount() > 0).getAssignments(0);
  }

  LogRequest logRequest() throws Exception {
    return heartbeatUntil(response -> response.getLogRequestsCount() > 0).getLogRequests(0);
  }

  ReportArtifactStatusResponse report(Assignment assignment, ArtifactStatus status) {
    return report(assignment.getRolloutId(), assignment.getAttempt(), status);
  }

  ReportArtifactStatusResponse report(String rollout, int attempt, ArtifactStatus status) {
    return stub()
        .reportArtifactStatus(
            ReportArtifactStatusRequest.newBuilder()
                .setRolloutId(rollout)
                .setAttempt(attempt)
                .setStatus(status)
                .setDetail("as told")
                .build());
  }

  /// A stream of logs.
  final class Logs {
    private final CompletableFuture<UploadLogsResponse> answer = new CompletableFuture<>();
    private final StreamObserver<UploadLogsRequest> parts;

    Logs(Duration deadline) {
      parts =
          DeviceServiceGrpc.newStub(channel)
              .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS)
              .uploadLogs(
                  new StreamObserver<>() {
                    @Override
                    public void onNext(UploadLogsResponse response) {
                      answer.complete(response);
                    }

                    @Override
                    public void onError(Throwable trouble) {
                      answer.completeExceptionally(trouble);
                    }

                    @Override
                    public void onCompleted() {}
                  });
    }

    Logs header(String request, LogOutcome outcome) {
      parts.onNext(
          UploadLogsRequest.newBuilder()
              .setHeader(
                  LogHeader.newBuilder()
                      .setRequestId(request)
                      .setOutcome(outcome)
                      .setDetail("because"))
              .build());
      return this;
    }

    Logs data(byte[] bytes) {
      parts.onNext(UploadLogsRequest.newBuilder().setData(ByteString.copyFrom(bytes)).build());
      return this;
    }

    Logs nothing() {
      parts.onNext(UploadLogsRequest.getDefaultInstance());
      return this;
    }

    void breakOff() {
      parts.onError(new IllegalStateException("the network is gone"));
    }

    UploadLogsResponse end() throws Exception {
      try {
        parts.onCompleted();
      } catch (IllegalStateException e) {
        // The server has ended the call already.
      }
      return answer();
    }

    UploadLogsResponse answer() throws Exception {
      try {
        return answer.get(20, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof StatusRuntimeException status) {
          throw status;
        }
        throw e;
      }
    }
  }

  Logs logs() {
    return new Logs(Duration.ofSeconds(20));
  }

  UploadLogsResponse send(String request, List<byte[]> parts) throws Exception {
    Logs logs = logs().header(request, LogOutcome.LOG_OUTCOME_SENT);
    parts.forEach(logs::data);
    return logs.end();
  }

  static void refused(Status.Code status, String code, Executable call) {
    StatusRuntimeException e = assertThrows(StatusRuntimeException.class, call);
    Metadata trailers = e.getTrailers();
    assertEquals(
        code, trailers == null ? "" : String.valueOf(trailers.get(Refusals.CODE)), e.toString());
    assertEquals(status, e.getStatus().getCode());
  }
}
