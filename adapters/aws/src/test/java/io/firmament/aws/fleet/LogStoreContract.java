package io.firmament.aws.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.LogRequestId;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.DeviceEvent;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.logs.LogRequest;
import io.firmament.platform.logs.LogStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What every [LogStore] does.
interface LogStoreContract {
  Instant NOW = FleetStoreContract.NOW;

  DeviceName DEVICE = new DeviceName("d1");

  LogStore store();

  @Test
  default void keepsARequestAndItsOneAnswer() {
    TenantId tenant = FleetStoreContract.tenant();
    LogRequest request = added(tenant, DEVICE, 0);
    assertEquals(Optional.of(request), store().find(tenant, DEVICE, request.id()));
    assertEquals(Optional.empty(), store().find(FleetStoreContract.tenant(), DEVICE, request.id()));
    assertEquals(Optional.empty(), store().find(tenant, new DeviceName("d2"), request.id()));
    LogRequest sent =
        answered(
            request, new LogRequest.Answer.Sent(NOW, "logs/key", 17, Sha256.of(new byte[] {1})));
    assertTrue(store().answer(sent, event(request)));
    assertEquals(Optional.of(sent), store().find(tenant, DEVICE, request.id()));
    LogRequest refused =
        answered(request, new LogRequest.Answer.Refused(NOW, LogRequest.Reason.UNAVAILABLE, "no"));
    assertFalse(store().answer(refused, event(request)));
    assertEquals(Optional.of(sent), store().find(tenant, DEVICE, request.id()));
    LogRequest other = added(tenant, DEVICE, 1);
    LogRequest none =
        answered(other, new LogRequest.Answer.Refused(NOW, LogRequest.Reason.NOT_ALLOWED, "no"));
    assertTrue(store().answer(none, event(other)));
    assertEquals(Optional.of(none), store().find(tenant, DEVICE, other.id()));
  }

  @Test
  default void answersNothingThatNobodyAskedFor() {
    LogRequest request = request(FleetStoreContract.tenant(), DEVICE, 0);
    assertFalse(
        store()
            .answer(
                answered(
                    request,
                    new LogRequest.Answer.Refused(NOW, LogRequest.Reason.UNAVAILABLE, "no")),
                event(request)));
    assertEquals(Optional.empty(), store().find(request.tenant(), request.device(), request.id()));
  }

  @Test
  default void listsTheRequestsOfADeviceNewestFirst() {
    TenantId tenant = FleetStoreContract.tenant();
    List<LogRequest> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      all.addFirst(added(tenant, DEVICE, i));
      added(tenant, new DeviceName("d2"), i);
    }
    List<LogRequest> listed = new ArrayList<>();
    PageRequest page = new PageRequest(2, Optional.empty());
    for (Optional<PageRequest> next = Optional.of(page); next.isPresent(); ) {
      Page<LogRequest> found = store().list(tenant, DEVICE, next.get());
      listed.addAll(found.items());
      PageRequest asked = next.get();
      next = found.next().map(asked::after);
    }
    assertEquals(all, listed);
    assertEquals(5, store().count(tenant, DEVICE));
    assertEquals(
        all.subList(3, 5),
        store().list(tenant, DEVICE, new PageRequest(2, Optional.empty(), 3)).items());
    assertEquals(0, store().count(tenant, new DeviceName("d3")));
  }

  private LogRequest added(TenantId tenant, DeviceName device, int second) {
    LogRequest request = request(tenant, device, second);
    store()
        .add(
            request,
            new AuditEvent(
                UUID.randomUUID(), tenant, NOW, "user:1", "logs.requested", "x", new TreeMap<>()));
    return request;
  }

  private static LogRequest request(TenantId tenant, DeviceName device, int second) {
    Instant now = NOW.plusSeconds(second);
    return new LogRequest(
        tenant,
        device,
        LogRequestId.at(now, UUID.randomUUID()),
        "agent",
        second == 0 ? Optional.empty() : Optional.of(NOW),
        1000 + second,
        "user:1",
        now,
        now.plus(LogRequest.OPEN),
        new LogRequest.Answer.None());
  }

  private static LogRequest answered(LogRequest request, LogRequest.Answer answer) {
    return new LogRequest(
        request.tenant(),
        request.device(),
        request.id(),
        request.source(),
        request.since(),
        request.maxBytes(),
        request.requestedBy(),
        request.requestedAt(),
        request.validUntil(),
        answer);
  }

  private static DeviceEvent event(LogRequest request) {
    return new DeviceEvent(
        UUID.randomUUID(),
        request.tenant(),
        request.device(),
        NOW,
        DeviceEvent.Kind.LOGS_RECEIVED,
        new TreeMap<>());
  }
}
