package io.firmament.aws.fleet;

import static java.util.stream.Collectors.joining;

import io.firmament.base.EnrollTokenId;
import io.firmament.base.LogRequestId;
import io.firmament.base.RolloutId;
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
import io.firmament.platform.fleet.HardwareId;
import io.firmament.platform.fleet.HardwareProfile;
import io.firmament.platform.fleet.Inventory;
import io.firmament.platform.fleet.Presence;
import io.firmament.platform.fleet.Tags;
import io.firmament.platform.fleet.WatcherId;
import io.firmament.platform.fleet.Work;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// How the fleet's records are written as items.
///
/// | record | pk | sk |
/// | --- | --- | --- |
/// | enrolment token | `T#<tenant>#TOKEN` | id |
/// | device | `T#<tenant>#DEVICE` | name |
/// | devices counted | `T#<tenant>#DEVICES` | one of ten numbers, by the name |
/// | device that has an artifact | `T#<tenant>#HAVING#<artifact>` | version, a line feed, name |
/// | device event | `T#<tenant>#EVENT#<name>` | milliseconds `#` id |
/// | audit event | `T#<tenant>#AUDIT` | milliseconds `#` id |
/// | change of a device | `CHANGED#<minute>` | milliseconds `#` tenant `#` name |
/// | work for devices | `CHANGED#<minute>` | milliseconds `#` tenant `#` name `#` what waits |
/// | lease | `WATCHER#<id>` | `-` |
final class FleetItems {
  static final String PK = "pk";
  static final String SK = "sk";

  private static final int COUNT_ITEMS = 10;
  private static final Duration TOKEN_KEPT = Duration.ofDays(30);
  private static final Duration CHANGE_KEPT = Duration.ofHours(1);
  private static final Duration EVENT_KEPT = Duration.ofDays(400);

  private FleetItems() {}

  static String tokens(TenantId tenant) {
    return "T#" + tenant + "#TOKEN";
  }

  static String devices(TenantId tenant) {
    return "T#" + tenant + "#DEVICE";
  }

  static String deviceCounts(TenantId tenant) {
    return "T#" + tenant + "#DEVICES";
  }

  /// The item that counts a device: one of ten, so that devices that enrol at the same moment
  /// seldom meet on it.
  static Map<String, AttributeValue> countKey(Device device) {
    int share = Math.floorMod(device.name().value().hashCode(), COUNT_ITEMS);
    return key(deviceCounts(device.tenant()), String.valueOf(share));
  }

  static String events(TenantId tenant, DeviceName name) {
    return "T#" + tenant + "#EVENT#" + name;
  }

  static String having(TenantId tenant, String artifact) {
    return "T#" + tenant + "#HAVING#" + artifact;
  }

  /// No version has a line feed.
  static String havingKey(String version, String name) {
    return version + "\n" + name;
  }

  static Map<String, AttributeValue> havingKey(Device device, String artifact, String version) {
    return key(having(device.tenant(), artifact), havingKey(version, device.name().value()));
  }

  static Map<String, AttributeValue> having(Device device, String artifact, String version) {
    Map<String, AttributeValue> item = new LinkedHashMap<>(havingKey(device, artifact, version));
    item.put("name", s(device.name().value()));
    return item;
  }

  /// The changes of one minute, of all tenants.
  static String changes(Instant at) {
    return "CHANGED#" + at.truncatedTo(ChronoUnit.MINUTES);
  }

  static String audits(TenantId tenant) {
    return "T#" + tenant + "#AUDIT";
  }

  static Map<String, AttributeValue> key(String pk, String sk) {
    return Map.of(PK, s(pk), SK, s(sk));
  }

  static Map<String, AttributeValue> leaseKey(WatcherId watcher) {
    return key("WATCHER#" + watcher, "-");
  }

  static Map<String, AttributeValue> item(EnrollToken token) {
    Map<String, AttributeValue> item =
        new LinkedHashMap<>(key(tokens(token.tenant()), token.id().toString()));
    item.put("tenant", s(token.tenant().toString()));
    item.put("id", s(token.id().toString()));
    item.put("label", s(token.label()));
    item.put("secret", s(token.secret().hex()));
    item.put("fleet", s(token.binding().fleet().value()));
    item.put("tags", texts(token.binding().tags().values()));
    token.binding().hardwareId().ifPresent(id -> item.put("hardwareId", s(id.value())));
    item.put("maxUses", n(token.maxUses()));
    item.put("uses", n(token.uses()));
    item.put("createdBy", s(token.createdBy().toString()));
    item.put("createdAt", time(token.createdAt()));
    item.put("validUntil", time(token.expiresAt()));
    item.put("expiresAt", n(token.expiresAt().plus(TOKEN_KEPT).getEpochSecond()));
    return item;
  }

