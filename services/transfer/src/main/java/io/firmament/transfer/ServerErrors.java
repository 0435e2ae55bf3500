package io.firmament.transfer;

import io.firmament.base.BaseProblem;
import io.firmament.base.Ids;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Refusals;
import java.io.IOException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/// What the server itself refuses, a broken escape in a path for example, in the form of every
/// other refusal.
final class ServerErrors extends ErrorHandler {
  private final Ids ids;

  ServerErrors(Ids ids) {
    this.ids = ids;
  }

  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int status,
      @Nullable String message,
      @Nullable Throwable cause,
      Callback callback)
      throws IOException {
    String requestId = ids.next().toString();
    HttpResponse answer = answer(status, message == null ? "" : message, cause, requestId);
    new HttpExchange(request, response)
        .send(
            new HttpResponse(status, answer.headers(), answer.cookies(), answer.body())
                .withHeader("x-request-id", requestId));
    callback.succeeded();
  }

  private static HttpResponse answer(
      int status, String message, @Nullable Throwable cause, String requestId) {
    if (status >= HttpStatus.INTERNAL_SERVER_ERROR_500) {
      return Refusals.ofBug(new IllegalStateException(message, cause), requestId);
    }
    String detail = message.isEmpty() ? HttpStatus.getMessage(status) : message;
    return Refusals.of(BaseProblem.MALFORMED_REQUEST.with("detail", detail), requestId);
  }
}
