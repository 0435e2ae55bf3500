package io.firmament.rest.fleet;

import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.fleet.Devices;

/// `GET /api/v1/devices`: the tenant's devices by name.
public final class ListDevices implements Operation {
  private final Devices devices;

  public ListDevices(Devices devices) {
    this.devices = devices;
  }

  @Override
  public HttpResponse handle(Request request) {
    PageRequest asked = FleetRequests.page(request);
    TenantId tenant = request.authenticated().tenant();
    Page<Devices.Seen> page = devices.list(tenant, asked);
    return FleetRequests.json(
        200,
        DeviceBody.Page.class,
        new DeviceBody.Page(
            page.items().stream().map(DeviceBody::of).toList(),
            asked.limit(),
            asked.offset(),
            devices.count(tenant),
            FleetRequests.next(page)));
  }
}
