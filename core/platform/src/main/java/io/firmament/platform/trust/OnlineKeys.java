package io.firmament.platform.trust;

import io.firmament.base.TenantId;
import io.firmament.trust.Signer;
import java.util.Optional;

/// The keys of tenants that sign without people. A key never leaves where it was made.
public interface OnlineKeys {
  /// The signer of a role, whose key is made where there is none. Whoever asks at the same moment
  /// gets the same key, and so does whoever asks again after a stop.
  Signer ensure(TenantId tenant, OnlineRole role);

  /// The signer of a role; empty where nobody made its key.
  Optional<Signer> find(TenantId tenant, OnlineRole role);
}
