package io.firmament.graphql;

import graphql.ExecutionInput;
import graphql.GraphQLError;
import graphql.ParseAndValidate;
import graphql.ParseAndValidateResult;
import graphql.execution.preparsed.PreparsedDocumentEntry;
import graphql.execution.preparsed.PreparsedDocumentProvider;
import graphql.language.Document;
import graphql.schema.GraphQLSchema;
import graphql.validation.ValidationError;
import io.firmament.base.ProblemException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/// Parses, measures and validates queries, and remembers the good ones: clients send the same few
/// texts again and again. What it remembers is bounded in number and, by the limits, in size.
final class QueryCache implements PreparsedDocumentProvider {
  private static final int ENTRIES = 64;
  private static final int LONGEST_REMEMBERED = 16_000;

  /// Validation errors that are told; a hostile query may have as many as it has fields.
  private static final int TOLD_ERRORS = 10;

  private final GraphQLSchema schema;
  private final GraphqlLimits limits;
  private final Map<String, PreparsedDocumentEntry> remembered =
      new LinkedHashMap<>(ENTRIES, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, PreparsedDocumentEntry> eldest) {
          return size() > ENTRIES;
        }
      };

  QueryCache(GraphQLSchema schema, GraphqlLimits limits) {
    this.schema = schema;
    this.limits = limits;
  }

  @Override
  public CompletableFuture<PreparsedDocumentEntry> getDocumentAsync(
      ExecutionInput input, Function<ExecutionInput, PreparsedDocumentEntry> ignored) {
    return CompletableFuture.completedFuture(prepare(input));
  }

  private PreparsedDocumentEntry prepare(ExecutionInput input) {
    String query = input.getQuery();
    synchronized (remembered) {
      PreparsedDocumentEntry known = remembered.get(query);
      if (known != null) {
        return known;
      }
    }
    PreparsedDocumentEntry entry = parse(input);
    if (!entry.hasErrors() && query.length() <= LONGEST_REMEMBERED) {
      synchronized (remembered) {
        remembered.put(query, entry);
      }
    }
    return entry;
  }

  private PreparsedDocumentEntry parse(ExecutionInput input) {
    ParseAndValidateResult parsed = ParseAndValidate.parse(input);
    Document document = parsed.getDocument();
    if (document == null || parsed.isFailure()) {
      return new PreparsedDocumentEntry(parsed.getErrors());
    }
    try {
      QueryGuard.check(document, limits);
    } catch (ProblemException refusal) {
      return new PreparsedDocumentEntry(Refusals.error(refusal));
    }
    List<ValidationError> errors = ParseAndValidate.validate(schema, document, Locale.ENGLISH);
    if (errors.isEmpty()) {
      return new PreparsedDocumentEntry(document);
    }
    List<? extends GraphQLError> told = errors.subList(0, Math.min(TOLD_ERRORS, errors.size()));
    return new PreparsedDocumentEntry(told);
  }
}
