package io.firmament.platform.artifact;

import io.firmament.base.ArtifactId;
import io.firmament.base.FirmwareId;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.rollout.ArtifactRef;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The catalogue of artifacts. Everything is within a tenant; every write is one conditional
/// transaction together with its audit event.
public interface ArtifactStore {
  /// Where counting ends.
  int COUNTED = 10_000;

  /// Stores an artifact whose id is new.
  ///
  /// @return false where another has its name and version
  boolean add(Artifact artifact, AuditEvent audit);

  Optional<Artifact> find(TenantId tenant, ArtifactId id);

  /// The one that has a name and version.
  Optional<Artifact> find(TenantId tenant, ArtifactRef ref);

  /// The artifacts of a tenant, newest first. One that was created this second may be missing.
  Page<Artifact> list(TenantId tenant, Filter filter, PageRequest page);

  /// How many artifacts [#list] lists, at most [#COUNTED].
  long count(TenantId tenant, Filter filter);

  /// Which artifacts a list has; each that is not given lets all pass.
  record Filter(Optional<Manifest.Kind> kind, Optional<String> name, Optional<FleetName> fleet) {
    public static Filter none() {
      return new Filter(Optional.empty(), Optional.empty(), Optional.empty());
    }
  }

  /// Replaces an artifact if it still has the revision of this one; the stored revision is one
  /// higher. In the same transaction what rollouts know of it becomes [Artifact#facts], and its
  /// name is free once it does not hold it.
  ///
  /// @return false where it has another revision by now
  boolean update(Artifact artifact, AuditEvent audit);

  /// The artifacts that are made of a firmware.
  List<ArtifactId> ofFirmware(TenantId tenant, FirmwareId firmware);

  /// Artifacts of all tenants that are to be looked at ([Artifact#checkAt]), the longest due first.
  List<Due> due(Instant now, int limit);

  record Due(TenantId tenant, ArtifactId id) {}

  /// Has an artifact of this revision be looked at at another time, or not at all.
  ///
  /// @return false where it has another revision by now
  boolean postpone(Artifact artifact, Optional<Instant> checkAt);
}
