package io.firmament.platform.rollout;

import io.firmament.base.Ids;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.identity.Caller;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What an operator does with groups.
public final class Groups {
  private final RolloutStore store;
  private final Fleet fleet;
  private final Clock clock;
  private final Ids ids;

  public Groups(RolloutStore store, Fleet fleet, Clock clock, Ids ids) {
    this.store = store;
    this.fleet = fleet;
    this.clock = clock;
    this.ids = ids;
  }

  /// A group, and who belongs to it now.
  public record Resolved(Group group, Group.Resolution resolution) {}

  public Resolved create(Caller caller, RolloutJson.GroupWish wish) {
    Instant now = RolloutJson.now(clock);
    Group group =
        new Group(
            caller.tenant(),
            wish.name().orElseThrow(),
            new FleetName(wish.fleet()),
            wish.description().orElse(""),
            wish.membership().orElseThrow(),
            now,
            1);
    if (!store.addGroup(group, audit(caller, "group.created", group.name(), now))) {
      throw RolloutProblem.GROUP_EXISTS.with("group", group.name());
    }
    return resolved(group);
  }

  public Page<Group> list(TenantId tenant, PageRequest page) {
    return store.listGroups(tenant, page);
  }

  /// How many groups [#list] lists; more than [RolloutStore#COUNTED] are not counted.
  public long count(TenantId tenant) {
    return store.countGroups(tenant);
  }

  public Resolved get(TenantId tenant, GroupName name) {
    return resolved(find(tenant, name));
  }

  public Resolved update(Caller caller, GroupName name, RolloutJson.GroupWish wish) {
    Group known = find(caller.tenant(), name);
    Group changed =
        new Group(
            known.tenant(),
            known.name(),
            known.fleet(),
            wish.description().orElse(known.description()),
            wish.membership().orElse(known.membership()),
            known.createdAt(),
            known.version());
    if (!store.updateGroup(changed, audit(caller, "group.changed", name, RolloutJson.now(clock)))) {
      throw RolloutProblem.GROUP_CHANGED.with("group", name);
    }
    return resolved(changed);
  }

  public void delete(Caller caller, GroupName name) {
    AuditEvent audit = audit(caller, "group.deleted", name, RolloutJson.now(clock));
    if (!store.deleteGroup(caller.tenant(), name, audit)) {
      throw RolloutProblem.GROUP_NOT_FOUND.with("group", name);
    }
  }

  private Group find(TenantId tenant, GroupName name) {
    return store
        .findGroup(tenant, name)
        .orElseThrow(() -> RolloutProblem.GROUP_NOT_FOUND.with("group", name));
  }

  private Resolved resolved(Group group) {
    return new Resolved(
        group, group.resolve(fleet.devices(group.tenant(), Optional.empty(), Requirements.none())));
  }

  private AuditEvent audit(Caller caller, String action, GroupName name, Instant now) {
    return new AuditEvent(
        ids.next(),
        caller.tenant(),
        now,
        "user:" + caller.user(),
        action,
        "group:" + name,
        new TreeMap<>(Map.of()));
  }
}
