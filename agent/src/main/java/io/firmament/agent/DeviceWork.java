package io.firmament.agent;

import io.firmament.device.v1.HeartbeatRequest;
import io.firmament.device.v1.HeartbeatResponse;
import io.grpc.ManagedChannel;

/// What a device does beside its heartbeats: updates and logs. No method waits for any of it.
interface DeviceWork extends AutoCloseable {
  /// The platform has named the root of trust for artifacts, and where they are; either may be
  /// empty.
  void named(byte[] root, String url);

  /// There is a connection.
  void connected(Identity identity, ManagedChannel channel);

  /// The connection is about to be closed.
  void disconnected();

  /// Adds what the device has to a heartbeat.
  void describe(HeartbeatRequest.Builder heartbeat);

  /// A heartbeat was answered.
  void told(HeartbeatResponse answer);

  /// Stops what is being done, and returns when it has stopped. It goes on after the next start.
  @Override
  void close();
}
