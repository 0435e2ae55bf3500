package io.firmament.local;

import io.firmament.base.BaseProblem;
import io.firmament.base.Ids;
import io.firmament.base.Log;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Refusals;
import io.firmament.engines.GrantGuard;
import io.firmament.schema.Contract;
import io.firmament.schema.Route;
import io.firmament.schema.RouteMatcher;
import io.firmament.transfer.HttpExchange;
import java.io.IOException;
import java.time.Clock;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/// What API Gateway and the content delivery network do in the cloud: finds the route in the
/// contract, hands the streaming paths to the transfer service, and turns every other request into
/// the event that its function gets there.
final class LocalGateway extends Handler.Abstract {
  private static final Log LOG = Log.of(LocalGateway.class);

  /// What API Gateway takes at most.
  private static final int MAX_BODY = 10 * 1024 * 1024;

  private final RouteMatcher routes = new RouteMatcher(Contract.routes());
  private final Functions functions;
  private final Handler transfer;
  private final Ids ids;
  private final Clock clock;

  /// The functions by operation.
  interface Functions {
    /// Runs the function of an operation with an event, and returns what it answers.
    byte[] invoke(String operationId, byte[] event) throws IOException;
  }

  LocalGateway(Functions functions, Handler transfer, Ids ids, Clock clock) {
    this.functions = functions;
    this.transfer = transfer;
    this.ids = ids;
    this.clock = clock;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    HttpExchange exchange = new HttpExchange(request, response);
    Optional<RouteMatcher.Match> match = routes.match(exchange.method(), exchange.path());
    if (match.isPresent() && match.get().route().placement() != Route.Placement.LAMBDA) {
      return GrantGuard.as(
          GrantGuard.Role.ofTransfer(), () -> transfer.handle(request, response, callback));
    }
    try {
      exchange.send(match.isPresent() ? answer(exchange, match.get()) : noRoute(exchange));
      exchange.drain();
      callback.succeeded();
    } catch (IOException e) {
      callback.failed(e);
    }
    return true;
  }

  /// A body that is too long is refused by what its header says, before it is read; one that does
  /// not say, as soon as it is.
  private HttpResponse answer(HttpExchange exchange, RouteMatcher.Match match) throws IOException {
    if (exchange.announcedLength() > MAX_BODY) {
      return tooLarge();
    }
    byte[] body = exchange.body().readNBytes(MAX_BODY + 1);
    if (body.length > MAX_BODY) {
      return tooLarge();
    }
    byte[] event = event(exchange, match, body).toJson();
    try {
      return ApiGatewayAnswer.read(functions.invoke(match.route().operationId(), event));
    } catch (IOException | RuntimeException e) {
      LOG.error("function_failed", e, "operation", match.route().operationId());
      return HttpResponse.json(500, "{\"message\":\"Internal Server Error\"}");
    }
  }

  /// API Gateway says less of what it refuses itself; here it is in the words of the catalogue.
  private HttpResponse noRoute(HttpExchange exchange) {
    return Refusals.noSuchRoute(exchange.method(), exchange.path(), ids.next().toString());
  }

  private HttpResponse tooLarge() {
    return Refusals.of(BaseProblem.BODY_TOO_LARGE.with("limit", MAX_BODY), ids.next().toString());
  }

  private ApiGatewayEvent event(HttpExchange exchange, RouteMatcher.Match match, byte[] body) {
    Map<String, String> headers = new LinkedHashMap<>(exchange.headers());
    headers.put("x-forwarded-proto", "http");
    String cookie = headers.remove("cookie");
    Map<String, String> query = new LinkedHashMap<>();
    exchange.query().forEach((name, values) -> query.put(name, String.join(",", values)));
    return new ApiGatewayEvent(
        match.route().method() + " " + match.route().pathTemplate(),
        exchange.method(),
        exchange.path(),
        exchange.rawQuery(),
        headers,
        cookie == null ? List.of() : Arrays.stream(cookie.split(";")).map(String::strip).toList(),
        match.parameters(),
        query,
        body,
        exchange.sourceIp(),
        ids.next().toString(),
        clock.instant());
  }
}
