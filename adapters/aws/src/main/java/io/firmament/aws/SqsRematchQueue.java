package io.firmament.aws;

import io.firmament.platform.monitoring.FirmwareRef;
import io.firmament.platform.monitoring.RematchQueue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;

/// One SQS queue, a message for each firmware.
public final class SqsRematchQueue implements RematchQueue {
  /// SQS takes ten messages in one request.
  private static final int SIZE = 10;

  private final Supplier<SqsClient> sqs;
  private final Supplier<String> url;

  /// Client and URL are asked for when there is something to send.
  public SqsRematchQueue(Supplier<SqsClient> sqs, Supplier<String> url) {
    this.sqs = sqs;
    this.url = url;
  }

  @Override
  public void send(Collection<FirmwareRef> firmware) {
    List<SendMessageBatchRequestEntry> entries = new ArrayList<>();
    for (FirmwareRef each : firmware) {
      String body = FirmwareRefJson.write(each);
      entries.add(
          SendMessageBatchRequestEntry.builder()
              .id(String.valueOf(entries.size()))
              .messageBody(body)
              .build());
      if (entries.size() == SIZE) {
        send(List.copyOf(entries));
        entries.clear();
      }
    }
    if (!entries.isEmpty()) {
      send(List.copyOf(entries));
    }
  }

  private void send(List<SendMessageBatchRequestEntry> entries) {
    String queue = url.get();
    SendMessageBatchResponse answer =
        sqs.get().sendMessageBatch(b -> b.queueUrl(queue).entries(entries));
    if (!answer.failed().isEmpty()) {
      throw new IllegalStateException(
          "SQS refused " + answer.failed().size() + " messages: " + answer.failed().getFirst());
    }
  }
}