  static EnrollToken token(Map<String, AttributeValue> item) {
    return new EnrollToken(
        TenantId.of(text(item, "tenant")),
        EnrollTokenId.of(text(item, "id")),
        text(item, "label"),
        new Sha256(text(item, "secret")),
        new EnrollToken.Binding(
            new FleetName(text(item, "fleet")),
            tags(item, "tags"),
            find(item, "hardwareId").map(value -> new HardwareId(value.s()))),
        Math.toIntExact(number(item, "maxUses")),
        Math.toIntExact(number(item, "uses")),
        UserId.of(text(item, "createdBy")),
        instant(item, "createdAt"),
        instant(item, "validUntil"));
  }

  /// All attributes of a device but its key, its presence and its version.
  static Map<String, AttributeValue> attributes(Device device) {
    Map<String, AttributeValue> item = new LinkedHashMap<>();
    item.put("tenant", s(device.tenant().toString()));
    item.put("name", s(device.name().value()));
    item.put("fleet", s(device.fleet().value()));
    item.put("hardwareId", s(device.hardwareId().value()));
    item.put("profile", profile(device.profile()));
    item.put("tags", texts(device.tags().values()));
    item.put("assignedTags", texts(device.assignedTags().values()));
    item.put("agentVersion", s(device.agentVersion()));
    item.put("inventory", inventory(device.inventory()));
    item.put("state", s(device.state().name()));
    item.put("certificate", certificate(device.current()));
    item.put(
        "renewed",
        device
            .renewed()
            .map(FleetItems::certificate)
            .orElseGet(() -> AttributeValue.fromNul(true)));
    item.put("enrolledBy", s(device.enrolledBy().toString()));
    item.put("enrolledAt", time(device.enrolledAt()));
    item.put(
        "decommissionedAt",
        device
            .decommissionedAt()
            .map(FleetItems::time)
            .orElseGet(() -> AttributeValue.fromNul(true)));
    return item;
  }

  static Device device(Map<String, AttributeValue> item) {
    return new Device(
        TenantId.of(text(item, "tenant")),
        new DeviceName(text(item, "name")),
        new FleetName(text(item, "fleet")),
        new HardwareId(text(item, "hardwareId")),
        profile(map(item, "profile")),
        tags(item, "tags"),
        tags(item, "assignedTags"),
        text(item, "agentVersion"),
        find(item, "inventory").map(value -> inventory(value.m())).orElseGet(Inventory::none),
        Device.State.valueOf(text(item, "state")),
        certificate(map(item, "certificate")),
        find(item, "renewed").map(value -> certificate(value.m())),
        EnrollTokenId.of(text(item, "enrolledBy")),
        instant(item, "enrolledAt"),
        find(item, "decommissionedAt").map(value -> millis(value.n())),
        presence(item),
        number(item, "version"));
  }

  static Map<String, AttributeValue> item(DeviceEvent event) {
    Map<String, AttributeValue> item =
        new LinkedHashMap<>(
            key(events(event.tenant(), event.device()), timeKey(event.at(), event.id())));
    item.put("id", s(event.id().toString()));
    item.put("tenant", s(event.tenant().toString()));
    item.put("device", s(event.device().value()));
    item.put("at", time(event.at()));
    item.put("kind", s(event.kind().name()));
    item.put("facts", texts(event.facts()));
    item.put("expiresAt", n(event.at().plus(EVENT_KEPT).getEpochSecond()));
    return item;
  }

  static DeviceEvent event(Map<String, AttributeValue> item) {
    return new DeviceEvent(
        UUID.fromString(text(item, "id")),
        TenantId.of(text(item, "tenant")),
        new DeviceName(text(item, "device")),
        instant(item, "at"),
        DeviceEvent.Kind.valueOf(text(item, "kind")),
        texts(item, "facts"));
  }

