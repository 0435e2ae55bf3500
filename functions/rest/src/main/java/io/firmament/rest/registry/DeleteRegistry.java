package io.firmament.rest.registry;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.registry.Registries;

/// `DELETE /api/v1/registries/{id}`: disconnects a registry; what was imported stays.
public final class DeleteRegistry implements Operation {
  private final Registries registries;

  public DeleteRegistry(Registries registries) {
    this.registries = registries;
  }

  @Override
  public HttpResponse handle(Request request) {
    registries.delete(request.authenticated(), RegistryRequests.registry(request));
    return HttpResponse.noContent();
  }
}
