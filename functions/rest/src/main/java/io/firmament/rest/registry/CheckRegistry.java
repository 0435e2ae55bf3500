package io.firmament.rest.registry;

import io.firmament.base.ProblemException;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.registry.Registries;
import java.util.Optional;

/// `POST /api/v1/registries/{id}/check`: tries to log in, and says what is wrong.
public final class CheckRegistry implements Operation {
  private final Registries registries;

  public CheckRegistry(Registries registries) {
    this.registries = registries;
  }

  @Override
  public HttpResponse handle(Request request) {
    Optional<ProblemException> problem =
        registries
            .check(request.authenticated().tenant(), RegistryRequests.registry(request))
            .problem();
    return RegistryRequests.json(
        200,
        CheckBody.class,
        new CheckBody(
            problem.isEmpty(),
            problem.map(refusal -> refusal.problem().code()).orElse(null),
            problem.map(ProblemException::getMessage).orElse(null)));
  }
}
