package io.firmament.stages;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.firmament.aws.FirmwareRefJson;
import io.firmament.base.Log;
import io.firmament.base.TenantId;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.monitoring.FirmwareRef;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Keeps what analyses found up to date. Its queue brings S3's events of an advisory index that
/// came into use or of a tenant whose records have changed, and firmware that is to be matched
/// again, one a message. What is none of these can never be dealt with and is dropped with a
/// warning.
public final class MonitorFunction implements RequestHandler<SQSEvent, SQSBatchResponse> {
  private static final Log LOG = Log.of(MonitorFunction.class);

  private final Rematching rematching;
  private final RematchPlan plan;

  /// For Lambda, which gives everything by environment.
  public MonitorFunction() {
    this(StageWiring.of(System.getenv()));
  }

  /// Of a composition root of one's own.
  public MonitorFunction(StageWiring wiring) {
    Advisories advisories = new Advisories(wiring.documents(), wiring.work());
    this.rematching = wiring.rematching(advisories);
    this.plan = new RematchPlan(wiring, advisories);
  }

  @Override
  public SQSBatchResponse handleRequest(SQSEvent event, @Nullable Context context) {
    List<SQSBatchResponse.BatchItemFailure> failures = new ArrayList<>();
    for (SQSEvent.SQSMessage message : event.getRecords()) {
      try {
        handle(message.getBody());
      } catch (IOException | RuntimeException e) {
        LOG.error("monitor_failed", e, "message", message.getMessageId());
        failures.add(new SQSBatchResponse.BatchItemFailure(message.getMessageId()));
      }
    }
    return new SQSBatchResponse(failures);
  }

  private void handle(String body) throws IOException {
    Optional<FirmwareRef> firmware = FirmwareRefJson.parse(body);
    if (firmware.isPresent()) {
      rematching.run(firmware.get());
      return;
    }
    boolean understood = false;
    for (String key : UploadEvent.keys(body)) {
      Optional<TenantId> tenant = ObjectKeys.parseUserAdvisoriesChanged(key);
      if (key.equals(ObjectKeys.CURRENT_ADVISORIES)) {
        plan.run();
      } else if (tenant.isPresent()) {
        plan.run(tenant.get());
      }
      understood |= key.equals(ObjectKeys.CURRENT_ADVISORIES) || tenant.isPresent();
    }
    if (!understood) {
      LOG.warn("message_dropped", "stage", "monitor", "length", body.length());
    }
  }
}
