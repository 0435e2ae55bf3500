package io.firmament.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.firmament.base.AnalysisId;
import io.firmament.base.FirmwareId;
import io.firmament.base.TenantId;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.firmware.Stage;
import io.firmament.platform.firmware.StageMessage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;

class SqsStageQueueTest {
  private static final AnalysisKey KEY =
      new AnalysisKey(
          new TenantId(UUID.randomUUID()),
          new FirmwareId(UUID.randomUUID()),
          new AnalysisId(UUID.randomUUID()));

  @Test
  void deliversAMessageToItsStage() {
    try (AwsUnderTest aws = AwsUnderTest.start()) {
      SqsClient sqs = aws.sqs();
      String match = aws.queue(sqs);
      String publish = aws.queue(sqs);
      SqsStageQueue queue =
          new SqsStageQueue(() -> sqs, Map.of(Stage.MATCH, match, Stage.PUBLISH, publish));
      queue.send(new StageMessage(KEY, Stage.PUBLISH));
      List<Message> messages =
          sqs.receiveMessage(b -> b.queueUrl(publish).waitTimeSeconds(5)).messages();
      assertEquals(1, messages.size());
      assertEquals(
          Optional.of(new StageMessage(KEY, Stage.PUBLISH)),
          StageMessageJson.parse(messages.getFirst().body()));
      assertEquals(
          List.of(), sqs.receiveMessage(b -> b.queueUrl(match).waitTimeSeconds(0)).messages());
      assertThrows(
          IllegalStateException.class, () -> queue.send(new StageMessage(KEY, Stage.UNPACK)));
    }
  }

  @Test
  void readsOnlyWholeMessages() {
    String good = StageMessageJson.write(new StageMessage(KEY, Stage.MATCH));
    for (String bad :
        List.of(
            "",
            "{}",
            "[]",
            "null",
            "{\"tenant\":5}",
            good.substring(1),
            good.replace("\"match\"", "\"MATCH\""),
            good.replace(KEY.tenant().toString(), "x"))) {
      assertEquals(Optional.empty(), StageMessageJson.parse(bad), bad);
    }
  }
}
