package io.firmament.rest.identity;

import io.firmament.base.BaseProblem;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.JsonBody;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.identity.ApiTokens;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;

/// `POST /api/api-tokens`: the only answer that ever carries the secret.
public final class CreateApiToken implements Operation {
  private static final int MAX_NAME = 100;

  private final ApiTokens tokens;

  public CreateApiToken(ApiTokens tokens) {
    this.tokens = tokens;
  }

  @Override
  public HttpResponse handle(Request request) {
    Bodies.NewApiToken asked = Answers.read(request, Bodies.NewApiToken.class);
    ApiTokens.CreatedToken created =
        tokens.create(
            request.authenticated(),
            new ApiTokens.NewToken(
                JsonBody.required("name", asked.name(), MAX_NAME),
                Optional.ofNullable(asked.permissions()).map(Set::copyOf),
                Optional.ofNullable(asked.expiresAt()).map(CreateApiToken::instant)));
    return Answers.json(
        201, Bodies.ApiTokenBody.class, Answers.body(created.token(), created.text().reveal()));
  }

  private static Instant instant(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      throw BaseProblem.INVALID_FIELD.with(
          "field", "expires_at", "detail", "must be a time such as 2030-01-31T12:00:00Z");
    }
  }
}
