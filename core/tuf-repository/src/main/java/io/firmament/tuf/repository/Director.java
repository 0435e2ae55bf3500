package io.firmament.tuf.repository;

import io.firmament.trust.Signer;
import io.firmament.tuf.Delegation;
import io.firmament.tuf.Delegations;
import io.firmament.tuf.DeviceAssignment;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.Root;
import io.firmament.tuf.Targets;
import java.util.List;

/// The online role that says which device shall install what. It lists no targets and has no
/// metadata file; top-level targets names its keys, and the documents go to the devices themselves.
/// Whoever has its key can choose for devices among what their fleets' roles have published and not
/// taken back, until the offline targets names another key; and can publish nothing.
public final class Director {
  public static final String ROLE = DeviceAssignment.ROLE;

  /// Paths of no fleet: no client asks this role for a target.
  private static final String PATTERN = "director/*";

  private Director() {}

  /// Targets that trust these keys as director, in the place of any others.
  public static Targets delegateTo(Targets targets, Root.Assignment director) {
    Delegations delegations = targets.delegations().orElse(Delegations.none());
    return targets.with(
        delegations.with(
            Delegation.of(ROLE, director.roleKeys(), true, List.of(PATTERN)), director.keys()));
  }

  /// The document to hand to the device.
  public static byte[] sign(DeviceAssignment assignment, Signer signer) {
    Metadata<DeviceAssignment> metadata = Metadata.unsigned(assignment);
    return metadata.with(Signers.sign(signer, metadata.signedBytes())).toBytes();
  }
}
