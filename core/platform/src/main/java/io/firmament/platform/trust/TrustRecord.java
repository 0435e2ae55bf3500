package io.firmament.platform.trust;

import io.firmament.base.TenantId;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What is remembered of a tenant's repository besides its metadata, which is the truth about what
/// is published.
///
/// @param open the ceremony that waits for signatures
/// @param newest by online role the slot of its newest key, for roles whose first key was replaced
///     or is to be; it is written before the key is made
/// @param version of the record as it is stored; 0 where it is not
public record TrustRecord(
    TenantId tenant, Optional<Ceremony> open, SortedMap<String, Integer> newest, long version) {
  public TrustRecord {
    newest = Collections.unmodifiableSortedMap(new TreeMap<>(newest));
  }

  static TrustRecord none(TenantId tenant) {
    return new TrustRecord(tenant, Optional.empty(), new TreeMap<>(), 0);
  }

  TrustRecord with(Ceremony ceremony) {
    return new TrustRecord(tenant, Optional.of(ceremony), newest, version);
  }

  TrustRecord withNewest(OnlineRole role, int slot) {
    SortedMap<String, Integer> slots = new TreeMap<>(newest);
    slots.put(role.id(), slot);
    return new TrustRecord(tenant, open, slots, version);
  }

  TrustRecord closed() {
    return new TrustRecord(tenant, Optional.empty(), newest, version);
  }

  /// The record once it is stored.
  TrustRecord stored() {
    return new TrustRecord(tenant, open, newest, version + 1);
  }
}
