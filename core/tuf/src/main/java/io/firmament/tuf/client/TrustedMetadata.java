package io.firmament.tuf.client;

import io.firmament.tuf.Delegation;
import io.firmament.tuf.Delegations;
import io.firmament.tuf.DeviceAssignment;
import io.firmament.tuf.MetaFile;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.Role;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.Root;
import io.firmament.tuf.Snapshot;
import io.firmament.tuf.Targets;
import io.firmament.tuf.Timestamp;
import io.firmament.tuf.TufException;
import io.firmament.tuf.TufException.Reason;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The metadata that one update cycle trusts, and the checks that let new metadata in. It neither
/// fetches nor stores; a file that is refused changes nothing.
final class TrustedMetadata {
  private final Instant start;
  private Root root;
  private @Nullable Timestamp timestamp;
  private @Nullable Snapshot olderSnapshot;
  private @Nullable Snapshot snapshot;
  private final Map<String, Metadata<Targets>> targets = new HashMap<>();

  /// Loads the trusted root (5.2). That it may have expired does not matter yet.
  ///
  /// @param start the fixed update start time (5.1), which every expiry is held against
  /// @throws TufException where the file is no root that its own keys have signed
  TrustedMetadata(Instant start, byte[] rootFile) throws TufException {
    this.start = start;
    Metadata<Root> metadata = Metadata.root(rootFile);
    metadata.signed().verify(RoleName.ROOT, metadata, "5.2");
    this.root = metadata.signed();
  }

  Root root() {
    return root;
  }

  /// Checks version N+1 of root (5.3.4 and 5.3.5). That it may have expired does not matter yet
  /// (5.3.6).
  ///
  /// @return the new root, not yet trusted
  Root checkRoot(byte[] file) throws TufException {
    Metadata<Root> metadata = Metadata.root(file);
    Root next = metadata.signed();
    // 5.3.4: signed by a threshold of keys of the trusted root, and of the new one.
    root.verify(RoleName.ROOT, metadata, "5.3.4");
    next.verify(RoleName.ROOT, metadata, "5.3.4");
    // 5.3.5: of version N+1 precisely.
    if (next.version() <= root.version()) {
      throw new TufException(
          Reason.ROLLBACK, "5.3.5", "root is of version " + next.version() + ", no newer one");
    }
    if (next.version() != root.version() + 1) {
      throw new TufException(
          Reason.VERSION_MISMATCH,
          "5.3.5",
          "root is of version " + next.version() + " and not " + (root.version() + 1));
    }
    return next;
  }

  /// Sets the trusted root (5.3.7).
  void trust(Root next) {
    root = next;
  }

  /// Checks for a freeze attack when there are no newer roots (5.3.10).
  void finishRoot() throws TufException {
    requireFresh(root, "5.3.10", RoleName.ROOT);
  }

  /// Takes up the timestamp of an earlier update, expired or not, for the rollback checks.
  ///
  /// @throws TufException where today's root does not stand for it
  void loadTimestamp(byte[] file) throws TufException {
    Metadata<Timestamp> metadata = Metadata.timestamp(file);
    root.verify(RoleName.TIMESTAMP, metadata, "5.4.2");
    timestamp = metadata.signed();
  }

  /// Checks a new timestamp (5.4.2 to 5.4.4) and trusts it.
  ///
  /// @return false where it has the version that is trusted already: it is discarded
  boolean updateTimestamp(byte[] file) throws TufException {
    Metadata<Timestamp> metadata = Metadata.timestamp(file);
    Timestamp next = metadata.signed();
    root.verify(RoleName.TIMESTAMP, metadata, "5.4.2");
    Timestamp trusted = timestamp;
    if (trusted != null) {
      // 5.4.3.1: the version must not be lower.
      if (next.version() < trusted.version()) {
        throw new TufException(
            Reason.ROLLBACK,
            "5.4.3.1",
            "timestamp went from version " + trusted.version() + " to " + next.version());
      }
      if (next.version() == trusted.version()) {
        return false;
      }
      // 5.4.3.2: nor that of the snapshot it names.
      if (next.snapshot().version() < trusted.snapshot().version()) {
        throw new TufException(
            Reason.ROLLBACK,
            "5.4.3.2",
            "snapshot went from version "
                + trusted.snapshot().version()
                + " to "
                + next.snapshot().version());
      }
    }
    requireFresh(next, "5.4.4", RoleName.TIMESTAMP);
    timestamp = next;
    return true;
  }

  /// Checks for a freeze attack where the timestamp stayed the one of an earlier update (5.4.4).
  void finishTimestamp() throws TufException {
    requireFresh(timestamp(), "5.4.4", RoleName.TIMESTAMP);
  }

  /// What the trusted timestamp says of the snapshot.
  MetaFile snapshotFile() {
    return timestamp().snapshot();
  }

  /// Takes up the snapshot of an earlier update. It serves the rollback checks whatever the
  /// timestamp says of it; where it is the very one that the timestamp names, it is the snapshot.
  ///
  /// @return whether it is
  /// @throws TufException where today's root does not stand for it
  boolean loadSnapshot(byte[] file) throws TufException {
    Metadata<Snapshot> metadata = Metadata.snapshot(file);
    root.verify(RoleName.SNAPSHOT, metadata, "5.5.3");
    olderSnapshot = metadata.signed();
    try {
      snapshotFile().verifyContent(file, "5.5.2", RoleName.SNAPSHOT);
      snapshotFile().verifyVersion(metadata.signed(), "5.5.4", RoleName.SNAPSHOT);
      requireFresh(metadata.signed(), "5.5.6", RoleName.SNAPSHOT);
    } catch (TufException e) {
      return false;
    }
    snapshot = metadata.signed();
    return true;
  }

