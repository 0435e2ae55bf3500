package io.firmament.aws;

import io.firmament.platform.firmware.Stage;
import io.firmament.platform.firmware.StageMessage;
import io.firmament.platform.firmware.StageQueue;
import java.util.Map;
import software.amazon.awssdk.services.sqs.SqsClient;

/// One SQS queue for each stage that is asked for by message.
public final class SqsStageQueue implements StageQueue {
  private final SqsClient sqs;
  private final Map<Stage, String> urls;

  public SqsStageQueue(SqsClient sqs, Map<Stage, String> urls) {
    this.sqs = sqs;
    this.urls = Map.copyOf(urls);
  }

  @Override
  public void send(StageMessage message) {
    String url = urls.get(message.stage());
    if (url == null) {
      throw new IllegalStateException("no queue for stage " + message.stage().id());
    }
    String body = StageMessageJson.write(message);
    sqs.sendMessage(b -> b.queueUrl(url).messageBody(body));
  }
}
