package io.firmament.stages.feeds;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// A server that answers as the NVD's CVE API 2.0 does, as far as its documentation says: pages of
/// at most `most` records, windows of at most 120 days, 403 beyond its rate limit, 404 with a
/// header `message` for what it does not take. All its vulnerabilities are made up.
final class NvdServer implements AutoCloseable {
  private static final String PATH = "/rest/json/cves/2.0";

  private final HttpServer server;
  private final Map<String, Instant> changed = new TreeMap<>();
  private final Map<String, String> products = new TreeMap<>();
  private final Deque<Instant> requests = new ArrayDeque<>();
  private final List<String> asked = new ArrayList<>();
  private final List<String> keys = new ArrayList<>();
  private final Deque<Answer> instead = new ArrayDeque<>();
  private Optional<String> key = Optional.empty();
  private int most = 2_000;
  private int limit = 1_000;
  private Duration window = Duration.ofSeconds(30);
  private Instant now = Instant.parse("2026-06-01T00:00:00Z");
  private int refused;
  private Consumer<Integer> afterAnswer = _ -> {};

  /// What is answered in the place of the next page.
  interface Answer {
    void to(HttpExchange exchange, byte[] page) throws IOException;
  }

  private NvdServer(HttpServer server) {
    this.server = server;
  }

  static NvdServer start() {
    try {
      HttpServer http =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      NvdServer started = new NvdServer(http);
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

  FeedSource source(int firstDays) {
    return new FeedSource(
        "nvd-api", url(), Optional.empty(), Optional.of(new FeedSource.Api(firstDays)));
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + PATH);
  }

  synchronized void put(String id, String changedAt) {
    put(id, changedAt, "busybox");
  }

  synchronized void put(String id, String changedAt, String product) {
    changed.put(id, Instant.parse(changedAt));
    products.put(id, product);
  }

  synchronized void remove(String id) {
    changed.remove(id);
  }

  /// @param requests in the time; one more is refused
  synchronized void limit(int requestsAtMost, Duration time) {
    limit = requestsAtMost;
    window = time;
  }

  synchronized void key(String expected) {
    key = Optional.of(expected);
  }

  synchronized void pageSize(int records) {
    most = records;
  }

  synchronized void now(String time) {
    now = Instant.parse(time);
  }

  /// Answers the next request otherwise.
  synchronized void instead(Answer answer) {
    instead.add(answer);
  }

  /// Does something after each page, by its place among all answers.
  synchronized void afterEach(Consumer<Integer> work) {
    afterAnswer = work;
  }

  /// The queries of all requests that were let in, decoded.
  synchronized List<String> asked() {
    return List.copyOf(asked);
  }

  synchronized List<String> keys() {
    return List.copyOf(keys);
  }

  /// How many requests were beyond the rate limit.
  synchronized int refused() {
    return refused;
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    String given = exchange.getRequestHeaders().getFirst("apiKey");
    keys.add(given == null ? "" : given);
    if (isTooOften()) {
      refused++;
      exchange.sendResponseHeaders(403, -1);
      return;
    }
    if (key.isPresent() && !key.get().equals(given)) {
      refuse(exchange, "Invalid apiKey.");
      return;
    }
    String query = exchange.getRequestURI().getRawQuery();
    asked.add(URLDecoder.decode(query, StandardCharsets.UTF_8));
    Map<String, String> parameters =
        Arrays.stream(query.split("&"))
            .map(each -> each.split("=", 2))
            .collect(
                Collectors.toMap(
                    each -> each[0], each -> URLDecoder.decode(each[1], StandardCharsets.UTF_8)));
    Optional<byte[]> page = page(parameters);
    if (page.isEmpty()) {
      refuse(exchange, "Invalid date parameter.");
      return;
    }
    if (!instead.isEmpty()) {
      instead.remove().to(exchange, page.get());
      return;
    }
    exchange.sendResponseHeaders(200, page.get().length);
    exchange.getResponseBody().write(page.get());
    afterAnswer.accept(asked.size());
  }

  private boolean isTooOften() {
    Instant real = Instant.now();
    while (!requests.isEmpty() && requests.getFirst().plus(window).isBefore(real)) {
      requests.removeFirst();
    }
    if (requests.size() >= limit) {
      return true;
    }
    requests.addLast(real);
    return false;
  }

  private static void refuse(HttpExchange exchange, String message) throws IOException {
    exchange.getResponseHeaders().add("message", message);
    exchange.sendResponseHeaders(404, -1);
  }

  /// Empty for a window that is not taken.
  private Optional<byte[]> page(Map<String, String> parameters) {
    Instant from = Instant.MIN;
    Instant to = Instant.MAX;
    if (parameters.containsKey("lastModStartDate") || parameters.containsKey("lastModEndDate")) {
      from = Instant.parse(parameters.getOrDefault("lastModStartDate", ""));
      to = Instant.parse(parameters.getOrDefault("lastModEndDate", ""));
      if (from.until(to, ChronoUnit.SECONDS) > Duration.ofDays(120).toSeconds()
          || to.isBefore(from)) {
        return Optional.empty();
      }
    }
    int start = Integer.parseInt(parameters.getOrDefault("startIndex", "0"));
    int size = Math.min(most, Integer.parseInt(parameters.getOrDefault("resultsPerPage", "2000")));
    Instant after = from;
    Instant before = to;
    List<String> all =
        changed.entrySet().stream()
            .filter(e -> !e.getValue().isBefore(after) && !e.getValue().isAfter(before))
            .map(Map.Entry::getKey)
            .toList();
    List<String> some = all.stream().skip(start).limit(size).toList();
    String text =
        "{\"resultsPerPage\":%d,\"startIndex\":%d,\"totalResults\":%d,\"format\":\"NVD_CVE\",\"version\":\"2.0\",\"timestamp\":\"%s\",\"vulnerabilities\":[%s]}"
            .formatted(
                some.size(),
                start,
                all.size(),
                time(now),
                some.stream().map(this::record).collect(Collectors.joining(",")));
    return Optional.of(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String time(Instant instant) {
    return LocalDateTime.ofInstant(instant, ZoneOffset.UTC).toString();
  }

  private String record(String id) {
    return """
    {"cve":{"id":"%s","vulnStatus":"Analyzed","lastModified":"%s",
     "descriptions":[{"lang":"en","value":"An invented flaw."}],
     "configurations":[{"nodes":[{"operator":"OR","negate":false,"cpeMatch":[
      {"vulnerable":true,"criteria":"cpe:2.3:a:acme:%s:*:*:*:*:*:*:*:*",
       "versionEndExcluding":"2.0"}]}]}]}}\
    """
        .formatted(id, time(changed.getOrDefault(id, now)), products.getOrDefault(id, "x"));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
