package io.firmament.rest.fleet;

import io.firmament.base.BaseProblem;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.fleet.Devices;
import io.firmament.platform.fleet.FleetStore;
import java.util.List;
import java.util.Optional;

/// `GET /api/v1/devices`: the tenant's devices by name, or those that have an artifact installed.
public final class ListDevices implements Operation {
  private static final int MAX_TEXT = 200;

  private final Devices devices;

  public ListDevices(Devices devices) {
    this.devices = devices;
  }

  @Override
  public HttpResponse handle(Request request) {
    PageRequest asked = FleetRequests.page(request);
    TenantId tenant = request.authenticated().tenant();
    Optional<FleetStore.Having> having = having(request);
    Page<Devices.Seen> page =
        having.isPresent()
            ? devices.list(tenant, having.get(), asked)
            : devices.list(tenant, asked);
    return FleetRequests.json(
        200,
        DeviceBody.Page.class,
        new DeviceBody.Page(
            page.items().stream().map(DeviceBody::of).toList(),
            asked.limit(),
            asked.offset(),
            having.isPresent() ? devices.count(tenant, having.get()) : devices.count(tenant),
            FleetRequests.next(page)));
  }

  private static Optional<FleetStore.Having> having(Request request) {
    Optional<String> artifact = request.queryParameter("artifact");
    Optional<String> version = request.queryParameter("version");
    if (artifact.isEmpty() && version.isPresent()) {
      throw BaseProblem.INVALID_FIELD.with(
          "field", "version", "detail", "needs an artifact that it is a version of");
    }
    for (Optional<String> text : List.of(artifact, version)) {
      if (text.filter(each -> each.isEmpty() || each.length() > MAX_TEXT).isPresent()) {
        throw BaseProblem.INVALID_FIELD.with(
            "field",
            text.equals(artifact) ? "artifact" : "version",
            "detail",
            "has 1 to " + MAX_TEXT + " characters");
      }
    }
    return artifact.map(name -> new FleetStore.Having(name, version));
  }
}
