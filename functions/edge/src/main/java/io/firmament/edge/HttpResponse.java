package io.firmament.edge;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// An answer. The body is written when the transport asks for it, so that a service can stream what
/// a function must hold in memory.
///
/// @param headers by lower-case name
/// @param cookies values of `Set-Cookie`
public record HttpResponse(
    int status, Map<String, String> headers, List<String> cookies, Body body) {
  /// What writes itself to a transport.
  public sealed interface Body {
    /// Bytes in memory.
    record Bytes(byte[] content) implements Body {}

    /// Content of any size.
    ///
    /// @param length in bytes, or -1 where it is not known before
    record Stream(long length, Writer writer) implements Body {}
  }

  /// Writes a body once.
  public interface Writer {
    void writeTo(OutputStream out) throws IOException;
  }

  public HttpResponse {
    headers = Map.copyOf(headers);
    cookies = List.copyOf(cookies);
  }

  public static HttpResponse json(int status, String json) {
    return new HttpResponse(
        status,
        Map.of("content-type", "application/json"),
        List.of(),
        new Body.Bytes(json.getBytes(StandardCharsets.UTF_8)));
  }

  public static HttpResponse text(int status, String contentType, String text) {
    return new HttpResponse(
        status,
        Map.of("content-type", contentType),
        List.of(),
        new Body.Bytes(text.getBytes(StandardCharsets.UTF_8)));
  }

  public static HttpResponse noContent() {
    return new HttpResponse(204, Map.of(), List.of(), new Body.Bytes(new byte[0]));
  }

  public static HttpResponse stream(String contentType, long length, Writer writer) {
    return new HttpResponse(
        200, Map.of("content-type", contentType), List.of(), new Body.Stream(length, writer));
  }

  public HttpResponse withHeader(String lowerCaseName, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(lowerCaseName, value);
    return new HttpResponse(status, more, cookies, body);
  }

  public HttpResponse withCookie(String setCookie) {
    return new HttpResponse(
        status,
        headers,
        java.util.stream.Stream.concat(cookies.stream(), java.util.stream.Stream.of(setCookie))
            .toList(),
        body);
  }
}
