package io.firmament.tuf.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HttpFetcherTest {
  private static final HttpFetcher.Pace HASTY =
      new HttpFetcher.Pace(Duration.ofMillis(400), 1_000_000);

  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private URI serving(HttpHandler handler) {
    server.createContext("/file", handler);
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/file");
  }

  private static HttpHandler answering(int status) {
    return exchange -> {
      exchange.sendResponseHeaders(status, -1);
      exchange.close();
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {403, 404, 410})
  void aFileMayNotBeThere(int status) throws IOException {
    assertFalse(
        HttpFetcher.create().fetch(serving(answering(status)), new ByteArrayOutputStream()));
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 400, 401, 429, 500, 503})
  void anyOtherAnswerIsAFailure(int status) {
    URI uri = serving(answering(status));

    assertThrows(
        IOException.class, () -> HttpFetcher.create().fetch(uri, new ByteArrayOutputStream()));
  }

  @Test
  void aLargeFileComesWhole() throws IOException {
    byte[] content = new byte[3_000_000];
    new Random(7).nextBytes(content);
    URI uri =
        serving(
            exchange -> {
              exchange.sendResponseHeaders(200, 0);
              exchange.getResponseBody().write(content);
              exchange.close();
            });
    ByteArrayOutputStream sink = new ByteArrayOutputStream();

    assertTrue(HttpFetcher.create().fetch(uri, sink));

    assertArrayEquals(content, sink.toByteArray());
  }

  @Test
  void aBodyThatStopsComingIsGivenUp() {
    CountDownLatch never = new CountDownLatch(1);
    URI uri =
        serving(
            exchange -> {
              exchange.sendResponseHeaders(200, 1000);
              exchange.getResponseBody().write(1);
              exchange.getResponseBody().flush();
              try {
                never.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    HttpFetcher fetcher = new HttpFetcher(HttpClient.newHttpClient(), HASTY);

    assertThrows(IOException.class, () -> fetcher.fetch(uri, new ByteArrayOutputStream()));
    never.countDown();
  }

  @Test
  void onlyABodyBelowThePaceAfterTheGraceIsTooSlow() {
    HttpFetcher.Pace pace = new HttpFetcher.Pace(Duration.ofSeconds(30), 1024);

    assertFalse(pace.isTooSlow(Duration.ofSeconds(30), 0));
    assertTrue(pace.isTooSlow(Duration.ofSeconds(31), 31 * 1024 - 1));
    assertFalse(pace.isTooSlow(Duration.ofSeconds(31), 31 * 1024));
  }

  @Test
  void aServerThatIsNotThereIsAFailure() {
    URI uri = serving(answering(200));
    server.stop(0);

    IOException e =
        assertThrows(
            IOException.class, () -> HttpFetcher.create().fetch(uri, new ByteArrayOutputStream()));
    assertEquals(java.net.ConnectException.class, e.getClass());
  }
}
