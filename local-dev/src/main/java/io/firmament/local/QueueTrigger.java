package io.firmament.local;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.firmament.base.Log;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/// What Lambda's event source mapping does for a queue: fetches messages, hands them to the
/// function, deletes those it has dealt with, and leaves the others to be given out again.
final class QueueTrigger implements AutoCloseable {
  private static final Log LOG = Log.of(QueueTrigger.class);
  private static final int WAIT_SECONDS = 1;
  private static final int BATCH = 1;

  /// After a failure a message comes back at once, so that the local platform is not slow to give
  /// up what the cloud would retry for an hour.
  private static final int RETRY_SECONDS = 1;

  private final SqsClient sqs;
  private final String queueUrl;
  private final Function<SQSEvent, SQSBatchResponse> function;
  private final Thread thread;
  private volatile boolean closed;

  private QueueTrigger(
      SqsClient sqs, String queueUrl, Function<SQSEvent, SQSBatchResponse> function) {
    this.sqs = sqs;
    this.queueUrl = queueUrl;
    this.function = function;
    this.thread = Thread.ofPlatform().daemon().name("trigger " + queueUrl).unstarted(this::run);
  }

  static QueueTrigger start(
      SqsClient sqs, String queueUrl, Function<SQSEvent, SQSBatchResponse> function) {
    QueueTrigger trigger = new QueueTrigger(sqs, queueUrl, function);
    trigger.thread.start();
    return trigger;
  }

  private void run() {
    while (!closed) {
      try {
        poll();
      } catch (SdkException e) {
        if (!closed) {
          LOG.warn("queue_not_reachable", "queue", queueUrl, "detail", e.getMessage());
          pause();
        }
      }
    }
  }

  private void poll() {
    List<Message> messages =
        sqs.receiveMessage(
                request ->
                    request
                        .queueUrl(queueUrl)
                        .maxNumberOfMessages(BATCH)
                        .waitTimeSeconds(WAIT_SECONDS)
                        .messageSystemAttributeNames(
                            MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT))
            .messages();
    if (!messages.isEmpty()) {
      Set<String> failed = failures(messages);
      for (Message message : messages) {
        settle(message, failed.contains(message.messageId()));
      }
    }
  }

  private Set<String> failures(List<Message> messages) {
    try {
      return function.apply(event(messages)).getBatchItemFailures().stream()
          .map(SQSBatchResponse.BatchItemFailure::getItemIdentifier)
          .collect(Collectors.toSet());
    } catch (RuntimeException e) {
      LOG.error("function_failed", e, "queue", queueUrl);
      return messages.stream().map(Message::messageId).collect(Collectors.toSet());
    }
  }

  private void settle(Message message, boolean failed) {
    if (failed) {
      sqs.changeMessageVisibility(
          request ->
              request
                  .queueUrl(queueUrl)
                  .receiptHandle(message.receiptHandle())
                  .visibilityTimeout(RETRY_SECONDS));
    } else {
      sqs.deleteMessage(
          request -> request.queueUrl(queueUrl).receiptHandle(message.receiptHandle()));
    }
  }

  private static SQSEvent event(List<Message> messages) {
    SQSEvent event = new SQSEvent();
    event.setRecords(
        messages.stream()
            .map(
                message -> {
                  SQSEvent.SQSMessage record = new SQSEvent.SQSMessage();
                  record.setMessageId(message.messageId());
                  record.setReceiptHandle(message.receiptHandle());
                  record.setBody(message.body());
                  record.setAttributes(message.attributesAsStrings());
                  record.setEventSource("aws:sqs");
                  return record;
                })
            .toList());
    return event;
  }

  private static void pause() {
    try {
      Thread.sleep(500);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Takes no more messages; returns at once.
  void stop() {
    closed = true;
  }

  /// Waits a while for a function that still runs.
  @Override
  public void close() {
    stop();
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
