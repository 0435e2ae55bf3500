package io.firmament.platform.rollout;

import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.Inventory;
import java.util.Optional;

/// Makes the manifest of an assignment, for a device that is too small for metadata.
public interface ManifestSigner {
  /// Signs what the director's document says.
  ///
  /// @param counter that the manifest says
  /// @return empty where that cannot be said in a manifest, or the tenant has no key for it
  Optional<byte[]> sign(Device device, SignedAssignments.Document document, long counter);

  /// What a device has that has done what the director's document says; empty where that cannot be
  /// said in a manifest.
  Optional<Inventory.Installed> installed(SignedAssignments.Document document);
}
