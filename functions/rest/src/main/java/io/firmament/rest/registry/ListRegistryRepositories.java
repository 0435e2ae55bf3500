package io.firmament.rest.registry;

import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.registry.Registries;
import java.util.List;
import java.util.Optional;

/// `GET /api/v1/registries/{id}/repositories`: the repositories, where there is a catalogue.
public final class ListRegistryRepositories implements Operation {
  private final Registries registries;

  public ListRegistryRepositories(Registries registries) {
    this.registries = registries;
  }

  @Override
  public HttpResponse handle(Request request) {
    PageRequest asked = RegistryRequests.page(request);
    Optional<Registries.Names> found =
        registries.repositories(
            request.authenticated().tenant(), RegistryRequests.registry(request), asked);
    Registries.Names names =
        found.orElseGet(() -> new Registries.Names(Page.last(List.of()), 0, false));
    return RegistryRequests.json(
        200,
        ListedNames.class,
        new ListedNames(
            found.isPresent(),
            names.page().items(),
            asked.limit(),
            asked.offset(),
            names.total(),
            names.clipped(),
            RegistryRequests.next(names.page())));
  }
}
