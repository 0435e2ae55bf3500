package io.firmament.edge;

import io.avaje.json.JsonException;
import io.firmament.base.BaseProblem;
import io.firmament.base.ProblemException;
import io.firmament.platform.identity.Caller;
import io.firmament.schema.Route;
import io.firmament.schema.RouteMatcher;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Runs one operation for an event of API Gateway: decode, authenticate, authorise, handle, encode.
/// The entry classes of the function families stand on it, in AWS as on a laptop.
public final class HttpFunction {

  private final Authenticator authenticator;
  private final OperationCatalogue operations;
  private final Optional<String> publicUrl;

  public HttpFunction(
      Authenticator authenticator, OperationCatalogue operations, Optional<String> publicUrl) {
    this.authenticator = authenticator;
    this.operations = operations;
    this.publicUrl = publicUrl;
  }

  /// Does the work of a first request while the function starts, where a processor is free and a
  /// snapshot can be taken: the operation is built, and where it needs a caller a request with a
  /// token that cannot exist is refused, which reads the identity table once.
  public void prime(Route route) {
    if (operations.find(route.operationId()).isEmpty()) {
      throw new IllegalStateException("no operation " + route.operationId());
    }
    if (route.auth() != Route.Auth.NONE) {
      handle(route, primer(route));
    }
  }

  private static byte[] primer(Route route) {
    return """
    {"version":"2.0","rawPath":"%s","rawQueryString":"",
     "headers":{"authorization":"Bearer %s/none"},
     "requestContext":{"requestId":"primer","http":{"method":"%s","path":"%s"}},
     "isBase64Encoded":false}\
    """
        .formatted(route.pathTemplate(), new UUID(0, 0), route.method(), route.pathTemplate())
        .getBytes(StandardCharsets.UTF_8);
  }

  /// Answers an event for a route. Only an unreadable event, which no gateway sends, throws.
  public void handle(Route route, InputStream in, OutputStream out) throws IOException {
    ApiGatewayEvent event = ApiGatewayEvent.read(in);
    out.write(encoded(answer(route, event), event.requestId()));
  }

  /// The same for an event in memory.
  public byte[] handle(Route route, byte[] event) {
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    try {
      handle(route, new ByteArrayInputStream(event), out);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private HttpResponse answer(Route route, ApiGatewayEvent event) {
    try {
      Operation operation =
          operations
              .find(route.operationId())
              .orElseThrow(() -> new IllegalStateException("no operation " + route.operationId()));
      BodyKind kind = operation.body();
      byte[] body = event.body(kind.limit());
      Optional<Caller> caller = authenticator.authenticate(route, event.headers());
      if (body.length > 0) {
        kind.require(event.headers().getOrDefault("content-type", "nothing"));
        if (kind.equals(BodyKind.JSON)) {
          JsonBody.requireNothingAfter(body);
        }
      }
      return operation.handle(request(route, event, body, caller));
    } catch (ProblemException refusal) {
      return Refusals.of(refusal, event.requestId());
    } catch (RuntimeException bug) {
      return Refusals.ofBug(bug, event.requestId());
    }
  }

  private Request request(
      Route route, ApiGatewayEvent event, byte[] body, Optional<Caller> caller) {
    Map<String, String> parameters =
        RouteMatcher.parameters(route.pathTemplate(), event.path())
            .orElseThrow(
                () ->
                    BaseProblem.NO_SUCH_ROUTE.with("method", event.method(), "path", event.path()));
    return new Request(
        event.method(),
        event.path(),
        parameters,
        event.query(),
        event.headers(),
        body,
        caller,
        BaseUrl.of(event.headers(), publicUrl),
        event.requestId());
  }

  private static byte[] encoded(HttpResponse response, String requestId) throws IOException {
    try {
      return ApiGatewayAnswer.encode(dressed(response, requestId));
    } catch (ProblemException refusal) {
      return ApiGatewayAnswer.encode(dressed(Refusals.of(refusal, requestId), requestId));
    } catch (JsonException | IOException broken) {
      IllegalStateException bug = new IllegalStateException("the answer broke off", broken);
      return ApiGatewayAnswer.encode(dressed(Refusals.ofBug(bug, requestId), requestId));
    } catch (RuntimeException bug) {
      return ApiGatewayAnswer.encode(dressed(Refusals.ofBug(bug, requestId), requestId));
    }
  }

  /// What every answer carries unless the operation says otherwise.
  private static HttpResponse dressed(HttpResponse response, String requestId) {
    HttpResponse dressed = response.withHeader("x-request-id", requestId);
    dressed = dressed.withHeader("x-content-type-options", "nosniff");
    return dressed.headers().containsKey("cache-control")
        ? dressed
        : dressed.withHeader("cache-control", "no-store");
  }
}
