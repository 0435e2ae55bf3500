package io.firmament.engines;

import org.gaul.shaded.org.eclipse.jetty.io.Content;
import org.gaul.shaded.org.eclipse.jetty.server.Handler;
import org.gaul.shaded.org.eclipse.jetty.server.Request;
import org.gaul.shaded.org.eclipse.jetty.server.Response;
import org.gaul.shaded.org.eclipse.jetty.server.Server;
import org.gaul.shaded.org.eclipse.jetty.util.Callback;

/// Reads what is left of a request that was answered before it was read, as S3 does. Jetty would
/// close the connection without a word: under a client that still sends, or one that has kept it
/// for its next request.
final class WholeRequests extends Handler.Wrapper {
  private WholeRequests() {}

  static void of(Server server) {
    server.insertHandler(new WholeRequests());
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    return super.handle(
        request,
        response,
        Callback.from(() -> Content.Source.consumeAll(request, callback), callback::failed));
  }
}
