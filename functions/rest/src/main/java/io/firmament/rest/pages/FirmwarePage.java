package io.firmament.rest.pages;

import io.firmament.base.FirmwareId;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Request;

/// A page that tells how to get what a link is about. It needs no credential, so it knows nothing
/// of a firmware but the id in its own address, and says the same whether that firmware exists.
final class FirmwarePage {
  private FirmwarePage() {}

  static HttpResponse of(String title, Request request, String query) {
    String page =
        """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>%s - Firmament</title></head>
        <body>
        <h1>%s</h1>
        <p>Ask the API for it, with a token in $TOKEN:</p>
        <pre>curl %s/api/graphql -H "Authorization: Bearer $TOKEN" \\
          -H "Content-Type: application/json" -d '{"query": "%s"}'</pre>
        </body>
        </html>
        """
            .formatted(title, title, escape(request.baseUrl()), escape(query));
    return HttpResponse.text(200, "text/html; charset=utf-8", page)
        .withHeader("content-security-policy", "default-src 'none'");
  }

  /// A parameter of the link where it is an id; a placeholder for anything else.
  static String id(Request request, String parameter) {
    return request
        .queryParameter(parameter)
        .flatMap(FirmwareId::parse)
        .map(FirmwareId::toString)
        .orElse("FIRMWARE_ID");
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
