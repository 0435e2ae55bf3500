package io.firmament.rest.fleet;

import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.fleet.DeviceEvent;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.Devices;

/// `GET /api/v1/devices/{name}/history`: what happened to a device, newest first.
public final class ListDeviceHistory implements Operation {
  private final Devices devices;

  public ListDeviceHistory(Devices devices) {
    this.devices = devices;
  }

  @Override
  public HttpResponse handle(Request request) {
    PageRequest asked = FleetRequests.page(request);
    TenantId tenant = request.authenticated().tenant();
    DeviceName name = FleetRequests.deviceName(request);
    Page<DeviceEvent> page = devices.history(tenant, name, asked);
    return FleetRequests.json(
        200,
        DeviceEventBody.Page.class,
        new DeviceEventBody.Page(
            page.items().stream().map(DeviceEventBody::of).toList(),
            asked.limit(),
            asked.offset(),
            devices.countHistory(tenant, name),
            FleetRequests.next(page)));
  }
}
