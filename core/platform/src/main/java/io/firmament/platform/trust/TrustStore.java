package io.firmament.platform.trust;

import io.firmament.base.TenantId;
import io.firmament.platform.fleet.AuditEvent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Keeps the open ceremonies, and when which repository is to be renewed.
public interface TrustStore {
  Optional<TrustRecord> find(TenantId tenant);

  /// Writes a record under the next version, with the audit event.
  ///
  /// @param renewAt when the repository is to be looked at next; empty to leave that as it is
  /// @return false where another version is stored than that of the record, or none
  boolean put(TrustRecord record, Optional<Instant> renewAt, AuditEvent audit);

  /// Repositories to look at, those that wait longest first.
  ///
  /// @param limit how many at most
  List<TenantId> due(Instant now, int limit);

  /// Says when a repository is to be looked at again, unless that was said meanwhile: what was not
  /// due at `now` stays as it is.
  void renewed(TenantId tenant, Instant now, Instant next);
}
