package io.firmament.rest.fleet;

import io.firmament.base.BaseProblem;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.fleet.EnrollToken;
import io.firmament.platform.fleet.EnrollTokens;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.fleet.HardwareId;
import io.firmament.platform.fleet.Tags;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// `POST /api/v1/enroll-tokens`: a new enrolment token, its secret shown this once.
public final class CreateEnrollToken implements Operation {
  private static final long DAY = Duration.ofDays(1).toSeconds();

  private final EnrollTokens tokens;
  private final Clock clock;

  public CreateEnrollToken(EnrollTokens tokens, Clock clock) {
    this.tokens = tokens;
    this.clock = clock;
  }

  @Override
  public HttpResponse handle(Request request) {
    NewEnrollToken body = FleetRequests.read(request, NewEnrollToken.class);
    EnrollTokens.Created created = tokens.create(request.authenticated(), wish(body));
    return FleetRequests.json(
        201,
        EnrollTokenBody.class,
        EnrollTokenBody.withSecret(created.token(), clock.instant(), created.secret()));
  }

  private static EnrollTokens.Wish wish(NewEnrollToken body) {
    long seconds = Objects.requireNonNullElse(body.expiresInSeconds(), DAY);
    if (seconds < 1 || seconds > EnrollTokens.MAX_LIFETIME.toSeconds()) {
      throw BaseProblem.INVALID_FIELD.with(
          "field",
          "expires_in_seconds",
          "detail",
          "must be 1 to " + EnrollTokens.MAX_LIFETIME.toSeconds());
    }
    String fleet = body.fleet();
    EnrollToken.Binding binding =
        new EnrollToken.Binding(
            fleet == null ? FleetName.DEFAULT : new FleetName(fleet),
            Tags.of(Objects.requireNonNullElse(body.tags(), Map.of())),
            Optional.ofNullable(body.hardwareId()).map(HardwareId::new));
    return new EnrollTokens.Wish(
        Objects.requireNonNullElse(body.name(), ""),
        binding,
        Objects.requireNonNullElse(body.maxUses(), 1),
        Duration.ofSeconds(seconds));
  }
}
