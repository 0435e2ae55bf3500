package io.firmament.rest.registry;

import io.firmament.base.PageRequest;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.registry.Registries;

/// `GET /api/v1/registries/{id}/tags`: the tags of a repository, the likely newest first.
public final class ListRegistryTags implements Operation {
  private final Registries registries;

  public ListRegistryTags(Registries registries) {
    this.registries = registries;
  }

  @Override
  public HttpResponse handle(Request request) {
    PageRequest asked = RegistryRequests.page(request);
    Registries.Names names =
        registries.tags(
            request.authenticated().tenant(),
            RegistryRequests.registry(request),
            RegistryRequests.required(request, "repository"),
            asked);
    return RegistryRequests.json(
        200,
        ListedNames.class,
        new ListedNames(
            null,
            names.page().items(),
            asked.limit(),
            asked.offset(),
            names.total(),
            names.clipped(),
            RegistryRequests.next(names.page())));
  }
}
