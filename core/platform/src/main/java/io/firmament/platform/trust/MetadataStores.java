package io.firmament.platform.trust;

import io.firmament.base.TenantId;
import io.firmament.tuf.repository.MetadataStore;

/// Where the metadata of each tenant's repository is.
public interface MetadataStores {
  /// The metadata of one tenant, and of no other whatever name is asked for.
  MetadataStore of(TenantId tenant);
}
