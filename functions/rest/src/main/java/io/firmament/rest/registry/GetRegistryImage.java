package io.firmament.rest.registry;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.registry.Registries;

/// `GET /api/v1/registries/{id}/image`: what a tag names now.
public final class GetRegistryImage implements Operation {
  private final Registries registries;

  public GetRegistryImage(Registries registries) {
    this.registries = registries;
  }

  @Override
  public HttpResponse handle(Request request) {
    String tag = RegistryRequests.required(request, "tag");
    return RegistryRequests.json(
        200,
        ImageBody.class,
        ImageBody.of(
            tag,
            registries.image(
                request.authenticated().tenant(),
                RegistryRequests.registry(request),
                RegistryRequests.required(request, "repository"),
                tag)));
  }
}
