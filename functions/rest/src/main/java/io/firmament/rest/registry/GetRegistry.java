package io.firmament.rest.registry;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.registry.Registries;

/// `GET /api/v1/registries/{id}`: a registry, without its secret.
public final class GetRegistry implements Operation {
  private final Registries registries;

  public GetRegistry(Registries registries) {
    this.registries = registries;
  }

  @Override
  public HttpResponse handle(Request request) {
    return RegistryRequests.json(
        200,
        RegistryBody.class,
        RegistryBody.of(
            registries.get(request.authenticated().tenant(), RegistryRequests.registry(request))));
  }
}
