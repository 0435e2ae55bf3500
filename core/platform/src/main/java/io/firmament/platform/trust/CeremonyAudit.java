package io.firmament.platform.trust;

import io.firmament.base.Ids;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.identity.Caller;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;

/// The events of a tenant's repository, by the person who caused them.
final class CeremonyAudit {
  private final Clock clock;
  private final Ids ids;

  CeremonyAudit(Clock clock, Ids ids) {
    this.clock = clock;
    this.ids = ids;
  }

  /// An event that happens now.
  AuditEvent event(Caller caller, String action, Map<String, String> facts) {
    return new AuditEvent(
        ids.next(),
        caller.tenant(),
        now(),
        "user:" + caller.user(),
        action,
        "repository",
        new TreeMap<>(facts));
  }

  /// Keys are about to be made in slots of roles.
  AuditEvent keysMade(Caller caller, Map<OnlineRole, Integer> slots) {
    Map<String, String> facts = new TreeMap<>();
    slots.forEach((role, slot) -> facts.put(role.id(), "slot " + slot));
    return event(caller, "trust.keys_made", facts);
  }

  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }
}
