package io.firmament.agent;

import io.firmament.agent.update.Report;
import io.firmament.agent.update.Reports;
import io.firmament.agent.update.TroubleException;
import io.firmament.device.v1.ArtifactStatus;
import io.firmament.device.v1.DeviceServiceGrpc;
import io.firmament.device.v1.ReportArtifactStatusRequest;
import io.firmament.device.v1.ReportArtifactStatusResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Reports over whatever connection there is.
final class GrpcReports implements Reports {
  private static final int DEADLINE_SECONDS = 20;
  private static final String UNKNOWN = "assignment_unknown";

  private final AtomicReference<@Nullable ManagedChannel> channel = new AtomicReference<>();

  void use(@Nullable ManagedChannel next) {
    channel.set(next);
  }

  @Override
  public void send(Report report) throws TroubleException {
    ManagedChannel current = channel.get();
    if (current == null) {
      throw new TroubleException("there is no connection");
    }
    try {
      ReportArtifactStatusResponse _ =
          DeviceServiceGrpc.newBlockingStub(current)
              .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
              .reportArtifactStatus(
                  ReportArtifactStatusRequest.newBuilder()
                      .setRolloutId(report.key().rollout())
                      .setAttempt(report.key().attempt())
                      .setStatus(
                          switch (report.status()) {
                            case DOWNLOADING -> ArtifactStatus.ARTIFACT_STATUS_DOWNLOADING;
                            case VERIFYING -> ArtifactStatus.ARTIFACT_STATUS_VERIFYING;
                            case APPLYING -> ArtifactStatus.ARTIFACT_STATUS_APPLYING;
                            case HEALTHY -> ArtifactStatus.ARTIFACT_STATUS_HEALTHY;
                            case ROLLED_BACK -> ArtifactStatus.ARTIFACT_STATUS_ROLLED_BACK;
                            case FAILED -> ArtifactStatus.ARTIFACT_STATUS_FAILED;
                            case INCOMPATIBLE -> ArtifactStatus.ARTIFACT_STATUS_INCOMPATIBLE;
                          })
                      .setDetail(report.detail())
                      .build());
    } catch (StatusRuntimeException answer) {
      if (!Refusal.code(answer).equals(UNKNOWN)) {
        throw new TroubleException(
            "the report was not taken: "
                + answer.getStatus().getCode()
                + " "
                + Refusal.reason(answer));
      }
    }
  }
}
