package io.firmament.graphql;

import graphql.ErrorClassification;
import graphql.GraphQLError;
import graphql.GraphqlErrorBuilder;
import graphql.execution.DataFetcherExceptionHandler;
import graphql.execution.DataFetcherExceptionHandlerParameters;
import graphql.execution.DataFetcherExceptionHandlerResult;
import io.firmament.base.Log;
import io.firmament.base.ProblemException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// Turns what a field throws into a GraphQL error: a refusal says its sentence and code, a bug is
/// logged and answered without detail.
final class Refusals implements DataFetcherExceptionHandler {
  private static final Log LOG = Log.of(Refusals.class);

  @Override
  public CompletableFuture<DataFetcherExceptionHandlerResult> handleException(
      DataFetcherExceptionHandlerParameters failure) {
    Throwable cause = failure.getException();
    if (cause instanceof CompletionException wrapper && wrapper.getCause() != null) {
      cause = wrapper.getCause();
    }
    Scope scope = Scope.of(failure.getDataFetchingEnvironment());
    GraphqlErrorBuilder<?> error =
        GraphQLError.newError().path(failure.getPath()).location(failure.getSourceLocation());
    if (cause instanceof ProblemException refusal) {
      describe(error, refusal);
    } else {
      LOG.error(
          "resolver_failed", cause, "request", scope.requestId(), "path", failure.getPath());
      error
          .message("internal error")
          .extensions(Map.of("code", "internal", "requestId", scope.requestId()));
    }
    return CompletableFuture.completedFuture(
        DataFetcherExceptionHandlerResult.newResult((GraphQLError) error.build()).build());
  }

  /// A refusal of the request as a whole.
  static GraphQLError error(ProblemException refusal) {
    GraphqlErrorBuilder<?> error = GraphQLError.newError();
    describe(error, refusal);
    return (GraphQLError) error.build();
  }

  private static void describe(GraphqlErrorBuilder<?> error, ProblemException refusal) {
    Map<String, Object> extensions = new LinkedHashMap<>();
    extensions.put("code", refusal.problem().code());
    extensions.putAll(refusal.facts());
    error
        .message("%s", refusal.getMessage())
        .errorType(ErrorClassification.errorClassification("Refused"))
        .extensions(extensions);
  }
}
