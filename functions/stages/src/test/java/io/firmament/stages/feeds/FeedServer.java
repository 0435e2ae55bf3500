package io.firmament.stages.feeds;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.firmament.base.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/// A server of feeds with entity tags and ranges. What it has under `/name` may change, be gone, or
/// break off.
final class FeedServer implements AutoCloseable {
  private final HttpServer server;
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final Map<String, Integer> cuts = new ConcurrentHashMap<>();
  private final Map<String, Runnable> hooks = new ConcurrentHashMap<>();
  private final List<String> sent = new ArrayList<>();

  private FeedServer(HttpServer server) {
    this.server = server;
  }

  static FeedServer start() {
    try {
      HttpServer http =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      FeedServer started = new FeedServer(http);
      http.createContext(
          "/",
          exchange -> {
            try (exchange) {
              started.answer(exchange);
            }
          });
      http.start();
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  FeedSource source(String name) {
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/" + name);
    return new FeedSource(name, url, Optional.empty());
  }

  void put(String name, String text) {
    put(name, text.getBytes(StandardCharsets.UTF_8));
  }

  void put(String name, byte[] content) {
    files.put(name, content);
  }

  void remove(String name) {
    files.remove(name);
  }

  /// Sends of a file so many bytes at a time, and then nothing more.
  void cut(String name, int bytes) {
    cuts.put(name, bytes);
  }

  /// Does something whenever a file is asked for.
  void whenAskedFor(String name, Runnable work) {
    hooks.put(name, work);
  }

  /// What was sent with content: the name, with `+` and the place where not from the beginning.
  List<String> sent() {
    synchronized (sent) {
      List<String> all = List.copyOf(sent);
      sent.clear();
      return all;
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    String name = exchange.getRequestURI().getPath().substring(1);
    hooks.getOrDefault(name, () -> {}).run();
    byte[] content = files.get(name);
    if (content == null) {
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    String tag = "\"" + Sha256.of(content).hex() + "\"";
    exchange.getResponseHeaders().add("ETag", tag);
    if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
      exchange.sendResponseHeaders(304, -1);
      return;
    }
    int from = 0;
    String range = exchange.getRequestHeaders().getFirst("Range");
    if (range != null && tag.equals(exchange.getRequestHeaders().getFirst("If-Range"))) {
      from = Integer.parseInt(range.replaceAll("\\D", ""));
      exchange
          .getResponseHeaders()
          .add(
              "Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
    }
    synchronized (sent) {
      sent.add(from == 0 ? name : name + "+" + from);
    }
    exchange.sendResponseHeaders(from == 0 ? 200 : 206, content.length - from);
    int to = Math.min(content.length, from + cuts.getOrDefault(name, content.length));
    exchange.getResponseBody().write(Arrays.copyOfRange(content, from, to));
    exchange.getResponseBody().flush();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
