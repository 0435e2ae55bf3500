package io.firmament.aws.fleet;

import io.firmament.base.EnrollTokenId;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.DeviceEvent;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.EnrollToken;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.fleet.WatcherId;
import io.firmament.platform.fleet.Work;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/// Counts the items that liveness writes, and the reads of devices and their changes, on their way
/// to a real store.
final class CallCounter implements FleetStore {
  private final FleetStore store;
  private final AtomicLong writes = new AtomicLong();
  private final AtomicLong reads = new AtomicLong();
  private volatile boolean hidden;

  CallCounter(FleetStore store) {
    this.store = store;
  }

  long writes() {
    return writes.get();
  }

  long reads() {
    return reads.get();
  }

  @Override
  public List<Change> changes(Instant from, Instant to) {
    reads.incrementAndGet();
    return store.changes(from, to);
  }

  @Override
  public Set<Work> waiting(TenantId tenant, DeviceName name) {
    reads.incrementAndGet();
    return hidden ? Set.of() : store.waiting(tenant, name);
  }

  /// Whether the index lags behind.
  void hideWaiting(boolean yes) {
    hidden = yes;
  }

  @Override
  public Page<Device> listDevices(TenantId tenant, Having having, PageRequest page) {
    return store.listDevices(tenant, having, page);
  }

  @Override
  public long countDevices(TenantId tenant, Having having) {
    return store.countDevices(tenant, having);
  }

  @Override
  public void recordPresence(List<PresenceReport> reports) {
    reports.forEach(report -> writes.addAndGet(report.event().isPresent() ? 2 : 1));
    store.recordPresence(reports);
  }

  @Override
  public void renewLease(WatcherId watcher, Instant until) {
    writes.incrementAndGet();
    store.renewLease(watcher, until);
  }

  @Override
  public void addToken(EnrollToken token, AuditEvent audit) {
    store.addToken(token, audit);
  }

  @Override
  public Optional<EnrollToken> findToken(TenantId tenant, EnrollTokenId id) {
    return store.findToken(tenant, id);
  }

  @Override
  public Page<EnrollToken> listTokens(TenantId tenant, PageRequest page) {
    return store.listTokens(tenant, page);
  }

  @Override
  public long countTokens(TenantId tenant) {
    return store.countTokens(tenant);
  }

  @Override
  public boolean deleteToken(TenantId tenant, EnrollTokenId id, AuditEvent audit) {
    return store.deleteToken(tenant, id, audit);
  }

  @Override
  public EnrollOutcome enroll(Enrolment enrolment, Instant now) {
    return store.enroll(enrolment, now);
  }

  @Override
  public Optional<Device> findDevice(TenantId tenant, DeviceName name) {
    reads.incrementAndGet();
    return store.findDevice(tenant, name);
  }

  @Override
  public Page<Device> listDevices(TenantId tenant, PageRequest page) {
    return store.listDevices(tenant, page);
  }

  @Override
  public long countDevices(TenantId tenant) {
    return store.countDevices(tenant);
  }

  @Override
  public boolean update(DeviceChange change) {
    return store.update(change);
  }

  @Override
  public Page<DeviceEvent> history(TenantId tenant, DeviceName name, PageRequest page) {
    return store.history(tenant, name, page);
  }

  @Override
  public long countEvents(TenantId tenant, DeviceName name) {
    return store.countEvents(tenant, name);
  }

  @Override
  public Page<AuditEvent> auditEvents(TenantId tenant, PageRequest page) {
    return store.auditEvents(tenant, page);
  }

  @Override
  public Map<WatcherId, Instant> leases(Set<WatcherId> watchers) {
    return store.leases(watchers);
  }
}