  /// Checks a new snapshot (5.5.2 to 5.5.6) and trusts it.
  void updateSnapshot(byte[] file) throws TufException {
    // 5.5.2: hashes and length before anything is made of the bytes.
    snapshotFile().verifyContent(file, "5.5.2", RoleName.SNAPSHOT);
    Metadata<Snapshot> metadata = Metadata.snapshot(file);
    Snapshot next = metadata.signed();
    root.verify(RoleName.SNAPSHOT, metadata, "5.5.3");
    snapshotFile().verifyVersion(next, "5.5.4", RoleName.SNAPSHOT);
    if (olderSnapshot != null) {
      checkRollback(olderSnapshot, next);
    }
    requireFresh(next, "5.5.6", RoleName.SNAPSHOT);
    snapshot = next;
  }

  /// 5.5.5: no targets role goes back or is no longer listed.
  private static void checkRollback(Snapshot older, Snapshot next) throws TufException {
    for (Map.Entry<String, MetaFile> entry : older.meta().entrySet()) {
      MetaFile file = next.meta().get(entry.getKey());
      if (file == null) {
        throw new TufException(
            Reason.ROLLBACK, "5.5.5", entry.getKey() + " is no longer in the snapshot");
      }
      if (file.version() < entry.getValue().version()) {
        throw new TufException(
            Reason.ROLLBACK,
            "5.5.5",
            entry.getKey()
                + " went from version "
                + entry.getValue().version()
                + " to "
                + file.version());
      }
    }
  }

  /// What the trusted snapshot says of a targets role.
  ///
  /// @throws TufException where it says nothing of it
  MetaFile targetsFile(String role) throws TufException {
    if (snapshot == null) {
      throw new IllegalStateException("targets come after snapshot");
    }
    return snapshot
        .file(role)
        .orElseThrow(
            () -> new TufException(Reason.UNAVAILABLE, "5.6.1", role + " is not in the snapshot"));
  }

  /// The targets role as this cycle has it already, if it has.
  Optional<Metadata<Targets>> targets(String role) {
    return Optional.ofNullable(targets.get(role));
  }

  /// Checks a targets role's metadata (5.6.2 to 5.6.5), fresh or of an earlier update, and trusts
  /// it.
  Metadata<Targets> updateTargets(Delegator delegator, byte[] file) throws TufException {
    String role = delegator.role();
    MetaFile expected = targetsFile(role);
    expected.verifyContent(file, "5.6.2", role);
    Metadata<Targets> metadata = Metadata.targets(file);
    delegator.verify(metadata);
    expected.verifyVersion(metadata.signed(), "5.6.4", role);
    requireFresh(metadata.signed(), "5.6.5", role);
    targets.put(role, metadata);
    return metadata;
  }

  /// Checks what the director says, by the keys that the top-level targets delegates to it.
  DeviceAssignment checkAssignment(byte[] file) throws TufException {
    Metadata<DeviceAssignment> metadata = Metadata.assignment(file);
    Delegations delegations =
        targets(RoleName.TARGETS)
            .flatMap(top -> top.signed().delegations())
            .orElse(Delegations.none());
    Delegation director =
        delegations
            .role(DeviceAssignment.ROLE)
            .orElseThrow(
                () ->
                    new TufException(
                        Reason.NOT_SIGNED, "4.5", "the repository trusts no director"));
    director.roleKeys().verify(metadata, delegations.keys(), "4.2", "assignment");
    requireFresh(metadata.signed(), "4.2", "assignment");
    return metadata.signed();
  }

  /// The versions of what is trusted.
  Map<String, Long> versions() {
    Map<String, Long> versions = new HashMap<>();
    versions.put(RoleName.ROOT, root.version());
    if (timestamp != null) {
      versions.put(RoleName.TIMESTAMP, timestamp.version());
    }
    if (snapshot != null) {
      versions.put(RoleName.SNAPSHOT, snapshot.version());
    }
    targets.forEach((role, metadata) -> versions.put(role, metadata.signed().version()));
    return Map.copyOf(versions);
  }

  private void requireFresh(Role role, String clause, String what) throws TufException {
    if (role.isExpired(start)) {
      throw new TufException(
          Reason.EXPIRED, clause, what + " expired at " + role.expires() + ", a freeze attack");
    }
  }

  private Timestamp timestamp() {
    if (timestamp == null) {
      throw new IllegalStateException("snapshot comes after timestamp");
    }
    return timestamp;
  }

  /// Who says which keys speak for a targets role.
  sealed interface Delegator {
    /// The role it is about.
    String role();

    /// 5.6.3: signed by a threshold of the keys that this delegator names, and no other does.
    void verify(Metadata<Targets> metadata) throws TufException;
  }

  /// Root, which speaks for the top-level targets.
  record ByRoot(Root root) implements Delegator {
    @Override
    public String role() {
      return RoleName.TARGETS;
    }

    @Override
    public void verify(Metadata<Targets> metadata) throws TufException {
      root.verify(RoleName.TARGETS, metadata, "5.6.3");
    }
  }

  /// A targets role, which speaks for those it delegates to.
  record ByTargets(Delegations delegations, Delegation delegation) implements Delegator {
    @Override
    public String role() {
      return delegation.name();
    }

    @Override
    public void verify(Metadata<Targets> metadata) throws TufException {
      delegation.roleKeys().verify(metadata, delegations.keys(), "5.6.3", delegation.name());
    }
  }
}
