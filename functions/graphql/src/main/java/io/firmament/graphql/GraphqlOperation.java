package io.firmament.graphql;

import graphql.ErrorType;
import graphql.ExecutionInput;
import graphql.ExecutionResult;
import graphql.GraphQL;
import graphql.GraphQLError;
import graphql.parser.ParserOptions;
import graphql.schema.GraphQLSchema;
import io.firmament.base.BaseProblem;
import io.firmament.base.Ids;
import io.firmament.base.ProblemException;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.identity.ApiTokens;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.ProductGroupAccess;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// `POST /api/graphql`, operation `graphql`.
///
/// A request that is not one at all is refused as by every other operation. A query that cannot be
/// run is answered with 200 and `errors`, which is what clients of `application/json` expect; a
/// client that accepts `application/graphql-response+json` gets status 400 as well, as section 6.4
/// of GraphQL over HTTP says. The key `errors` is absent where there are none.
public final class GraphqlOperation implements Operation {
  private static final String JSON = "application/json";
  private static final String GRAPHQL_JSON = "application/graphql-response+json";

  private final IdentityStore identity;
  private final FirmwareStore store;
  private final ObjectStore documents;
  private final GraphqlLimits limits;
  private final ParserOptions parserOptions;
  private final GraphQL engine;

  /// @param uploads where images are put
  /// @param documents where analyses put what they found
  /// @param transferUrl scheme, host and port that take uploads; empty where the API's own do
  public GraphqlOperation(
      IdentityStore identity,
      ApiTokens tokens,
      FirmwareStore store,
      ObjectStore uploads,
      ObjectStore documents,
      Optional<String> transferUrl,
      GraphqlLimits limits,
      Ids ids,
      Clock clock) {
    this.identity = identity;
    this.store = store;
    this.documents = documents;
    this.limits = limits;
    this.parserOptions =
        ParserOptions.newParserOptions()
            .captureIgnoredChars(false)
            .captureLineComments(false)
            .readerTrackData(false)
            .maxCharacters(limits.queryCharacters())
            .maxTokens(limits.queryTokens())
            .maxWhitespaceTokens(limits.queryCharacters())
            .maxRuleDepth(limits.depth() * 10)
            .redactTokenParserErrorMessages(true)
            .build();
    GraphQLSchema schema = GraphqlSchema.build(tokens, store, uploads, transferUrl, ids, clock);
    this.engine =
        GraphQL.newGraphQL(schema)
            .defaultDataFetcherExceptionHandler(new Refusals())
            .preparsedDocumentProvider(new QueryCache(schema, limits))
            .doNotAutomaticallyDispatchDataLoader()
            .build();
  }

  /// Executes a query that needs no store, so that the classes a first request needs are loaded
  /// and initialised before there is one.
  public void warmUp() {
    Caller nobody =
        new Caller(
            new TenantId(new UUID(0, 0)),
            new UserId(new UUID(0, 0)),
            "",
            Caller.Credential.TENANT_TOKEN,
            Set.of(),
            new ProductGroupAccess(Set.of(), Map.of()));
    byte[] body =
        """
        {"query": "query($id: ID!) { firmware(id: $id) { id ...f } user { id } \
        __type(name: \\"Firmware\\") { name } } fragment f on Firmware { name }", \
        "variables": {"id": "none"}}\
        """
            .getBytes(StandardCharsets.UTF_8);
    ExecutionResult result = execute(GraphqlRequest.parse(body), scope(nobody, "", "warm-up"));
    if (!result.getErrors().isEmpty()) {
      throw new IllegalStateException("cannot answer a query: " + result.getErrors());
    }
    GraphqlAnswer.encode(specification(result));
  }

  @Override
  public HttpResponse handle(Request request) {
    Caller caller = request.authenticated();
    requireJson(request);
    GraphqlRequest query = GraphqlRequest.parse(request.body());
    Scope scope = scope(caller, request.baseUrl(), request.requestId());
    return answer(request, execute(query, scope), scope);
  }

  private Scope scope(Caller caller, String baseUrl, String requestId) {
    Reads reads = new Reads(caller.tenant(), identity, store, documents);
    return new Scope(caller, baseUrl, requestId, reads, limits);
  }

  private ExecutionResult execute(GraphqlRequest request, Scope scope) {
    Map<Object, Object> context = Map.of(Scope.class, scope, ParserOptions.class, parserOptions);
    ExecutionInput input =
        ExecutionInput.newExecutionInput(request.query())
            .operationName(request.operationName().orElse(null))
            .variables(request.variables())
            .locale(Locale.ENGLISH)
            .graphQLContext(context)
            .root(scope)
            .build();
    scope.belongsTo(input);
    return engine.execute(input);
  }

  private HttpResponse answer(Request request, ExecutionResult result, Scope scope) {
    boolean explicit = request.header("accept").orElse("").contains(GRAPHQL_JSON);
    if (scope.overspent()) {
      return refused(
          explicit,
          GraphqlProblem.RESULT_TOO_LARGE.with("limit", limits.nodes(), "what", "objects"));
    }
    byte[] body = GraphqlAnswer.encode(specification(result));
    if (body.length > limits.answerBytes()) {
      return refused(
          explicit,
          GraphqlProblem.RESULT_TOO_LARGE.with("limit", limits.answerBytes(), "what", "bytes"));
    }
    int status = explicit && !result.isDataPresent() ? 400 : 200;
    return response(explicit, status, body);
  }

  private static HttpResponse refused(boolean explicit, ProblemException refusal) {
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("errors", List.of(Refusals.error(refusal).toSpecification()));
    answer.put("data", null);
    return response(explicit, 200, GraphqlAnswer.encode(answer));
  }

  private static HttpResponse response(boolean explicit, int status, byte[] body) {
    return new HttpResponse(
        status,
        Map.of("content-type", explicit ? GRAPHQL_JSON : JSON, "cache-control", "no-store"),
        List.of(),
        new HttpResponse.Body.Bytes(body));
  }

  private static Map<String, @Nullable Object> specification(ExecutionResult result) {
    Map<String, @Nullable Object> answer = new LinkedHashMap<>(result.toSpecification());
    if (!result.getErrors().isEmpty()) {
      answer.put("errors", result.getErrors().stream().map(GraphqlOperation::coded).toList());
    }
    return answer;
  }

  /// The error with the catalogue's code also where the engine itself refuses the query.
  private static Map<String, @Nullable Object> coded(GraphQLError error) {
    Map<String, @Nullable Object> told = new LinkedHashMap<>(error.toSpecification());
    boolean refused =
        error.getErrorType() == ErrorType.InvalidSyntax
            || error.getErrorType() == ErrorType.ValidationError
            || error.getErrorType() == ErrorType.OperationNotSupported;
    if (refused) {
      Map<Object, @Nullable Object> extensions = new LinkedHashMap<>();
      if (told.get("extensions") instanceof Map<?, ?> given) {
        extensions.putAll(given);
      }
      extensions.putIfAbsent("code", GraphqlProblem.QUERY_INVALID.code());
      told.put("extensions", extensions);
    }
    return told;
  }

  private static void requireJson(Request request) {
    String type = request.header("content-type").orElse("");
    String media = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    if (!media.equals(JSON)) {
      throw BaseProblem.UNSUPPORTED_MEDIA_TYPE.with(
          "expected", JSON, "actual", media.isEmpty() ? "nothing" : media);
    }
  }
}
