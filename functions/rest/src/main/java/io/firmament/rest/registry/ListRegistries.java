package io.firmament.rest.registry;

import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.registry.Registries;
import io.firmament.platform.registry.Registry;

/// `GET /api/v1/registries`: the connected registries, without their secrets.
public final class ListRegistries implements Operation {
  private final Registries registries;

  public ListRegistries(Registries registries) {
    this.registries = registries;
  }

  @Override
  public HttpResponse handle(Request request) {
    PageRequest asked = RegistryRequests.page(request);
    TenantId tenant = request.authenticated().tenant();
    Page<Registry> page = registries.list(tenant, asked);
    return RegistryRequests.json(
        200,
        RegistryBody.Page.class,
        new RegistryBody.Page(
            page.items().stream().map(RegistryBody::of).toList(),
            asked.limit(),
            asked.offset(),
            registries.count(tenant),
            RegistryRequests.next(page)));
  }
}