  /// That an event left a device with a version.
  static Map<String, AttributeValue> change(DeviceEvent event, long version) {
    String sk = "%s#%s#%s".formatted(millis(event.at()), event.tenant(), event.device());
    Map<String, AttributeValue> item = new LinkedHashMap<>(key(changes(event.at()), sk));
    item.put("tenant", s(event.tenant().toString()));
    item.put("name", s(event.device().value()));
    item.put("version", n(version));
    item.put("expiresAt", n(event.at().plus(CHANGE_KEPT).getEpochSecond()));
    return item;
  }

  /// That something waits for devices, or waits no longer.
  static Map<String, AttributeValue> change(
      TenantId tenant, List<DeviceName> devices, Work work, Instant at) {
    String sk = "%s#%s#%s#%s".formatted(millis(at), tenant, devices.getFirst(), text(work));
    Map<String, AttributeValue> item = new LinkedHashMap<>(key(changes(at), sk));
    item.put("tenant", s(tenant.toString()));
    item.put("names", s(devices.stream().map(DeviceName::value).collect(joining("\n"))));
    item.put(
        switch (work) {
          case Work.Update _ -> "rollout";
          case Work.Logs _ -> "logs";
        },
        s(text(work)));
    item.put("expiresAt", n(at.plus(CHANGE_KEPT).getEpochSecond()));
    return item;
  }

  private static String text(Work work) {
    return switch (work) {
      case Work.Update(RolloutId rollout) -> rollout.toString();
      case Work.Logs(LogRequestId request) -> request.toString();
    };
  }

  static List<FleetStore.Change> changes(Map<String, AttributeValue> item) {
    TenantId tenant = TenantId.of(text(item, "tenant"));
    if (find(item, "names").isEmpty()) {
      return List.of(
          new FleetStore.ChangedDevice(
              tenant, new DeviceName(text(item, "name")), number(item, "version")));
    }
    Work work = waiting(item);
    return Stream.of(text(item, "names").split("\n", -1))
        .<FleetStore.Change>map(
            name -> new FleetStore.ChangedWork(tenant, new DeviceName(name), work))
        .toList();
  }

  /// What an item says that waits.
  static Work waiting(Map<String, AttributeValue> item) {
    return find(item, "logs")
        .<Work>map(request -> new Work.Logs(LogRequestId.of(request.s())))
        .orElseGet(() -> new Work.Update(RolloutId.of(text(item, "rollout"))));
  }

  static Map<String, AttributeValue> item(AuditEvent event) {
    Map<String, AttributeValue> item =
        new LinkedHashMap<>(key(audits(event.tenant()), timeKey(event.at(), event.id())));
    item.put("id", s(event.id().toString()));
    item.put("tenant", s(event.tenant().toString()));
    item.put("at", time(event.at()));
    item.put("actor", s(event.actor()));
    item.put("action", s(event.action()));
    item.put("subject", s(event.subject()));
    item.put("facts", texts(event.facts()));
    return item;
  }

  static AuditEvent audit(Map<String, AttributeValue> item) {
    return new AuditEvent(
        UUID.fromString(text(item, "id")),
        TenantId.of(text(item, "tenant")),
        instant(item, "at"),
        text(item, "actor"),
        text(item, "action"),
        text(item, "subject"),
        texts(item, "facts"));
  }

  static AttributeValue s(String value) {
    return AttributeValue.fromS(value);
  }

  static AttributeValue n(long value) {
    return AttributeValue.fromN(Long.toString(value));
  }

  static AttributeValue time(Instant instant) {
    return n(instant.toEpochMilli());
  }

  static Instant instant(Map<String, AttributeValue> item, String name) {
    return Instant.ofEpochMilli(number(item, name));
  }

  static String text(Map<String, AttributeValue> item, String name) {
    return attribute(item, name).s();
  }

  private static Presence presence(Map<String, AttributeValue> item) {
    return switch (find(item, "presence").map(AttributeValue::s).orElse("unseen")) {
      case "online" ->
          new Presence.Online(
              instant(item, "since"),
              instant(item, "lastSeen"),
              Duration.ofMillis(number(item, "interval")),
              new WatcherId(UUID.fromString(text(item, "watcher"))));
      case "offline" -> new Presence.Offline(instant(item, "lastSeen"));
      default -> new Presence.Unseen();
    };
  }

  private static AttributeValue profile(HardwareProfile profile) {
    Map<String, AttributeValue> map = new LinkedHashMap<>();
    map.put("model", s(profile.model()));
    map.put("soc", s(profile.soc()));
    map.put("architecture", s(profile.architecture()));
    map.put("ramBytes", n(profile.ramBytes()));
    map.put("cpuCores", n(profile.cpuCores()));
    map.put(
        "accelerators",
        AttributeValue.fromL(profile.accelerators().stream().map(FleetItems::s).toList()));
    map.put("osName", s(profile.osName()));
    map.put("kernel", s(profile.kernel()));
    return AttributeValue.fromM(map);
  }

