package io.firmament.rest.registry;

import io.firmament.base.BaseProblem;
import io.firmament.base.RegistryId;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.registry.Registries;
import java.util.Optional;

/// `PATCH /api/v1/registries/{id}`: changes the name, or all of the credentials.
public final class UpdateRegistry implements Operation {
  private final Registries registries;

  public UpdateRegistry(Registries registries) {
    this.registries = registries;
  }

  @Override
  public HttpResponse handle(Request request) {
    RegistryId id = RegistryRequests.registry(request);
    NewRegistry body = RegistryRequests.read(request, NewRegistry.class);
    if (body.host() != null) {
      throw BaseProblem.INVALID_FIELD.with(
          "field", "host", "detail", "stays; connect the other host");
    }
    Optional<Registries.Credentials> credentials =
        body.changesCredentials() ? Optional.of(body.credentials()) : Optional.empty();
    return RegistryRequests.json(
        200,
        RegistryBody.class,
        RegistryBody.of(
            registries.change(
                request.authenticated(), id, Optional.ofNullable(body.name()), credentials)));
  }
}
