package io.firmament.stages;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.firmament.base.Log;
import io.firmament.platform.firmware.Stage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The entry class of every stage; the environment variable `STAGE` says which one it is. Messages
/// that fail are given out again, the others of the batch are not.
public final class StageFunction implements RequestHandler<SQSEvent, SQSBatchResponse> {
  private static final Log LOG = Log.of(StageFunction.class);

  private final Stage stage;
  private final StageMessages messages;
  private final StageRunner runner;

  /// For Lambda, which gives everything by environment.
  public StageFunction() {
    this(StageWiring.of(System.getenv()));
  }

  private StageFunction(StageWiring wiring) {
    this(wiring.stage(), wiring);
  }

  /// The stage of a composition root of one's own.
  public StageFunction(Stage stage, StageWiring wiring) {
    this.stage = stage;
    this.messages = wiring.messages();
    this.runner = wiring.runner();
  }

  @Override
  public SQSBatchResponse handleRequest(SQSEvent event, @Nullable Context context) {
    List<SQSBatchResponse.BatchItemFailure> failures = new ArrayList<>();
    for (SQSEvent.SQSMessage message : event.getRecords()) {
      try {
        messages.keys(stage, message.getBody()).forEach(key -> runner.run(stage, key));
      } catch (RuntimeException e) {
        LOG.error("stage_failed", e, "stage", stage.id(), "message", message.getMessageId());
        failures.add(new SQSBatchResponse.BatchItemFailure(message.getMessageId()));
      }
    }
    return new SQSBatchResponse(failures);
  }
}
