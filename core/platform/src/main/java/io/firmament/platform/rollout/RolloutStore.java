package io.firmament.platform.rollout;

import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.RolloutId;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.DeviceName;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;

/// Groups, rollouts, their devices and their timelines. Everything is within a tenant; every write
/// is conditional, and what belongs together is one transaction. The lists know offsets.
///
/// A rollout has one writer at a time besides the people who command it: whoever holds its lease.
/// What is written under a lease that somebody else has taken since is refused.
public interface RolloutStore {
  /// Where counting ends.
  int COUNTED = 10_000;

  // ---- groups

  /// @return false where there is one of that name
  boolean addGroup(Group group, AuditEvent audit);

  Optional<Group> findGroup(TenantId tenant, GroupName name);

  /// The groups of a tenant by name.
  Page<Group> listGroups(TenantId tenant, PageRequest page);

  /// How many groups [#listGroups] lists, at most [#COUNTED].
  long countGroups(TenantId tenant);

  /// Replaces a group if it still has the version of this one. The stored version is one higher.
  ///
  /// @return false where it has another by now, or is gone
  boolean updateGroup(Group group, AuditEvent audit);

  /// @return false where there is none
  boolean deleteGroup(TenantId tenant, GroupName name, AuditEvent audit);

  // ---- artifacts

  /// Says what there is to know of an artifact; said again, the last holds.
  void putArtifact(TenantId tenant, ArtifactFacts facts);

  Optional<ArtifactFacts> findArtifact(TenantId tenant, ArtifactRef artifact);

  /// What devices have once an artifact is installed, of each that was ever published and provides
  /// anything: devices keep what is withdrawn.
  Map<ArtifactRef, SortedMap<String, String>> provided(TenantId tenant);

  // ---- rollouts

  /// Stores a rollout whose id is new, with its plan, as long as its artifact is known. It is due
  /// at once.
  ///
  /// @return false where the artifact is not known any more
  boolean addRollout(Rollout rollout, Plan plan, RolloutEvent event, AuditEvent audit);

  Optional<Listed> findRollout(TenantId tenant, RolloutId id);

  /// A rollout with all of its devices.
  Optional<RolloutState> loadRollout(TenantId tenant, RolloutId id);

  /// A rollout of an artifact that gives it to devices, or may go on to: any but one that has ended
  /// or that takes the artifact back. It misses none, whenever that was created.
  Optional<Rollout> givingOut(TenantId tenant, ArtifactRef artifact);

  /// The rollouts of a tenant, newest first. One that was created this second may be missing.
  Page<Listed> listRollouts(TenantId tenant, PageRequest page);

  /// How many rollouts [#listRollouts] lists, at most [#COUNTED].
  long countRollouts(TenantId tenant);

  /// Replaces what somebody has changed of a rollout, if it still has the version of this one. The
  /// stored version is one higher, and it is due at once.
  ///
  /// @return false where it has another version by now
  boolean update(Rollout rollout, RolloutEvent event, AuditEvent audit);

  /// Deletes a draft with its plan and its timeline, if it still has that version.
  ///
  /// @return false where it has another version by now
  boolean deleteDraft(Rollout rollout, AuditEvent audit);

  /// What happened to a rollout, newest first.
  Page<RolloutEvent> timeline(TenantId tenant, RolloutId id, PageRequest page);

  /// How many events the timeline has, at most [#COUNTED].
  long countEvents(TenantId tenant, RolloutId id);

  /// A rollout, and what the last evaluation said of it.
  ///
  /// @param evaluatedAt empty before the first
  record Listed(
      Rollout rollout,
      Counts counts,
      Map<Decision.Hold, Integer> holds,
      Optional<Instant> evaluatedAt) {}

  // ---- the writer of a rollout

  /// Rollouts whose time has come, the longest due first.
  List<Due> due(Instant now, int limit);

  record Due(TenantId tenant, RolloutId id) {}

  /// Takes the lease of a rollout, or renews one's own.
  ///
  /// @return empty while somebody else has it
  Optional<Lease> lease(TenantId tenant, RolloutId id, UUID holder, Instant now, Instant until);

  /// The right to write, for as long as nobody else has taken it.
  ///
  /// @param token higher with each new holder
  record Lease(TenantId tenant, RolloutId id, UUID holder, long token) {}

  /// Replaces a rollout if it still has the version of this one, and the lease holds. The stored
  /// version is one higher.
  ///
  /// @return false otherwise
  boolean write(Lease lease, Rollout rollout, RolloutEvent event, AuditEvent audit);

  /// Replaces assignments that are as they were read, while the lease holds. What is offered is
  /// among the changes that [io.firmament.platform.fleet.FleetStore#changes] names. They are
  /// written in their order, some at a time; each some entirely or not at all.
  ///
  /// @return false as soon as one is not as it was read, or the lease is another's
  boolean write(Lease lease, List<Step> steps);

  /// @param was as it was read; a device of the plan of which nothing is stored yet is queued
  record Step(Optional<Assignment> was, Assignment is) {}

  /// Says what an evaluation came to, when the next is due, and gives the lease back.
  ///
  /// @param next empty where none is
  void evaluated(
      Lease lease,
      Counts counts,
      Map<Decision.Hold, Integer> holds,
      Instant at,
      Optional<Instant> next);

  // ---- devices

  /// The rollouts that have something with a device, or offered to it, of all devices of a tenant.
  /// What was written this second may be missing.
  Map<DeviceName, Set<RolloutId>> inFlight(TenantId tenant);

  Optional<Assignment> findAssignment(TenantId tenant, RolloutId id, DeviceName device);

  /// The highest counter that an assignment of a device was given; 0 before the first.
  long lastCounter(TenantId tenant, DeviceName device);

  /// Replaces an assignment that is as it was read, if the rollout still has that status, and if
  /// the counter that it gets with this is above all that the device's assignments were given.
  ///
  /// @return false otherwise
  boolean deliver(TenantId tenant, RolloutId id, Rollout.Status status, Step step);

  /// Replaces an assignment that is as it was read. Where it is final, the rollout is due, and the
  /// device among the changes that [io.firmament.platform.fleet.FleetStore#changes] names.
  ///
  /// @return false where it is not as it was read
  boolean report(TenantId tenant, RolloutId id, Step step, Instant now);
}
