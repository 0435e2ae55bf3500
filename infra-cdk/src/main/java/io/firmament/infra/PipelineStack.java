package io.firmament.infra;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.lambda.EventSourceMapping;
import software.amazon.awscdk.services.sqs.Queue;
import software.constructs.Construct;

/// The analysis pipeline: a function per stage, each fed by its queue one message at a time, the
/// function that matches again what a new advisory index concerns, and the function that marks an
/// analysis as failed when a message became a dead letter.
final class PipelineStack extends Stack {
  private static final List<String> CONSUME =
      List.of(
          "sqs:ChangeMessageVisibility",
          "sqs:DeleteMessage",
          "sqs:GetQueueAttributes",
          "sqs:ReceiveMessage");

  private final Map<StageFunction, PlatformFunction> functions = new EnumMap<>(StageFunction.class);

  PipelineStack(
      Construct scope, PlatformFunction.Shared shared, StatefulStack stateful, Grants grants) {
    super(
        scope,
        Stacks.id(shared.deployment(), "Pipeline"),
        Stacks.props("The stages of an analysis"));
    for (StageFunction stage : StageFunction.values()) {
      List<Queue> sources = sources(stage, stateful.queues());
      List<PolicyStatement> statements = new ArrayList<>(grants.of(stage.grants()));
      statements.addAll(grants.sendTo(stage.next()));
      statements.add(Grants.allow(CONSUME, sources.stream().map(Queue::getQueueArn).toList()));
      PlatformFunction function =
          new PlatformFunction(
              this,
              shared,
              new PlatformFunction.Spec(
                  stage.id(),
                  stage.description(),
                  Family.STAGES,
                  stage.memory(),
                  stage.timeout(),
                  stage.diskMegabytes(),
                  statements));
      functions.put(stage, function);
      for (int i = 0; i < sources.size(); i++) {
        feed(shared.deployment(), stage, function, sources.get(i), i);
      }
    }
  }

  Map<StageFunction, PlatformFunction> functions() {
    return Map.copyOf(functions);
  }

  private static List<Queue> sources(StageFunction stage, StageQueues queues) {
    return stage == StageFunction.DEAD_LETTER
        ? StageFunction.stages().stream().map(queues::deadLettersOf).toList()
        : List.of(queues.of(stage));
  }

  private void feed(
      Deployment deployment,
      StageFunction stage,
      PlatformFunction function,
      Queue queue,
      int number) {
    EventSourceMapping.Builder.create(this, Stacks.capital(stage.id()) + "Feed" + number)
        .target(function.live())
        .eventSourceArn(queue.getQueueArn())
        .batchSize(1)
        .reportBatchItemFailures(true)
        .maxConcurrency(deployment.maxConcurrency())
        .build();
  }
}
