package io.firmament.platform.rollout;

import io.firmament.platform.fleet.Device;
import java.time.Instant;

/// Signs what a device is told, so that it believes the tenant's `director` role and not whoever
/// talks to it.
public interface AssignmentSigner {
  /// Signs the document about an assignment.
  Outcome sign(Device device, DeviceAssignments.Told told);

  /// Whether devices still believe a document that was signed here before: another key of the
  /// director may have come in the place of the one that signed it. They do where the
  /// key never changes.
  default boolean stands(Device device, byte[] document) {
    return true;
  }

  /// What came of it.
  sealed interface Outcome {
    /// @param document as the device gets it
    /// @param expires when the device takes it no longer
    record Signed(byte[] document, Instant issued, Instant expires) implements Outcome {}

    /// The device cannot be told now: the tenant has no repository yet, say, or the target is not
    /// in it.
    ///
    /// @param reason for people
    record Unsigned(String reason) implements Outcome {}
  }
}
