package io.firmament.stages.feeds;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.firmament.base.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against a real HTTP server that answers what a test tells it to.
class FeedDownloadsTest {
  private static final byte[] CONTENT = new byte[300_000];

  static {
    new Random(7).nextBytes(CONTENT);
  }

  @TempDir private Path folder;
  private final Deque<Answer> answers = new ArrayDeque<>();
  private final List<String> asked = new ArrayList<>();
  private HttpServer server = start();
  private FeedDownloads downloads = open(10_000_000);

  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private HttpServer start() {
    try {
      HttpServer started =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      started.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      started.createContext(
          "/",
          exchange -> {
            synchronized (asked) {
              asked.add(
                  exchange.getRequestURI().getPath()
                      + header(exchange, "If-None-Match")
                      + header(exchange, "If-Modified-Since")
                      + header(exchange, "Range")
                      + header(exchange, "If-Range"));
            }
            try (exchange) {
              answers.remove().to(exchange);
            }
          });
      started.start();
      return started;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "" : " " + value;
  }

  private FeedDownloads open(long mostBytes) {
    try {
      return new FeedDownloads(
          folder == null ? Files.createTempDirectory("x") : folder, mostBytes, Clock.systemUTC());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @BeforeEach
  void begin() {
    downloads.close();
    downloads = open(10_000_000);
  }

  @AfterEach
  void end() {
    downloads.close();
    server.stop(0);
  }

  @Test
  void fetchesWhatHasChangedAndNothingElse() throws IOException {
    answers.add(whole(CONTENT, "\"one\""));
    answers.add(status(304));
    answers.add(whole(new byte[] {1}, "\"two\""));
    assertFetched(CONTENT, fetch());
    assertInstanceOf(FeedDownloads.Unchanged.class, fetch());
    assertFetched(new byte[] {1}, fetch());
    assertEquals(
        List.of(
            "/feed",
            "/feed \"one\" Mon, 02 Mar 2026 10:00:00 GMT",
            "/feed \"one\" Mon, 02 Mar 2026 10:00:00 GMT"),
        asked);
  }

  @Test
  void fetchesOfWhatBrokeOffTheRest() throws IOException {
    answers.add(cut(CONTENT, 120_000, "\"one\""));
    answers.add(rest(CONTENT));
    assertFetched(CONTENT, fetch());
    assertTrue(asked.get(1).matches("/feed bytes=\\d+- \"one\""), asked::toString);
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(
          List.of(".feed.state", "feed"),
          left.map(file -> String.valueOf(file.getFileName())).sorted().toList());
    }
  }

  @Test
  void beginsAnewWhereTheFileHasChangedMeanwhile() throws IOException {
    byte[] other = Arrays.copyOf(CONTENT, 200_000);
    other[0]++;
    answers.add(cut(CONTENT, 120_000, "\"one\""));
    answers.add(whole(other, "\"two\""));
    assertFetched(other, fetch());
  }

  @Test
  void beginsAnewWhereTheServerSendsAnotherPart() throws IOException {
    answers.add(cut(CONTENT, 120_000, "\"one\""));
    answers.add(
        exchange -> {
          exchange.getResponseHeaders().add("Content-Range", "bytes 5-9/300000");
          send(exchange, 206, Arrays.copyOf(CONTENT, 5));
        });
    answers.add(whole(CONTENT, "\"one\""));
    assertFetched(CONTENT, fetch());
    assertEquals("/feed", asked.get(2), "what was there is forgotten");
  }

  @Test
  void aWeakValidatorAllowsNoRest() throws IOException {
    answers.add(
        exchange -> {
          exchange.getResponseHeaders().add("ETag", "W/\"one\"");
          exchange.sendResponseHeaders(200, CONTENT.length);
          exchange.getResponseBody().write(CONTENT, 0, 120_000);
          exchange.getResponseBody().flush();
        });
    answers.add(whole(CONTENT, "W/\"one\""));
    assertFetched(CONTENT, fetch());
    assertEquals("/feed", asked.get(1));
  }

  @Test
  void goesOnInTheNextRunWhereTimeIsUp() throws IOException {
    answers.add(
        exchange -> {
          exchange.getResponseHeaders().add("ETag", "\"one\"");
          exchange.sendResponseHeaders(200, CONTENT.length);
          exchange.getResponseBody().write(CONTENT, 0, 100_000);
          exchange.getResponseBody().flush();
          pause(Duration.ofSeconds(4));
        });
    Instant before = Instant.now();
    FeedDownloads.Outcome outcome =
        downloads.fetch(source(Optional.empty()), before.plusMillis(700));
    assertInstanceOf(FeedDownloads.Later.class, outcome);
    assertTrue(Duration.between(before, Instant.now()).toMillis() < 3_000, "it does not wait");
    assertFalse(Files.exists(folder.resolve("feed")), "nothing half appears");
    answers.add(rest(CONTENT));
    assertFetched(CONTENT, fetch());
  }

  @Test
  void waitsAsLongAsTheServerAsksOrLeavesItForLater() throws IOException {
    answers.add(busy(503, "1"));
    answers.add(whole(CONTENT, "\"one\""));
    Instant before = Instant.now();
    assertFetched(CONTENT, fetch());
    assertTrue(Duration.between(before, Instant.now()).toMillis() >= 1_000);
    answers.add(busy(429, "3600"));
    FeedDownloads.Later later = assertInstanceOf(FeedDownloads.Later.class, fetch());
    assertTrue(later.why().contains("429") && later.why().contains("3600"), later.why());
    answers.add(busy(503, "Fri, 31 Dec 9999 23:59:59 GMT"));
    assertInstanceOf(FeedDownloads.Later.class, fetch());
    assertArrayEquals(CONTENT, Files.readAllBytes(folder.resolve("feed")), "what was, stays");
  }

  @Test
  void believesADigestAndNothingElse() throws IOException {
    byte[] zipped = gzip(CONTENT);
    String sha256 = Sha256.of(CONTENT).hex();
    FeedSource source = new FeedSource("feed.gz", url("/feed.gz"), Optional.of(url("/feed.meta")));
    answers.add(meta(sha256.toUpperCase(java.util.Locale.ROOT)));
    answers.add(whole(zipped, "\"one\""));
    assertFetched(zipped, fetch(source));
    answers.add(meta(sha256));
    assertInstanceOf(FeedDownloads.Unchanged.class, fetch(source), "the feed is not asked for");
    String other = Sha256.of(new byte[0]).hex();
    for (byte[] wrong : List.of(zipped, CONTENT, Arrays.copyOf(zipped, 1_000), new byte[0])) {
      answers.add(meta(other));
      answers.add(whole(wrong, "\"two\""));
      FeedDownloads.Failed failed = assertInstanceOf(FeedDownloads.Failed.class, fetch(source));
      assertTrue(failed.why().contains("digest"), failed.why());
      assertArrayEquals(zipped, Files.readAllBytes(folder.resolve("feed.gz")));
    }
    answers.add(exchange -> send(exchange, 200, "<html>".getBytes(StandardCharsets.UTF_8)));
    assertInstanceOf(FeedDownloads.Failed.class, fetch(source));
  }

  @Test
  void followsRedirectsButNotAnywhere() throws IOException {
    answers.add(redirect(302, "/elsewhere"));
    answers.add(redirect(308, url("/there").toString()));
    answers.add(whole(CONTENT, "\"one\""));
    assertFetched(CONTENT, fetch());
    assertEquals(List.of("/feed", "/elsewhere", "/there"), asked);
    for (String place : List.of("file:///etc/passwd", "ftp://x/y", "", "http:", ":", "//")) {
      answers.add(redirect(301, place));
      assertInstanceOf(FeedDownloads.Failed.class, fetch(), place);
    }
    for (int i = 0; i <= 5; i++) {
      answers.add(redirect(307, "/feed"));
    }
    assertInstanceOf(FeedDownloads.Failed.class, fetch());
    assertTrue(answers.isEmpty());
  }

  @Test
  void saysWhyAFeedCannotBeHad() throws IOException {
    answers.add(status(404));
    assertEquals(new FeedDownloads.Failed("the server answers 404"), fetch());
    downloads.close();
    downloads = open(100_000);
    answers.add(whole(CONTENT, "\"one\""));
    FeedDownloads.Failed failed = assertInstanceOf(FeedDownloads.Failed.class, fetch());
    assertTrue(failed.why().contains("100000"), failed.why());
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(0, left.count(), "nothing of it is kept");
    }
    server.stop(0);
    assertInstanceOf(FeedDownloads.Later.class, fetch());
  }

  @Test
  void readsSourcesAndNoOthers() throws IOException {
    assertTrue(FeedSource.standard(false).size() > 30);
    Path file = folder.resolve("sources");
    Files.writeString(
        file, "# words\n\n a\thttps://x.example/a\nb.gz\thttp://x/b\thttps://x/b.meta\n");
    assertEquals(
        List.of(
            new FeedSource("a", URI.create("https://x.example/a"), Optional.empty()),
            new FeedSource(
                "b.gz", URI.create("http://x/b"), Optional.of(URI.create("https://x/b.meta")))),
        FeedSource.read(file));
    for (String wrong :
        List.of(
            "a",
            "../a\thttps://x/a",
            ".a\thttps://x/a",
            "a/b\thttps://x/a",
            "a\tfile:///etc/passwd",
            "a\t/etc/passwd",
            "a\thttps://",
            "a\thttps://x/ y",
            "a\thttps://x/a\nsecond\thttps://x/b\na\thttps://x/c",
            "a\thttps://x/a\thttps://x/b\thttps://x/c")) {
      Files.writeString(file, wrong);
      assertThrows(IOException.class, () -> FeedSource.read(file), wrong);
    }
  }

  private FeedDownloads.Outcome fetch() throws IOException {
    return fetch(source(Optional.empty()));
  }

  private FeedDownloads.Outcome fetch(FeedSource source) throws IOException {
    return downloads.fetch(source, Instant.now().plusSeconds(20));
  }

  private FeedSource source(Optional<URI> digest) {
    return new FeedSource("feed", url("/feed"), digest);
  }

  private URI url(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  private static void assertFetched(byte[] content, FeedDownloads.Outcome outcome)
      throws IOException {
    FeedDownloads.Fetched fetched =
        assertInstanceOf(FeedDownloads.Fetched.class, outcome, outcome.toString());
    assertArrayEquals(content, Files.readAllBytes(fetched.file()));
  }

  private static Answer whole(byte[] content, String tag) {
    return exchange -> {
      exchange.getResponseHeaders().add("ETag", tag);
      exchange.getResponseHeaders().add("Last-Modified", "Mon, 02 Mar 2026 10:00:00 GMT");
      send(exchange, 200, content);
    };
  }

  private static Answer cut(byte[] content, int after, String tag) {
    return exchange -> {
      exchange.getResponseHeaders().add("ETag", tag);
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content, 0, after);
      exchange.getResponseBody().flush();
    };
  }

  private static Answer rest(byte[] content) {
    return exchange -> {
      String range = exchange.getRequestHeaders().getFirst("Range");
      int from = Integer.parseInt(range.replaceAll("\\D", ""));
      exchange
          .getResponseHeaders()
          .add(
              "Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
      send(exchange, 206, Arrays.copyOfRange(content, from, content.length));
    };
  }

  private static Answer status(int status) {
    return exchange -> exchange.sendResponseHeaders(status, -1);
  }

  private static Answer busy(int status, String retryAfter) {
    return exchange -> {
      exchange.getResponseHeaders().add("Retry-After", retryAfter);
      exchange.sendResponseHeaders(status, -1);
    };
  }

  private static Answer redirect(int status, String location) {
    return exchange -> {
      exchange.getResponseHeaders().add("Location", location);
      exchange.sendResponseHeaders(status, -1);
    };
  }

  private static Answer meta(String sha256) {
    String text =
        "lastModifiedDate:2026-03-01T00:00:00-05:00\r\nsize:1\r\nsha256:" + sha256 + "\r\n";
    return exchange -> send(exchange, 200, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void send(HttpExchange exchange, int status, byte[] content) throws IOException {
    exchange.sendResponseHeaders(status, content.length == 0 ? -1 : content.length);
    exchange.getResponseBody().write(content);
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(content);
    }
    return out.toByteArray();
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