  private static HardwareProfile profile(Map<String, AttributeValue> map) {
    List<AttributeValue> accelerators = attribute(map, "accelerators").l();
    return new HardwareProfile(
        text(map, "model"),
        text(map, "soc"),
        text(map, "architecture"),
        number(map, "ramBytes"),
        Math.toIntExact(number(map, "cpuCores")),
        accelerators.stream().map(AttributeValue::s).toList(),
        text(map, "osName"),
        text(map, "kernel"));
  }

  private static AttributeValue inventory(Inventory inventory) {
    Map<String, AttributeValue> installed = new LinkedHashMap<>();
    inventory
        .installed()
        .forEach(
            (artifact, is) ->
                installed.put(
                    artifact,
                    AttributeValue.fromM(
                        Map.of("version", s(is.version()), "sha256", s(is.sha256().hex())))));
    Map<String, AttributeValue> map = new LinkedHashMap<>();
    map.put("installed", AttributeValue.fromM(installed));
    inventory
        .metadata()
        .ifPresent(
            is ->
                map.put(
                    "metadata",
                    AttributeValue.fromM(
                        Map.of(
                            "root", n(is.root()),
                            "timestamp", n(is.timestamp()),
                            "snapshot", n(is.snapshot()),
                            "targets", n(is.targets())))));
    return AttributeValue.fromM(map);
  }

  private static Inventory inventory(Map<String, AttributeValue> map) {
    SortedMap<String, Inventory.Installed> installed = new TreeMap<>();
    map(map, "installed")
        .forEach(
            (artifact, is) ->
                installed.put(
                    artifact,
                    new Inventory.Installed(
                        text(is.m(), "version"), new Sha256(text(is.m(), "sha256")))));
    return new Inventory(
        installed,
        find(map, "metadata")
            .map(AttributeValue::m)
            .map(
                is ->
                    new Inventory.Metadata(
                        number(is, "root"),
                        number(is, "timestamp"),
                        number(is, "snapshot"),
                        number(is, "targets"))));
  }

  private static AttributeValue certificate(DeviceCertificate certificate) {
    return AttributeValue.fromM(
        Map.of(
            "serial", s(certificate.serial().hex()),
            "key", s(certificate.key().hex()),
            "notAfter", time(certificate.notAfter())));
  }

  private static DeviceCertificate certificate(Map<String, AttributeValue> map) {
    return new DeviceCertificate(
        new CertificateSerial(text(map, "serial")),
        new Sha256(text(map, "key")),
        instant(map, "notAfter"));
  }

  static AttributeValue texts(Map<String, String> values) {
    Map<String, AttributeValue> map = new LinkedHashMap<>();
    values.forEach((key, value) -> map.put(key, s(value)));
    return AttributeValue.fromM(map);
  }

  static SortedMap<String, String> texts(Map<String, AttributeValue> item, String name) {
    SortedMap<String, String> values = new TreeMap<>();
    map(item, name).forEach((key, value) -> values.put(key, value.s()));
    return values;
  }

  private static Tags tags(Map<String, AttributeValue> item, String name) {
    return new Tags(texts(item, name));
  }

  private static Map<String, AttributeValue> map(Map<String, AttributeValue> item, String name) {
    return attribute(item, name).m();
  }

  static long number(Map<String, AttributeValue> item, String name) {
    return Long.parseLong(attribute(item, name).n());
  }

  private static Instant millis(String number) {
    return Instant.ofEpochMilli(Long.parseLong(number));
  }

  static Optional<AttributeValue> find(Map<String, AttributeValue> item, String name) {
    return Optional.ofNullable(item.get(name)).filter(value -> !Boolean.TRUE.equals(value.nul()));
  }

  private static AttributeValue attribute(Map<String, AttributeValue> item, String name) {
    return find(item, name)
        .orElseThrow(() -> new IllegalStateException("an item of the fleet has no " + name));
  }

  private static String timeKey(Instant at, UUID id) {
    return millis(at) + "#" + id;
  }

  /// The start of a key that sorts by time.
  static String millis(Instant at) {
    return "%015d".formatted(at.toEpochMilli());
  }
}
