package io.firmament.platform.logs;

import io.firmament.base.BaseProblem;
import io.firmament.base.Ids;
import io.firmament.base.LogRequestId;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.FleetProblem;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.identity.Caller;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// What operators do with logs of devices.
public final class DeviceLogs {
  public static final long DEFAULT_BYTES = 1 << 20;
  public static final long MAX_BYTES = 16 << 20;

  /// How many requests of a device may be open at once.
  public static final int MAX_OPEN = 8;

  private static final Pattern SOURCE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");

  private final LogStore store;
  private final FleetStore fleet;
  private final ObjectStore contents;
  private final Clock clock;
  private final Ids ids;

  /// @param contents where the logs lie, under `logs/`
  public DeviceLogs(LogStore store, FleetStore fleet, ObjectStore contents, Clock clock, Ids ids) {
    this.store = store;
    this.fleet = fleet;
    this.contents = contents;
    this.clock = clock;
    this.ids = ids;
  }

  /// What somebody wants.
  ///
  /// @param maxBytes [#DEFAULT_BYTES] unless given
  public record Wish(String source, Optional<Instant> since, Optional<Long> maxBytes) {
    public Wish {
      if (!SOURCE.matcher(source).matches()) {
        throw BaseProblem.INVALID_FIELD.with(
            "field", "source", "detail", "must match " + SOURCE.pattern());
      }
      if (maxBytes.filter(bytes -> bytes < 1 || bytes > MAX_BYTES).isPresent()) {
        throw BaseProblem.INVALID_FIELD.with(
            "field", "max_bytes", "detail", "must be 1 to " + MAX_BYTES);
      }
    }
  }

  /// Asks for logs. The device's next heartbeat fetches the request.
  public LogRequest request(Caller caller, DeviceName name, Wish wish) {
    Device device = device(caller.tenant(), name);
    if (device.state() == Device.State.DECOMMISSIONED) {
      throw FleetProblem.DEVICE_ALREADY_DECOMMISSIONED.with("device", name);
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    // Whoever asks at the same moment may come beyond the limit by a few.
    long open =
        store
            .list(caller.tenant(), name, new PageRequest(PageRequest.MAX_LIMIT, Optional.empty()))
            .items()
            .stream()
            .filter(request -> request.open(now))
            .count();
    if (open >= MAX_OPEN) {
      throw LogProblem.LOG_REQUESTS_OPEN.with("device", name, "count", open);
    }
    String actor = "user:" + caller.user();
    LogRequest request =
        new LogRequest(
            caller.tenant(),
            name,
            LogRequestId.at(now, ids.next()),
            wish.source(),
            wish.since(),
            wish.maxBytes().orElse(DEFAULT_BYTES),
            actor,
            now,
            now.plus(LogRequest.OPEN),
            new LogRequest.Answer.None());
    store.add(
        request,
        new AuditEvent(
            ids.next(),
            caller.tenant(),
            now,
            actor,
            "logs.requested",
            "device:" + name,
            new TreeMap<>(Map.of("request", request.id().toString(), "source", request.source()))));
    return request;
  }

  public LogRequest get(TenantId tenant, DeviceName name, String id) {
    device(tenant, name);
    Instant now = clock.instant();
    return LogRequestId.parse(id)
        .flatMap(each -> store.find(tenant, name, each))
        .filter(request -> now.isBefore(request.keptUntil()))
        .orElseThrow(() -> LogProblem.LOG_REQUEST_NOT_FOUND.with("id", id));
  }

  /// The requests of a device, newest first.
  public Page<LogRequest> list(TenantId tenant, DeviceName name, PageRequest page) {
    device(tenant, name);
    return store.list(tenant, name, page);
  }

  /// How many requests the list has, at most [LogStore#COUNTED].
  public long count(TenantId tenant, DeviceName name) {
    return store.count(tenant, name);
  }

  /// Logs that a device has sent.
  public record Content(LogRequest request, LogRequest.Answer.Sent sent, ObjectStore contents) {
    /// The compressed bytes; the caller closes the stream.
    public InputStream open() {
      return contents
          .read(sent.key())
          .orElseThrow(() -> LogProblem.LOG_REQUEST_NOT_FOUND.with("id", request.id()));
    }
  }

  /// What a device has sent.
  ///
  /// @throws io.firmament.base.ProblemException `logs_not_sent` where it has sent nothing
  public Content content(TenantId tenant, DeviceName name, String id) {
    LogRequest request = get(tenant, name, id);
    if (request.answer() instanceof LogRequest.Answer.Sent sent) {
      return new Content(request, sent, contents);
    }
    String state = request.state(clock.instant()).name().toLowerCase(java.util.Locale.ROOT);
    throw LogProblem.LOGS_NOT_SENT.with("id", id, "state", state);
  }

  private Device device(TenantId tenant, DeviceName name) {
    return fleet
        .findDevice(tenant, name)
        .orElseThrow(() -> FleetProblem.DEVICE_NOT_FOUND.with("device", name));
  }
}
