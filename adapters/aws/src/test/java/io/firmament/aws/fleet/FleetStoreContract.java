package io.firmament.aws.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.BaseProblem;
import io.firmament.base.Cursor;
import io.firmament.base.EnrollTokenId;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.ProblemException;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.CertificateSerial;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.DeviceCertificate;
import io.firmament.platform.fleet.DeviceEvent;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.EnrollToken;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.fleet.FleetStore.Base;
import io.firmament.platform.fleet.FleetStore.DeviceChange;
import io.firmament.platform.fleet.FleetStore.EnrollOutcome;
import io.firmament.platform.fleet.FleetStore.Enrolment;
import io.firmament.platform.fleet.FleetStore.PresenceReport;
import io.firmament.platform.fleet.FleetStore.TokenUse;
import io.firmament.platform.fleet.HardwareId;
import io.firmament.platform.fleet.HardwareProfile;
import io.firmament.platform.fleet.Inventory;
import io.firmament.platform.fleet.Presence;
import io.firmament.platform.fleet.Tags;
import io.firmament.platform.fleet.WatcherId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What every [FleetStore] does.
interface FleetStoreContract {
  Instant NOW = Instant.parse("2026-03-01T10:00:00.123Z");

  /// The store under test; each test works in a tenant of its own.
  FleetStore store();

  @Test
  default void keepsATokenUntilItIsDeleted() {
    EnrollToken token = token(tenant(), 2);
    store().addToken(token, audit(token.tenant(), "created"));
    assertEquals(Optional.of(token), store().findToken(token.tenant(), token.id()));
    assertEquals(List.of(token), store().listTokens(token.tenant(), PageRequest.first()).items());
    assertEquals(Optional.empty(), store().findToken(tenant(), token.id()));
    assertFalse(store().deleteToken(tenant(), token.id(), audit(token.tenant(), "foreign")));
    assertTrue(store().deleteToken(token.tenant(), token.id(), audit(token.tenant(), "deleted")));
    assertFalse(store().deleteToken(token.tenant(), token.id(), audit(token.tenant(), "again")));
    assertEquals(Optional.empty(), store().findToken(token.tenant(), token.id()));
    assertEquals(List.of("created", "deleted"), actions(token.tenant()));
  }

  @Test
  default void enrolsAsManyDevicesAsTheTokenHasUses() {
    EnrollToken token = stored(token(tenant(), 1));
    Device device = device(token, "a");
    assertEquals(
        new EnrollOutcome.Enrolled(device), enroll(device, TokenUse.SPEND, Base.NO_DEVICE));
    assertEquals(Optional.of(device), store().findDevice(device.tenant(), device.name()));
    assertEquals(1, store().findToken(token.tenant(), token.id()).orElseThrow().uses());
    assertInstanceOf(
        EnrollOutcome.TokenRefused.class,
        enroll(device(token, "b"), TokenUse.SPEND, Base.NO_DEVICE));
    assertEquals(
        Optional.empty(), store().findDevice(token.tenant(), new DeviceName("b")), "no half");
    assertEquals(
        new EnrollOutcome.Enrolled(device.atVersion(2)),
        enroll(device, TokenUse.ALREADY_SPENT, Base.SAME_VERSION));
  }

  @Test
  default void spendsNothingWhereTheDeviceIsNotAsExpected() {
    EnrollToken token = stored(token(tenant(), 5));
    Device device = device(token, "a");
    enroll(device, TokenUse.SPEND, Base.NO_DEVICE);
    assertInstanceOf(
        EnrollOutcome.DeviceConflict.class, enroll(device, TokenUse.SPEND, Base.NO_DEVICE));
    assertInstanceOf(
        EnrollOutcome.DeviceConflict.class,
        enroll(device.atVersion(9), TokenUse.SPEND, Base.SAME_VERSION));
    assertEquals(1, store().findToken(token.tenant(), token.id()).orElseThrow().uses());
  }

