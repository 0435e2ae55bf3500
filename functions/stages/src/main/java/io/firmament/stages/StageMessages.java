package io.firmament.stages;

import io.firmament.aws.StageMessageJson;
import io.firmament.base.BaseProblem;
import io.firmament.base.Log;
import io.firmament.base.ProblemException;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.ReceiveUpload;
import io.firmament.platform.firmware.Stage;
import io.firmament.platform.firmware.StageMessage;
import java.util.List;
import java.util.Optional;

/// Reads what the queues hold. UNPACK is asked for by S3's events, the other stages by ours; a
/// message that is neither can never be dealt with and is dropped with a warning.
public final class StageMessages {
  private static final Log LOG = Log.of(StageMessages.class);

  private final ReceiveUpload receive;

  StageMessages(ReceiveUpload receive) {
    this.receive = receive;
  }

  /// The stage that a message of unknown origin asks for.
  Stage stage(String body) {
    return StageMessageJson.parse(body).map(StageMessage::stage).orElse(Stage.UNPACK);
  }

  /// The analyses that the message asks the stage for.
  List<AnalysisKey> keys(Stage stage, String body) {
    Optional<StageMessage> message = StageMessageJson.parse(body);
    if (message.isPresent() && message.get().stage() == stage) {
      return List.of(message.get().key());
    }
    List<String> keys = message.isEmpty() ? UploadEvent.keys(body) : List.of();
    if (stage != Stage.UNPACK || keys.isEmpty()) {
      LOG.warn("message_dropped", "stage", stage.id(), "length", body.length());
      return List.of();
    }
    return keys.stream()
        .flatMap(key -> ObjectKeys.parseFirmware(key).stream())
        .flatMap(upload -> received(upload).stream())
        .toList();
  }

  /// Empty for an object whose upload nobody created, or that is gone.
  private Optional<AnalysisKey> received(ObjectKeys.UploadRef upload) {
    try {
      return Optional.of(AnalysisKey.of(receive.receive(upload.tenant(), upload.upload())));
    } catch (ProblemException e) {
      if (e.problem() != BaseProblem.NOT_FOUND) {
        throw e;
      }
      LOG.warn("upload_not_known", "tenant", upload.tenant(), "upload", upload.upload());
      return Optional.empty();
    }
  }
}
