package io.firmament.graphql;

import graphql.ErrorClassification;
import graphql.GraphQLError;
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
    GraphQLError.Builder<?> error = GraphQLError.newError();
    error.path(failure.getPath());
    error.location(failure.getSourceLocation());
    if (cause instanceof ProblemException refusal) {
      describe(error, refusal);
    } else {
      LOG.error("resolver_failed", cause, "request", scope.requestId(), "path", failure.getPath());
      error.message("internal error");
      error.extensions(Map.of("code", "internal", "requestId", scope.requestId()));
    }
    return CompletableFuture.completedFuture(
        DataFetcherExceptionHandlerResult.newResult(error.build()).build());
  }

  /// A refusal of the request as a whole.
  static GraphQLError error(ProblemException refusal) {
    GraphQLError.Builder<?> error = GraphQLError.newError();
    describe(error, refusal);
    return error.build();
  }

  private static void describe(GraphQLError.Builder<?> error, ProblemException refusal) {
    Map<String, Object> extensions = new LinkedHashMap<>();
    extensions.put("code", refusal.problem().code());
    extensions.putAll(refusal.facts());
    error.message("%s", refusal.getMessage());
    error.errorType(ErrorClassification.errorClassification("Refused"));
    error.extensions(extensions);
  }
}
