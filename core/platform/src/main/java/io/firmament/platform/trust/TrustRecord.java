package io.firmament.platform.trust;

import io.firmament.base.TenantId;
import java.util.Optional;

/// What is remembered of a tenant's repository besides its metadata, which is the truth about what
/// is published.
///
/// @param open the ceremony that waits for signatures
/// @param version of the record as it is stored; 0 where it is not
public record TrustRecord(TenantId tenant, Optional<Ceremony> open, long version) {
  static TrustRecord none(TenantId tenant) {
    return new TrustRecord(tenant, Optional.empty(), 0);
  }

  TrustRecord with(Ceremony ceremony) {
    return new TrustRecord(tenant, Optional.of(ceremony), version);
  }

  TrustRecord closed() {
    return new TrustRecord(tenant, Optional.empty(), version);
  }
}
