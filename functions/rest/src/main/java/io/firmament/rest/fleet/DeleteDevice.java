package io.firmament.rest.fleet;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.fleet.DecommissionDevice;

/// `DELETE /api/v1/devices/{name}`: decommissions a device; its record and history stay.
public final class DeleteDevice implements Operation {
  private final DecommissionDevice decommission;

  public DeleteDevice(DecommissionDevice decommission) {
    this.decommission = decommission;
  }

  @Override
  public HttpResponse handle(Request request) {
    decommission.decommission(request.authenticated(), FleetRequests.deviceName(request));
    return HttpResponse.noContent();
  }
}
