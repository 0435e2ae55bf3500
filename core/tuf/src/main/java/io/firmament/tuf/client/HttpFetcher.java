package io.firmament.tuf.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// Gets files over HTTP. An answer that comes too slowly is given up, so that a mirror cannot hold
/// a client forever (1.5.2, endless data; slow retrieval).
public final class HttpFetcher implements Fetcher {
  /// What says that a file is not there. Object stores answer 403 for it to those who may not list.
  private static final Set<Integer> NOT_THERE = Set.of(403, 404, 410);

  private static final int OK = 200;
  private static final int BUFFER_BYTES = 64 * 1024;

  private final HttpClient http;
  private final Pace pace;

  public HttpFetcher(HttpClient http, Pace pace) {
    this.http = http;
    this.pace = pace;
  }

  /// With the defaults: redirects are followed unless they leave HTTPS.
  public static HttpFetcher create() {
    HttpClient http =
        HttpClient.newBuilder()
            .connectTimeout(Pace.DEFAULT.grace())
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    return new HttpFetcher(http, Pace.DEFAULT);
  }

  @Override
  public boolean fetch(URI file, OutputStream sink) throws IOException {
    HttpRequest request = HttpRequest.newBuilder(file).timeout(pace.grace()).GET().build();
    HttpResponse<InputStream> response;
    try {
      response = http.send(request, BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while fetching " + file);
    }
    try (InputStream body = response.body()) {
      if (NOT_THERE.contains(response.statusCode())) {
        return false;
      }
      if (response.statusCode() != OK) {
        throw new IOException(file + " answered " + response.statusCode());
      }
      copy(body, sink);
      return true;
    }
  }

  /// Copies while another thread watches the pace: a read that waits cannot watch itself.
  private void copy(InputStream body, OutputStream sink) throws IOException {
    AtomicLong received = new AtomicLong();
    CountDownLatch done = new CountDownLatch(1);
    Thread watch = Thread.ofVirtual().start(() -> watch(body, received, done));
    try {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
        sink.write(buffer, 0, read);
        received.addAndGet(read);
      }
    } finally {
      done.countDown();
      watch.interrupt();
    }
  }

  private void watch(InputStream body, AtomicLong received, CountDownLatch done) {
    long start = System.nanoTime();
    try {
      while (!done.await(pace.check().toNanos(), TimeUnit.NANOSECONDS)) {
        if (pace.isTooSlow(Duration.ofNanos(System.nanoTime() - start), received.get())) {
          body.close();
          return;
        }
      }
    } catch (InterruptedException | IOException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// How slow an answer may be.
  ///
  /// @param grace for the connection, for the head of the answer, and before the body is judged
  /// @param bytesPerSecond what the body must have on average after that
  public record Pace(Duration grace, long bytesPerSecond) {
    public static final Pace DEFAULT = new Pace(Duration.ofSeconds(30), 1024);

    private Duration check() {
      return grace.dividedBy(4);
    }

    boolean isTooSlow(Duration elapsed, long bytes) {
      return elapsed.compareTo(grace) > 0 && bytes < elapsed.toSeconds() * bytesPerSecond;
    }
  }
}
