package io.firmament.platform.fleet;

import io.firmament.base.TenantId;
import java.util.Optional;

/// Where devices get the root of trust for their artifacts from.
public interface ArtifactRoot {
  /// The first root metadata of the tenant's repository, which a device pins; empty where the
  /// tenant has none yet.
  Optional<byte[]> of(TenantId tenant);

  /// No tenant has one.
  static ArtifactRoot none() {
    return _ -> Optional.empty();
  }
}