  @Test
  default void refusesATokenThatExpiredOrWasDeleted() {
    EnrollToken token = stored(token(tenant(), 5));
    Device device = device(token, "a");
    Enrolment enrolment = enrolment(device, TokenUse.SPEND, Base.NO_DEVICE);
    assertInstanceOf(
        EnrollOutcome.TokenRefused.class, store().enroll(enrolment, token.expiresAt()));
    store().deleteToken(token.tenant(), token.id(), audit(token.tenant(), "deleted"));
    assertInstanceOf(EnrollOutcome.TokenRefused.class, store().enroll(enrolment, NOW));
    assertEquals(Optional.empty(), store().findDevice(device.tenant(), device.name()));
  }

  @Test
  default void namesTheDevicesThatWereChangedWithTheirVersions() {
    Device device = enrolled("changed");
    store()
        .update(
            new DeviceChange(
                device,
                event(device, NOW.plusSeconds(90), DeviceEvent.Kind.REGISTERED),
                Optional.empty()));
    assertEquals(List.of(1L, 2L), versions(device, NOW, NOW.plusSeconds(90)));
    assertEquals(List.of(2L), versions(device, NOW.plusSeconds(60), NOW.plusSeconds(120)));
    assertEquals(List.of(), versions(device, NOW.plusSeconds(91), NOW.plusSeconds(200)));
    assertFalse(
        store()
            .update(
                new DeviceChange(
                    device,
                    event(device, NOW.plusSeconds(300), DeviceEvent.Kind.REGISTERED),
                    Optional.empty())));
    assertEquals(List.of(), versions(device, NOW.plusSeconds(290), NOW.plusSeconds(310)));
  }

  private List<Long> versions(Device device, Instant from, Instant to) {
    return store().changes(from, to).stream()
        .filter(change -> change.tenant().equals(device.tenant()))
        .filter(change -> change.name().equals(device.name()))
        .map(change -> ((FleetStore.ChangedDevice) change).version())
        .toList();
  }

  @Test
  default void listsTheDevicesThatHaveAnArtifact() {
    TenantId tenant = tenant();
    List<Device> devices = enroll(store(), tenant, 4);
    for (int i = 0; i < 4; i++) {
      installs(devices.get(i), Map.of("os", i < 3 ? "1" : "10", "lib", "x"));
    }
    assertEquals(List.of("d0", "d1", "d2"), having(tenant, "os", "1"));
    assertEquals(List.of("d3"), having(tenant, "os", "10"));
    assertEquals(List.of(), having(tenant, "os", ""));
    assertEquals(List.of(), having(tenant(), "os", "1"));
    assertEquals(List.of(), having(tenant, "o", "1"));
    FleetStore.Having any = new FleetStore.Having("os", Optional.empty());
    assertEquals(4, store().countDevices(tenant, any));
    Page<Device> page = store().listDevices(tenant, any, new PageRequest(3, Optional.empty()));
    assertEquals(
        List.of("d3"),
        names(
            store()
                .listDevices(tenant, any, PageRequest.first().after(page.next().orElseThrow()))));
    assertEquals(
        List.of("d2", "d3"),
        names(store().listDevices(tenant, any, new PageRequest(5, Optional.empty(), 2))));
    FleetStore.Having other = new FleetStore.Having("os", Optional.of("10"));
    assertThrows(
        ProblemException.class,
        () ->
            store()
                .listDevices(tenant, other, PageRequest.first().after(page.next().orElseThrow())));
    installs(read(devices.get(1)), Map.of("os", "10"));
    installs(read(devices.get(2)), Map.of());
    assertEquals(List.of("d0"), having(tenant, "os", "1"));
    assertEquals(List.of("d1", "d3"), having(tenant, "os", "10"));
    assertEquals(List.of("d0", "d3"), having(tenant, "lib", "x"));
    assertEquals(1, store().countDevices(tenant, new FleetStore.Having("os", Optional.of("1"))));
  }

