package io.firmament.agent;

import com.google.protobuf.ByteString;
import io.firmament.agent.update.Order;
import io.firmament.agent.update.UpdateMachine;
import io.firmament.agent.update.UpdateState;
import io.firmament.device.v1.HeartbeatRequest;
import io.firmament.device.v1.HeartbeatResponse;
import io.firmament.device.v1.InstalledArtifact;
import io.firmament.device.v1.TrustedMetadata;
import io.firmament.tuf.RoleName;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// What heartbeats say and bring of updates.
final class Inventory {
  private static final int MAX_INSTALLED = 64;

  private Inventory() {}

  static void describe(
      UpdateState state, Map<String, Long> versions, HeartbeatRequest.Builder heartbeat) {
    state.installed().entrySet().stream()
        .limit(MAX_INSTALLED)
        .forEach(
            entry ->
                heartbeat.addInstalled(
                    InstalledArtifact.newBuilder()
                        .setArtifact(entry.getKey())
                        .setVersion(entry.getValue().current().name())
                        .setSha256(
                            ByteString.copyFrom(
                                HexFormat.of().parseHex(entry.getValue().current().sha256())))));
    if (!versions.isEmpty()) {
      heartbeat.setMetadata(
          TrustedMetadata.newBuilder()
              .setRoot(versions.getOrDefault(RoleName.ROOT, 0L))
              .setTimestamp(versions.getOrDefault(RoleName.TIMESTAMP, 0L))
              .setSnapshot(versions.getOrDefault(RoleName.SNAPSHOT, 0L))
              .setTargets(versions.getOrDefault(RoleName.TARGETS, 0L)));
    }
  }

  static List<UpdateMachine.Assignment> assignments(HeartbeatResponse answer) {
    return answer.getAssignmentsList().stream()
        .map(
            each ->
                new UpdateMachine.Assignment(
                    new Order.Key(each.getRolloutId(), each.getAttempt()),
                    each.getSigned().toByteArray()))
        .toList();
  }
}
