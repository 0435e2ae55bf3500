package io.firmament.transfer;

import io.firmament.edge.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;

/// What a request says, in the terms of the edge, and how an answer is sent.
public final class HttpExchange {
  /// A client that is refused in the middle of its body may send so much more and still read why.
  private static final long DRAINED_BYTES = 64L << 20;

  private static final Duration DRAINED_TIME = Duration.ofSeconds(10);
  private static final Duration DRAINED_PAUSE = Duration.ofSeconds(2);
  private static final int BUFFER = 64 * 1024;

  private final Request request;
  private final Response response;

  public HttpExchange(Request request, Response response) {
    this.request = request;
    this.response = response;
  }

  public String method() {
    return request.getMethod().toUpperCase(Locale.ROOT);
  }

  /// As received, without the query, not decoded.
  public String path() {
    return request.getHttpURI().getPath();
  }

  /// As received; empty where there is none.
  public String rawQuery() {
    String query = request.getHttpURI().getQuery();
    return query == null ? "" : query;
  }

  /// By name, decoded, in order.
  public Map<String, List<String>> query() {
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    for (String pair : rawQuery().split("&", -1)) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        parameters.computeIfAbsent(decode(name), _ -> new ArrayList<>()).add(decode(value));
      }
    }
    return parameters;
  }

  /// A broken escape is taken as it stands.
  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }

  /// By lower-case name; repeated headers joined with a comma, cookies with a semicolon.
  public Map<String, String> headers() {
    Map<String, String> headers = new LinkedHashMap<>();
    for (HttpField field : request.getHeaders()) {
      String separator = field.getLowerCaseName().equals("cookie") ? "; " : ",";
      headers.merge(
          field.getLowerCaseName(),
          field.getValue() == null ? "" : field.getValue(),
          (before, more) -> before + separator + more);
    }
    return headers;
  }

  public String sourceIp() {
    return Request.getRemoteAddr(request);
  }

  /// Scheme, host and port under which the caller reached us.
  public String baseUrl() {
    return request.getHttpURI().getScheme() + "://" + request.getHttpURI().getAuthority();
  }

  /// The body, read from the network as it is asked for. A client that waits for `100 Continue`
  /// gets it with the first read, so one that is refused before has sent nothing.
  public InputStream body() {
    return Content.Source.asInputStream(request);
  }

  /// What the request says of its body's length; -1 where it does not say.
  public long announcedLength() {
    return request.getLength();
  }

  /// Reads the rest of the body after the answer is sent. A connection that is closed with bytes of
  /// the client unread is reset, and the answer may be lost on the way. Bounded in bytes and time;
  /// a client that waits for `100 Continue` sends nothing more, so nothing is read of it.
  public void drain() {
    if (request.getHeaders().contains(HttpHeader.EXPECT, "100-continue")) {
      return;
    }
    EndPoint client = request.getConnectionMetaData().getConnection().getEndPoint();
    long usual = client.getIdleTimeout();
    client.setIdleTimeout(DRAINED_PAUSE.toMillis());
    long end = System.nanoTime() + DRAINED_TIME.toNanos();
    byte[] buffer = new byte[BUFFER];
    try {
      InputStream rest = body();
      long drained = 0;
      int read = 0;
      while (read >= 0 && drained < DRAINED_BYTES && System.nanoTime() - end < 0) {
        drained += read;
        read = rest.read(buffer);
      }
    } catch (IOException e) {
      // The client has gone, or pauses: the connection is closed either way.
    } finally {
      client.setIdleTimeout(usual);
    }
  }

  /// Sends the answer, of any size in constant memory.
  public void send(HttpResponse answer) throws IOException {
    response.setStatus(answer.status());
    HttpFields.Mutable headers = response.getHeaders();
    answer.headers().forEach(headers::put);
    answer.cookies().forEach(cookie -> headers.add("set-cookie", cookie));
    switch (answer.body()) {
      case HttpResponse.Body.Bytes bytes -> {
        if (answer.status() != 204) {
          headers.put("content-length", bytes.content().length);
        }
        try (OutputStream out = Content.Sink.asOutputStream(response)) {
          out.write(bytes.content());
        }
      }
      case HttpResponse.Body.Stream stream -> {
        if (stream.length() >= 0) {
          headers.put("content-length", stream.length());
        }
        try (OutputStream out = Content.Sink.asOutputStream(response)) {
          stream.writer().writeTo(out);
        }
      }
    }
  }
}