  private void installs(Device device, Map<String, String> versions) {
    TreeMap<String, Inventory.Installed> installed = new TreeMap<>();
    versions.forEach(
        (name, version) ->
            installed.put(name, new Inventory.Installed(version, Sha256.of(new byte[0]))));
    Inventory inventory = new Inventory(installed, Optional.of(new Inventory.Metadata(1, 2, 3, 4)));
    Device changed =
        new Device(
            device.tenant(),
            device.name(),
            device.fleet(),
            device.hardwareId(),
            device.profile(),
            device.tags(),
            device.assignedTags(),
            device.agentVersion(),
            inventory,
            device.state(),
            device.current(),
            device.renewed(),
            device.enrolledBy(),
            device.enrolledAt(),
            device.decommissionedAt(),
            device.presence(),
            device.version());
    assertTrue(
        store()
            .update(
                new DeviceChange(
                    changed,
                    event(device, NOW, DeviceEvent.Kind.INVENTORY_CHANGED),
                    Optional.empty(),
                    Optional.of(device.inventory()))));
    assertEquals(inventory, read(device).inventory());
  }

  private List<String> having(TenantId tenant, String artifact, String version) {
    return names(
        store()
            .listDevices(
                tenant,
                new FleetStore.Having(artifact, Optional.of(version)),
                PageRequest.first()));
  }

  private static List<String> names(Page<Device> page) {
    return page.items().stream().map(device -> device.name().value()).toList();
  }

  @Test
  default void updatesOnlyTheVersionThatWasRead() {
    Device device = enrolled("a");
    assertTrue(store().update(change(device, Optional.of(audit(device.tenant(), "one")))));
    assertFalse(store().update(change(device, Optional.of(audit(device.tenant(), "two")))));
    assertEquals(2, read(device).version());
    assertEquals(List.of("enrolled", "one"), actions(device.tenant()));
    assertEquals(
        2, store().history(device.tenant(), device.name(), PageRequest.first()).items().size());
  }

  @Test
  default void pagesDevicesByNameWithinATenant() {
    EnrollToken token = stored(token(tenant(), 10));
    for (String name : List.of("c", "a", "e", "b", "d")) {
      enroll(device(token, name), TokenUse.SPEND, Base.NO_DEVICE);
    }
    List<String> names = new ArrayList<>();
    PageRequest asked = new PageRequest(2, Optional.empty());
    Page<Device> page = store().listDevices(token.tenant(), asked);
    page.items().forEach(device -> names.add(device.name().value()));
    while (page.next().isPresent()) {
      page = store().listDevices(token.tenant(), asked.after(page.next().get()));
      page.items().forEach(device -> names.add(device.name().value()));
    }
    assertEquals(List.of("a", "b", "c", "d", "e"), names);
    assertEquals(List.of(), store().listDevices(tenant(), PageRequest.first()).items());
    ProblemException refusal =
        assertThrows(
            ProblemException.class,
            () -> store().listDevices(token.tenant(), asked.after(new Cursor("%%%"))));
    assertEquals(BaseProblem.INVALID_CURSOR, refusal.problem());
  }

  @Test
  default void passesOverAsManyAsTheOffsetSays() {
    EnrollToken token = stored(token(tenant(), 30));
    for (int i = 0; i < 12; i++) {
      enroll(device(token, "d%02d".formatted(i)), TokenUse.SPEND, Base.NO_DEVICE);
    }
    assertEquals(
        List.of("d05", "d06", "d07"), names(token, new PageRequest(3, Optional.empty(), 5)));
    assertEquals(List.of("d11"), names(token, new PageRequest(3, Optional.empty(), 11)));
    assertEquals(List.of(), names(token, new PageRequest(3, Optional.empty(), 12)));
    assertEquals(List.of(), names(token, new PageRequest(3, Optional.empty(), 10_000)));
    PageRequest asked = new PageRequest(3, Optional.empty(), 5);
    Page<Device> page = store().listDevices(token.tenant(), asked);
    assertEquals(
        List.of("d08", "d09", "d10"), names(token, asked.after(page.next().orElseThrow())));
  }

  private List<String> names(EnrollToken token, PageRequest asked) {
    return store().listDevices(token.tenant(), asked).items().stream()
        .map(device -> device.name().value())
        .toList();
  }

