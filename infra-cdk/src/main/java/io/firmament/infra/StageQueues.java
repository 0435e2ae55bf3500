package io.firmament.infra;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.events.EventPattern;
import software.amazon.awscdk.services.events.Match;
import software.amazon.awscdk.services.events.Rule;
import software.amazon.awscdk.services.events.targets.SqsQueue;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.sqs.DeadLetterQueue;
import software.amazon.awscdk.services.sqs.Queue;
import software.amazon.awscdk.services.sqs.QueueEncryption;
import software.constructs.Construct;

/// A queue in front of every stage and of what is matched again, their dead letters, and the rules
/// that turn an arrived image, or another index in use, into the first message. They live beside
/// the buckets so that an upload during a deployment waits.
final class StageQueues {
  private final Map<StageFunction, Queue> queues = new EnumMap<>(StageFunction.class);
  private final Map<StageFunction, Queue> deadLetters = new EnumMap<>(StageFunction.class);

  StageQueues(Construct scope, Bucket uploads, Bucket documents) {
    for (StageFunction stage : StageFunction.withQueue()) {
      String name = Stacks.capital(stage.id());
      Queue dead =
          queue(scope, name + "DeadLetters")
              .retentionPeriod(Duration.days(14))
              .visibilityTimeout(StageFunction.DEAD_LETTER.visibility())
              .build();
      deadLetters.put(stage, dead);
      queues.put(
          stage,
          queue(scope, name + "Queue")
              .retentionPeriod(Duration.days(4))
              .visibilityTimeout(stage.visibility())
              .deadLetterQueue(
                  DeadLetterQueue.builder()
                      .queue(dead)
                      .maxReceiveCount(StageFunction.RECEIVES)
                      .build())
              .build());
    }
    announce(
        scope,
        "ImageArrived",
        "An image is in the uploads bucket: start its analysis",
        uploads,
        Match.wildcard("uploads/*/firmware"),
        StageFunction.UNPACK);
    announce(
        scope,
        "IndexInUse",
        "Another advisory index is in use: match again what it concerns",
        documents,
        List.of(Buckets.CURRENT_ADVISORIES),
        StageFunction.MONITOR);
    announce(
        scope,
        "UserAdvisoriesChanged",
        "Vulnerabilities of a tenant's own have changed: match again what they concern",
        documents,
        Match.wildcard(Buckets.USER_ADVISORIES_CHANGED),
        StageFunction.MONITOR);
  }

  private void announce(
      Construct scope,
      String id,
      String description,
      Bucket bucket,
      Object keys,
      StageFunction stage) {
    Rule.Builder.create(scope, id)
        .description(description)
        .eventPattern(
            EventPattern.builder()
                .source(List.of("aws.s3"))
                .detailType(List.of("Object Created"))
                .detail(
                    Map.of(
                        "bucket",
                        Map.of("name", List.of(bucket.getBucketName())),
                        "object",
                        Map.of("key", keys)))
                .build())
        .targets(
            List.of(
                SqsQueue.Builder.create(of(stage)).deadLetterQueue(deadLettersOf(stage)).build()))
        .build();
  }

  Queue of(StageFunction stage) {
    return find(queues, stage);
  }

  Queue deadLettersOf(StageFunction stage) {
    return find(deadLetters, stage);
  }

  private static Queue find(Map<StageFunction, Queue> queues, StageFunction stage) {
    Queue queue = queues.get(stage);
    if (queue == null) {
      throw new NoSuchElementException(stage + " has no queue");
    }
    return queue;
  }

  private static Queue.Builder queue(Construct scope, String id) {
    return Queue.Builder.create(scope, id).encryption(QueueEncryption.SQS_MANAGED).enforceSsl(true);
  }
}
