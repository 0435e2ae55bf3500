package io.firmament.rest.registry;

import io.firmament.base.RegistryId;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.registry.Registries;

/// `POST /api/v1/registries/{id}/import`: publishes tags, pinned to their digests, as artifacts.
public final class ImportRegistryImages implements Operation {
  private final Registries registries;

  public ImportRegistryImages(Registries registries) {
    this.registries = registries;
  }

  @Override
  public HttpResponse handle(Request request) {
    NewImport body = RegistryRequests.read(request, NewImport.class);
    RegistryId id = RegistryRequests.registry(request);
    Registries.Wish wish =
        new Registries.Wish(
            RegistryRequests.required("repository", body.repository()),
            RegistryRequests.texts("tags", body.tags()),
            body.name(),
            body.version(),
            RegistryRequests.texts("fleets", body.fleets()));
    return RegistryRequests.json(
        200,
        ImportedBody.class,
        new ImportedBody(
            registries.importImages(request.authenticated(), id, wish).stream()
                .map(ImportedBody.Item::of)
                .toList()));
  }
}
