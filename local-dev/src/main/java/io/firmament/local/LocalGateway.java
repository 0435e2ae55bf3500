package io.firmament.local;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.firmament.base.Ids;
import io.firmament.base.Log;
import io.firmament.edge.HttpResponse;
import io.firmament.schema.Contract;
import io.firmament.schema.Route;
import io.firmament.schema.RouteMatcher;
import io.firmament.transfer.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
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

  /// What API Gateway takes at most; a longer body is refused before it is read.
  private static final int MAX_BODY = 10 * 1024 * 1024;

  private final RouteMatcher routes = new RouteMatcher(Contract.routes());
  private final JsonType<Object> json = Jsonb.instance().type(Object.class);
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
      return transfer.handle(request, response, callback);
    }
    try {
      exchange.send(match.isPresent() ? answer(exchange, match.get()) : noRoute());
      callback.succeeded();
    } catch (IOException e) {
      callback.failed(e);
    }
    return true;
  }

  private HttpResponse answer(HttpExchange exchange, RouteMatcher.Match match) throws IOException {
    byte[] body = exchange.body().readNBytes(MAX_BODY + 1);
    if (body.length > MAX_BODY) {
      return HttpResponse.json(413, "{\"message\":\"Request Entity Too Large\"}");
    }
    byte[] event = event(exchange, match, body).toJson();
    try {
      return decode(functions.invoke(match.route().operationId(), event));
    } catch (RuntimeException e) {
      LOG.error("function_failed", e, "operation", match.route().operationId());
      return HttpResponse.json(500, "{\"message\":\"Internal Server Error\"}");
    }
  }

  /// What API Gateway itself says of a path without a route.
  private static HttpResponse noRoute() {
    return HttpResponse.json(404, "{\"message\":\"Not Found\"}");
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

  private HttpResponse decode(byte[] answer) {
    Map<String, Object> fields = ApiClient.asObject(json.fromJson(answer));
    Map<String, String> headers = new LinkedHashMap<>();
    if (fields.get("headers") instanceof Map<?, ?> map) {
      map.forEach(
          (name, value) ->
              headers.put(
                  String.valueOf(name).toLowerCase(java.util.Locale.ROOT), String.valueOf(value)));
    }
    List<String> cookies = new ArrayList<>();
    if (fields.get("cookies") instanceof List<?> list) {
      list.forEach(value -> cookies.add(String.valueOf(value)));
    }
    String body = ApiClient.text(fields, "body");
    byte[] bytes =
        Boolean.TRUE.equals(fields.get("isBase64Encoded"))
            ? Base64.getDecoder().decode(body)
            : body.getBytes(StandardCharsets.UTF_8);
    int status = ((Number) fields.getOrDefault("statusCode", 200)).intValue();
    return new HttpResponse(status, headers, cookies, new HttpResponse.Body.Bytes(bytes));
  }
}