  @Test
  default void countsWhatItLists() {
    EnrollToken token = stored(token(tenant(), 20));
    stored(token(token.tenant(), 1));
    for (int i = 0; i < 15; i++) {
      enroll(device(token, "d" + i), TokenUse.SPEND, Base.NO_DEVICE);
    }
    Device device = read(device(token, "d3"));
    enroll(device, TokenUse.ALREADY_SPENT, Base.SAME_VERSION);
    enroll(device(token, "d3"), TokenUse.SPEND, Base.NO_DEVICE);
    assertEquals(
        15, store().countDevices(token.tenant()), "neither a repeat nor a conflict counts");
    assertEquals(2, store().countTokens(token.tenant()));
    assertEquals(2, store().countEvents(token.tenant(), device.name()));
    assertEquals(0, store().countDevices(tenant()));
    assertEquals(0, store().countTokens(tenant()));
    assertEquals(0, store().countEvents(tenant(), device.name()));
  }

  @Test
  default void showsTheNewestOfAHistoryFirst() {
    Device device = enrolled("a");
    for (int i = 1; i <= 3; i++) {
      store()
          .update(
              new DeviceChange(
                  device.atVersion(i),
                  event(device, NOW.plusSeconds(i), DeviceEvent.Kind.REGISTERED),
                  Optional.empty()));
    }
    Page<DeviceEvent> page =
        store().history(device.tenant(), device.name(), new PageRequest(3, Optional.empty()));
    assertEquals(
        List.of(NOW.plusSeconds(3), NOW.plusSeconds(2), NOW.plusSeconds(1)),
        page.items().stream().map(DeviceEvent::at).toList());
    assertTrue(page.next().isPresent());
  }

  @Test
  default void recordsPresenceWithoutTouchingTheVersion() {
    Device device = enrolled("a");
    WatcherId watcher = new WatcherId(UUID.randomUUID());
    Presence.Online online = new Presence.Online(NOW, NOW, Duration.ofSeconds(60), watcher);
    report(device, online, watcher, DeviceEvent.Kind.ONLINE);
    assertEquals(online, read(device).presence());
    assertEquals(device.version(), read(device).version());
    assertTrue(store().update(change(device, Optional.empty())));
    assertEquals(online, read(device).presence(), "an update keeps the presence");
    report(device, new Presence.Offline(NOW), watcher, DeviceEvent.Kind.OFFLINE);
    assertEquals(new Presence.Offline(NOW), read(device).presence());
  }

  @Test
  default void dropsReportsThatAreStaleOrOfAnotherWatcher() {
    Device device = enrolled("a");
    WatcherId first = new WatcherId(UUID.randomUUID());
    WatcherId second = new WatcherId(UUID.randomUUID());
    Presence.Online late =
        new Presence.Online(NOW, NOW.plusSeconds(9), Duration.ofSeconds(60), second);
    report(device, late, second, DeviceEvent.Kind.ONLINE);
    report(
        device,
        new Presence.Online(NOW, NOW, Duration.ofSeconds(60), first),
        first,
        DeviceEvent.Kind.ONLINE);
    report(device, new Presence.Offline(NOW.plusSeconds(20)), first, DeviceEvent.Kind.OFFLINE);
    assertEquals(late, read(device).presence());
    Device missing = device(token(device.tenant(), 1), "missing");
    report(missing, late, second, DeviceEvent.Kind.ONLINE);
    assertEquals(Optional.empty(), store().findDevice(missing.tenant(), missing.name()));
  }

  @Test
  default void remembersLeases() {
    WatcherId watcher = new WatcherId(UUID.randomUUID());
    WatcherId unknown = new WatcherId(UUID.randomUUID());
    store().renewLease(watcher, NOW);
    store().renewLease(watcher, NOW.plusSeconds(5));
    assertEquals(Map.of(watcher, NOW.plusSeconds(5)), store().leases(Set.of(watcher, unknown)));
  }

  private EnrollOutcome enroll(Device device, TokenUse use, Base base) {
    return store().enroll(enrolment(device, use, base), NOW);
  }

  private Enrolment enrolment(Device device, TokenUse use, Base base) {
    return new Enrolment(
        device,
        use,
        base,
        event(device, NOW, DeviceEvent.Kind.ENROLLED),
        audit(device.tenant(), "enrolled"));
  }

