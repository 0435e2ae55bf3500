package io.firmament.rest.registry;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.registry.Registries;

/// `POST /api/v1/registries`: connects a registry, without calling it.
public final class CreateRegistry implements Operation {
  private final Registries registries;

  public CreateRegistry(Registries registries) {
    this.registries = registries;
  }

  @Override
  public HttpResponse handle(Request request) {
    NewRegistry body = RegistryRequests.read(request, NewRegistry.class);
    return RegistryRequests.json(
        201,
        RegistryBody.class,
        RegistryBody.of(
            registries.create(
                request.authenticated(),
                RegistryRequests.required("host", body.host()),
                body.name() == null ? "" : body.name(),
                body.credentials())));
  }
}
