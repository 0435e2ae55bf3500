package io.firmament.platform.fleet;

import io.firmament.base.TenantId;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/// Who did what to which thing. It is written in the same transaction as the deed, so that there is
/// neither without the other.
///
/// @param actor `user:<id>` or `device:<name>`
/// @param action `enroll_token.created`
/// @param subject the thing acted on, `enroll_token:<id>`
/// @param facts what there is to know; never a secret
public record AuditEvent(
    UUID id,
    TenantId tenant,
    Instant at,
    String actor,
    String action,
    String subject,
    SortedMap<String, String> facts) {
  public AuditEvent {
    facts = Collections.unmodifiableSortedMap(new TreeMap<>(facts));
  }

  static AuditEvent of(
      Moment moment, TenantId tenant, String action, String subject, Map<String, String> facts) {
    return new AuditEvent(
        moment.id(), tenant, moment.at(), moment.actor(), action, subject, new TreeMap<>(facts));
  }

  /// When, by whom, and under which id an event is recorded.
  record Moment(UUID id, Instant at, String actor) {}
}
