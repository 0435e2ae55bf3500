package io.firmament.local;

import io.firmament.aws.SqsRematchQueue;
import io.firmament.aws.SqsStageQueue;
import io.firmament.base.Log;
import io.firmament.engines.GrantGuard;
import io.firmament.platform.firmware.Stage;
import io.firmament.platform.firmware.StageQueue;
import io.firmament.platform.monitoring.RematchQueue;
import io.firmament.schema.StageRole;
import io.firmament.stages.DeadLetterFunction;
import io.firmament.stages.MonitorFunction;
import io.firmament.stages.StageFunction;
import io.firmament.stages.StageWiring;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The stage functions behind their queues, the function that reads the dead-letter queues, and the
/// one that matches again what a new advisory index concerns.
final class LocalPipeline implements AutoCloseable {
  private static final Log LOG = Log.of(LocalPipeline.class);

  private final List<QueueTrigger> triggers;
  private final IndexWatch indexes;
  private final Path work;

  private LocalPipeline(List<QueueTrigger> triggers, IndexWatch indexes, Path work) {
    this.triggers = List.copyOf(triggers);
    this.indexes = indexes;
    this.work = work;
  }

  static LocalPipeline start(LocalServers servers, LocalPorts ports, Clock clock) {
    Map<Stage, String> urls = new EnumMap<>(Stage.class);
    for (Stage stage : Stage.values()) {
      urls.put(stage, servers.queueUrl(stage));
    }
    StageQueue queue = new SqsStageQueue(servers::sqs, urls);
    Path work = workFolder();
    List<QueueTrigger> triggers = new ArrayList<>();
    GrantGuard.Role dead = GrantGuard.Role.of(StageRole.DEAD_LETTER);
    RematchQueue rematches = new SqsRematchQueue(servers::sqs, servers::monitorQueueUrl);
    for (Stage stage : Stage.values()) {
      GrantGuard.Role role = GrantGuard.Role.of(StageRole.valueOf(stage.name()));
      StageWiring wiring = wiring(stage, ports, queue, rematches, work, clock);
      StageFunction function = new StageFunction(stage, wiring);
      DeadLetterFunction deadLetters = new DeadLetterFunction(wiring);
      triggers.add(
          QueueTrigger.start(
              servers.sqs(),
              servers.queueUrl(stage),
              event -> GrantGuard.as(role, () -> function.handleRequest(event, null))));
      triggers.add(
          QueueTrigger.start(
              servers.sqs(),
              servers.deadLetterQueueUrl(stage),
              event -> GrantGuard.as(dead, () -> deadLetters.handleRequest(event, null))));
    }
    GrantGuard.Role monitor = GrantGuard.Role.of(StageRole.MONITOR);
    MonitorFunction monitoring =
        new MonitorFunction(wiring(Stage.MATCH, ports, queue, rematches, work, clock));
    triggers.add(
        QueueTrigger.start(
            servers.sqs(),
            servers.monitorQueueUrl(),
            event -> GrantGuard.as(monitor, () -> monitoring.handleRequest(event, null))));
    return new LocalPipeline(triggers, IndexWatch.start(servers, ports.documents(), clock), work);
  }

  private static StageWiring wiring(
      Stage stage,
      LocalPorts ports,
      StageQueue queue,
      RematchQueue rematches,
      Path work,
      Clock clock) {
    return new StageWiring(
        stage,
        ports.firmware(),
        ports.uploads(),
        ports.documents(),
        ports.artifacts(),
        ports.monitoring(),
        ports.userVulnerabilities(),
        queue,
        rematches,
        work,
        clock);
  }

  private static Path workFolder() {
    try {
      return Files.createTempDirectory("firmament-work");
    } catch (IOException e) {
      throw new UncheckedIOException("there is no room for work files", e);
    }
  }

  /// Takes no more messages; returns at once.
  void stop() {
    indexes.close();
    triggers.forEach(QueueTrigger::stop);
  }

  /// Waits a while for stages that still run, and removes the work files.
  @Override
  public void close() {
    stop();
    triggers.forEach(QueueTrigger::close);
    try (Stream<Path> files = Files.walk(work)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("work_files_left", "folder", work, "detail", e.getMessage());
    }
  }
}
