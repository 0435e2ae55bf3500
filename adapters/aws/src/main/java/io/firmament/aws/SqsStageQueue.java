package io.firmament.aws;

import io.firmament.platform.firmware.Stage;
import io.firmament.platform.firmware.StageMessage;
import io.firmament.platform.firmware.StageQueue;
import java.util.Map;
import java.util.function.Supplier;
import software.amazon.awssdk.services.sqs.SqsClient;

/// One SQS queue for each stage that is asked for by message.
public final class SqsStageQueue implements StageQueue {
  private final Supplier<SqsClient> sqs;
  private final Map<Stage, String> urls;

  /// The client is asked for when there is something to send.
  public SqsStageQueue(Supplier<SqsClient> sqs, Map<Stage, String> urls) {
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
    sqs.get().sendMessage(b -> b.queueUrl(url).messageBody(body));
  }
}
