package io.firmament.local;

import io.firmament.aws.SqsStageQueue;
import io.firmament.platform.firmware.Stage;
import io.firmament.platform.firmware.StageQueue;
import io.firmament.stages.DeadLetterFunction;
import io.firmament.stages.StageFunction;
import io.firmament.stages.StageWiring;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// The stage functions behind their queues, and the function that reads the dead-letter queues.
final class LocalPipeline {
  private LocalPipeline() {}

  static List<QueueTrigger> start(LocalServers servers, LocalPorts ports, Clock clock) {
    Map<Stage, String> urls = new EnumMap<>(Stage.class);
    for (Stage stage : Stage.values()) {
      urls.put(stage, servers.queueUrl(stage));
    }
    StageQueue queue = new SqsStageQueue(servers.sqs(), urls);
    Path work = workFolder();
    List<QueueTrigger> triggers = new ArrayList<>();
    for (Stage stage : Stage.values()) {
      StageWiring wiring =
          new StageWiring(
              stage, ports.firmware(), ports.uploads(), ports.documents(), queue, work, clock);
      StageFunction function = new StageFunction(stage, wiring);
      DeadLetterFunction deadLetters = new DeadLetterFunction(wiring);
      triggers.add(
          QueueTrigger.start(
              servers.sqs(),
              servers.queueUrl(stage),
              event -> function.handleRequest(event, null)));
      triggers.add(
          QueueTrigger.start(
              servers.sqs(),
              servers.deadLetterQueueUrl(stage),
              event -> deadLetters.handleRequest(event, null)));
    }
    return triggers;
  }

  private static Path workFolder() {
    try {
      return Files.createTempDirectory("firmament-work");
    } catch (IOException e) {
      throw new UncheckedIOException("there is no room for work files", e);
    }
  }
}
