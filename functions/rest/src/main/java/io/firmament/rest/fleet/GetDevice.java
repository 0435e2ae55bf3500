package io.firmament.rest.fleet;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.fleet.Devices;

/// `GET /api/v1/devices/{name}`: one device.
public final class GetDevice implements Operation {
  private final Devices devices;

  public GetDevice(Devices devices) {
    this.devices = devices;
  }

  @Override
  public HttpResponse handle(Request request) {
    return FleetRequests.json(
        200,
        DeviceBody.class,
        DeviceBody.of(
            devices.get(request.authenticated().tenant(), FleetRequests.deviceName(request))));
  }
}
