package io.firmament.platform.artifact;

import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.FleetName;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What the signed metadata of tenants says of target files: what devices find. Each write is one
/// transaction of the tenant's repository; said again it changes nothing.
public interface SignedTargets {
  /// Whether the tenant has a repository: its key ceremony is done.
  boolean begun(TenantId tenant);

  /// Lists a target for a fleet, which is added to the repository where it is new. Its bytes are to
  /// be in place.
  Signing publish(TenantId tenant, FleetName fleet, Target target);

  /// Lists a target no more.
  Signing withdraw(TenantId tenant, FleetName fleet, String path);

  /// What is listed under a path.
  Optional<Listed> find(TenantId tenant, FleetName fleet, String path);

  /// A target file.
  ///
  /// @param custom what the metadata says of it besides: maps and lists of texts, whole numbers and
  ///     booleans
  record Target(String path, long length, Sha256 sha256, Map<String, Object> custom) {
    public Target {
      custom = Collections.unmodifiableMap(new LinkedHashMap<>(custom));
    }
  }

  record Listed(long length, Sha256 sha256) {}

  /// What became of a write.
  sealed interface Signing {
    /// The metadata says it, from now on or since before.
    record Done() implements Signing {}

    /// It does not, and repeating does not help unless something else is done first.
    record Refused(String detail) implements Signing {}

    /// Others wrote all the time; to be repeated.
    record Contended() implements Signing {}
  }
}
