package io.firmament.rest.fleet;

import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.logs.DeviceLogs;
import io.firmament.platform.logs.LogRequest;
import java.time.Clock;
import java.time.Instant;

/// `GET /api/v1/devices/{name}/logs`: what was asked of a device's logs, newest first.
public final class ListDeviceLogs implements Operation {
  private final DeviceLogs logs;
  private final Clock clock;

  public ListDeviceLogs(DeviceLogs logs, Clock clock) {
    this.logs = logs;
    this.clock = clock;
  }

  @Override
  public HttpResponse handle(Request request) {
    PageRequest asked = FleetRequests.page(request);
    TenantId tenant = request.authenticated().tenant();
    DeviceName name = FleetRequests.deviceName(request);
    Page<LogRequest> page = logs.list(tenant, name, asked);
    Instant now = clock.instant();
    return FleetRequests.json(
        200,
        LogRequestBody.Page.class,
        new LogRequestBody.Page(
            page.items().stream()
                .filter(each -> now.isBefore(each.keptUntil()))
                .map(each -> LogRequestBody.of(each, now))
                .toList(),
            asked.limit(),
            asked.offset(),
            logs.count(tenant, name),
            FleetRequests.next(page)));
  }
}