  private Device enrolled(String name) {
    Device device = device(stored(token(tenant(), 1)), name);
    assertInstanceOf(EnrollOutcome.Enrolled.class, enroll(device, TokenUse.SPEND, Base.NO_DEVICE));
    return device;
  }

  private Device read(Device device) {
    return store().findDevice(device.tenant(), device.name()).orElseThrow();
  }

  private void report(Device device, Presence presence, WatcherId watcher, DeviceEvent.Kind kind) {
    store()
        .recordPresence(
            List.of(
                new PresenceReport(
                    device.tenant(),
                    device.name(),
                    presence,
                    watcher,
                    Optional.of(event(device, NOW, kind)))));
  }

  private EnrollToken stored(EnrollToken token) {
    store()
        .addToken(
            token,
            new AuditEvent(
                UUID.randomUUID(), tenant(), NOW, "user:1", "elsewhere", "x", new TreeMap<>()));
    return token;
  }

  private List<String> actions(TenantId tenant) {
    return store().auditEvents(tenant, PageRequest.first()).items().stream()
        .map(AuditEvent::action)
        .toList();
  }

  private static DeviceChange change(Device device, Optional<AuditEvent> audit) {
    return new DeviceChange(
        device, event(device, NOW.plusSeconds(1), DeviceEvent.Kind.REGISTERED), audit);
  }

  static TenantId tenant() {
    return new TenantId(UUID.randomUUID());
  }

  static EnrollToken token(TenantId tenant, int uses) {
    return new EnrollToken(
        tenant,
        new EnrollTokenId(UUID.randomUUID()),
        "label",
        new Sha256("ab".repeat(32)),
        new EnrollToken.Binding(
            FleetName.DEFAULT, Tags.of(Map.of("site", "1")), Optional.of(new HardwareId("hw"))),
        uses,
        0,
        new UserId(UUID.randomUUID()),
        NOW,
        NOW.plusSeconds(3600));
  }

  static Device device(EnrollToken token, String name) {
    return new Device(
        token.tenant(),
        new DeviceName(name),
        FleetName.DEFAULT,
        new HardwareId("hw-" + name),
        new HardwareProfile("m", "s", "arm64", 1L << 40, 4, List.of("gpu"), "os", "6.1"),
        Tags.of(Map.of("a", "b")),
        Tags.none(),
        "agent-1",
        Inventory.none(),
        Device.State.ENROLLED,
        new DeviceCertificate(new CertificateSerial("1f"), new Sha256("cd".repeat(32)), NOW),
        Optional.of(
            new DeviceCertificate(new CertificateSerial("2f"), new Sha256("ef".repeat(32)), NOW)),
        token.id(),
        NOW,
        Optional.empty(),
        new Presence.Unseen(),
        1);
  }

  /// Enrols devices of a tenant, with the certificates of [#device].
  static List<Device> enroll(FleetStore store, TenantId tenant, int count) {
    EnrollToken token = token(tenant, count);
    store.addToken(token, audit(tenant, "created"));
    List<Device> devices = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Device device = device(token, "d" + i);
      store.enroll(
          new Enrolment(
              device,
              TokenUse.SPEND,
              Base.NO_DEVICE,
              event(device, NOW, DeviceEvent.Kind.ENROLLED),
              audit(tenant, "enrolled")),
          NOW);
      devices.add(device);
    }
    return devices;
  }

  static DeviceEvent event(Device device, Instant at, DeviceEvent.Kind kind) {
    return new DeviceEvent(
        UUID.randomUUID(),
        device.tenant(),
        device.name(),
        at,
        kind,
        new TreeMap<>(Map.of("fact", "1")));
  }

  static AuditEvent audit(TenantId tenant, String action) {
    long order =
        switch (action) {
          case "created", "enrolled" -> 0;
          case "deleted", "one" -> 1;
          default -> 2;
        };
    return new AuditEvent(
        UUID.randomUUID(),
        tenant,
        NOW.plusSeconds(order),
        "user:1",
        action,
        "thing:1",
        new TreeMap<>(Map.of("k", "v")));
  }
}
