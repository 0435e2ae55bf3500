package io.firmament.stages;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.firmament.base.Log;
import io.firmament.platform.firmware.Analysis;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.Stage;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads the dead-letter queues: an analysis whose stage failed time and again ends as failed, with
/// a reason, so that nobody waits for it.
public final class DeadLetterFunction implements RequestHandler<SQSEvent, SQSBatchResponse> {
  private static final Log LOG = Log.of(DeadLetterFunction.class);

  private final StageMessages messages;
  private final FirmwareStore store;
  private final Clock clock;

  /// For Lambda, which gives everything by environment.
  public DeadLetterFunction() {
    this(StageWiring.of(System.getenv()));
  }

  /// Of a composition root of one's own.
  public DeadLetterFunction(StageWiring wiring) {
    this.messages = wiring.messages();
    this.store = wiring.store();
    this.clock = wiring.clock();
  }

  @Override
  public SQSBatchResponse handleRequest(SQSEvent event, @Nullable Context context) {
    List<SQSBatchResponse.BatchItemFailure> failures = new ArrayList<>();
    for (SQSEvent.SQSMessage message : event.getRecords()) {
      try {
        Stage stage = messages.stage(message.getBody());
        messages.keys(stage, message.getBody()).forEach(key -> give(key, stage));
      } catch (RuntimeException e) {
        LOG.error("dead_letter_failed", e, "message", message.getMessageId());
        failures.add(new SQSBatchResponse.BatchItemFailure(message.getMessageId()));
      }
    }
    return new SQSBatchResponse(failures);
  }

  private void give(AnalysisKey key, Stage stage) {
    String reason =
        "the platform could not "
            + stage.id()
            + " this image in several tries; the log has the cause under analysis "
            + key.analysis();
    if (store.finish(key, Analysis.Result.FAILED, Optional.of(reason), clock.instant())) {
      LOG.warn("analysis_given_up", "analysis", key.analysis(), "stage", stage.id());
    }
  }
}
