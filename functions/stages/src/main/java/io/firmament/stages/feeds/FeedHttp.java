package io.firmament.stages.feeds;

import io.firmament.base.Log;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/// HTTP as servers of feeds need it: a server that says nothing for a while is left, and so is
/// every server when time is up.
final class FeedHttp implements AutoCloseable {
  private static final Log LOG = Log.of(FeedHttp.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Clock clock;
  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(Duration.ofSeconds(20))
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("feed-watch").daemon().factory());

  FeedHttp(Clock clock) {
    this.clock = clock;
  }

  /// What no repeat changes.
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String why) {
      super(why, null, false, false);
    }

    String why() {
      return String.valueOf(getMessage());
    }
  }

  /// The server asks for patience.
  static final class Busy extends Exception {
    private static final long serialVersionUID = 1L;
    private final Duration pause;

    Busy(String why, Duration pause) {
      super(why, null, false, false);
      this.pause = pause;
    }

    Duration time() {
      return pause;
    }

    String why() {
      return getMessage() + "; try again in " + Math.max(1, pause.toSeconds()) + " s";
    }
  }

  /// One request; redirects are answers as others. The caller closes the body.
  HttpResponse<InputStream> get(URI url, HttpRequest.Builder request) throws IOException {
    try {
      return http.send(
          request.copy().uri(url).timeout(PATIENCE).GET().build(),
          HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /// How long the server asks to wait, in seconds or until a date (RFC 9110, section 10.2.3).
  Optional<Duration> retryAfter(HttpHeaders headers) {
    return headers.firstValue("retry-after").flatMap(this::pause);
  }

  private Optional<Duration> pause(String text) {
    if (text.matches("\\d{1,9}")) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
    }
    try {
      Instant then = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration left = Duration.between(clock.instant(), then);
      return Optional.of(left.isNegative() ? Duration.ZERO : left);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /// Copies a body to its end.
  ///
  /// @param most bytes that are taken
  /// @param until when to stop
  /// @throws Refused where it is larger
  /// @throws IOException also where time is up
  void copy(InputStream body, OutputStream out, long most, Instant until)
      throws IOException, Refused {
    byte[] buffer = new byte[1 << 16];
    long size = 0;
    for (int n = read(body, buffer, until); n >= 0; n = read(body, buffer, until)) {
      size += n;
      if (size > most) {
        throw new Refused("it is too large");
      }
      out.write(buffer, 0, n);
      if (!clock.instant().isBefore(until)) {
        throw new IOException("time is up");
      }
    }
  }

  private int read(InputStream body, byte[] buffer, Instant until) throws IOException {
    Duration left = Duration.between(clock.instant(), until);
    long millis = Math.max(1, Math.min(left.toMillis(), PATIENCE.toMillis()));
    ScheduledFuture<?> end = watch.schedule(() -> close(body), millis, TimeUnit.MILLISECONDS);
    try {
      return body.read(buffer);
    } finally {
      end.cancel(false);
    }
  }

  private static void close(InputStream body) {
    try {
      body.close();
    } catch (IOException e) {
      LOG.info("feed_left", "detail", e.toString());
    }
  }

  /// Waits.
  static void pause(Duration time) throws IOException {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() {
    watch.shutdownNow();
    http.close();
  }
}
