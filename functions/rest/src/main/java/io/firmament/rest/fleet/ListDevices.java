package io.firmament.rest.fleet;

import io.firmament.base.BaseProblem;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.artifact.AffectedDevices;
import io.firmament.platform.fleet.Devices;
import io.firmament.platform.fleet.FleetStore;
import java.util.List;
import java.util.Optional;

/// `GET /api/v1/devices`: the tenant's devices by name, those that have an artifact installed, or
/// those that run something with a vulnerability.
public final class ListDevices implements Operation {
  private static final int MAX_TEXT = 200;

  private static final int MAX_VULNERABILITY = 100;

  private final Devices devices;
  private final AffectedDevices affected;

  public ListDevices(Devices devices, AffectedDevices affected) {
    this.devices = devices;
    this.affected = affected;
  }

  @Override
  public HttpResponse handle(Request request) {
    PageRequest asked = FleetRequests.page(request);
    TenantId tenant = request.authenticated().tenant();
    Optional<FleetStore.Having> having = having(request);
    Optional<String> vulnerability = request.queryParameter("vulnerability");
    if (vulnerability.isPresent()) {
      check("vulnerability", vulnerability.get(), MAX_VULNERABILITY);
      if (having.isPresent()) {
        throw BaseProblem.INVALID_FIELD.with(
            "field", "artifact", "detail", "cannot be combined with a vulnerability");
      }
      return affected(tenant, vulnerability.get(), asked);
    }
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
    artifact.ifPresent(text -> check("artifact", text, MAX_TEXT));
    version.ifPresent(text -> check("version", text, MAX_TEXT));
    return artifact.map(name -> new FleetStore.Having(name, version));
  }

  private static void check(String field, String text, int max) {
    if (text.isEmpty() || text.length() > max) {
      throw BaseProblem.INVALID_FIELD.with(
          "field", field, "detail", "has 1 to " + max + " characters");
    }
  }

  private HttpResponse affected(TenantId tenant, String vulnerability, PageRequest asked) {
    List<AffectedDevices.Place> places = affected.places(tenant, vulnerability);
    Page<AffectedDevices.Found> page = affected.list(tenant, places, asked);
    return FleetRequests.json(
        200,
        DeviceBody.Page.class,
        new DeviceBody.Page(
            page.items().stream().map(DeviceBody::of).toList(),
            asked.limit(),
            asked.offset(),
            affected.count(tenant, places),
            FleetRequests.next(page)));
  }
}
