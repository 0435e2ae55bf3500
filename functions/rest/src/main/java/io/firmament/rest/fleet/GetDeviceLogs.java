package io.firmament.rest.fleet;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.logs.DeviceLogs;
import java.time.Clock;

/// `GET /api/v1/devices/{name}/logs/{id}`: how far a request for logs is.
public final class GetDeviceLogs implements Operation {
  private final DeviceLogs logs;
  private final Clock clock;

  public GetDeviceLogs(DeviceLogs logs, Clock clock) {
    this.logs = logs;
    this.clock = clock;
  }

  @Override
  public HttpResponse handle(Request request) {
    return FleetRequests.json(
        200,
        LogRequestBody.class,
        LogRequestBody.of(
            logs.get(
                request.authenticated().tenant(),
                FleetRequests.deviceName(request),
                request.pathParameter("id")),
            clock.instant()));
  }
}
