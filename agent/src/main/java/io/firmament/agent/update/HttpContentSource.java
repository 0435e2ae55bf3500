package io.firmament.agent.update;

import io.firmament.tuf.RoleName;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/// Contents over HTTP, by the names of consistent snapshots (TUF 6.2). The name has the hash, so
/// what a range continues is the same content, or the hash of the whole says that it was not.
public final class HttpContentSource implements ContentSource {
  private static final int OK = 200;
  private static final int PARTIAL = 206;
  private static final int BUFFER_BYTES = 64 * 1024;

  private final HttpClient http;
  private final String baseUrl;
  private final Duration silence;

  /// @param url where artifacts are, without a slash at its end
  /// @param silence how long no byte may come before the answer is given up
  public HttpContentSource(HttpClient http, String url, Duration silence) {
    this.http = http;
    this.baseUrl = url + "/targets/";
    this.silence = silence;
  }

  @Override
  public void read(Order.Target target, long offset, Sink sink)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(target)).timeout(silence).GET();
    if (offset > 0) {
      request.header("range", "bytes=" + offset + "-");
    }
    HttpResponse<InputStream> answer = http.send(request.build(), BodyHandlers.ofInputStream());
    try (InputStream body = answer.body()) {
      boolean continues = answer.statusCode() == PARTIAL;
      if (!continues && answer.statusCode() != OK) {
        throw new IOException("the repository answers " + answer.statusCode());
      }
      if (continues && !continues(answer, offset)) {
        throw new IOException("the repository answers another range");
      }
      try (OutputStream out = sink.from(continues ? offset : 0)) {
        copy(body, out);
      }
    }
  }

  private static boolean continues(HttpResponse<?> answer, long offset) {
    return answer
        .headers()
        .firstValue("content-range")
        .filter(range -> range.startsWith("bytes " + offset + "-"))
        .isPresent();
  }

  /// Copies while another thread watches: a read that waits cannot watch itself.
  private void copy(InputStream body, OutputStream out) throws IOException {
    AtomicLong received = new AtomicLong();
    CountDownLatch done = new CountDownLatch(1);
    Thread watch = Thread.ofVirtual().start(() -> watch(body, received, done));
    try {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
        out.write(buffer, 0, read);
        received.addAndGet(read);
      }
    } finally {
      done.countDown();
      watch.interrupt();
    }
  }

  private void watch(InputStream body, AtomicLong received, CountDownLatch done) {
    long before = -1;
    try {
      while (!done.await(silence.toNanos(), TimeUnit.NANOSECONDS)) {
        long now = received.get();
        if (now == before) {
          body.close();
          return;
        }
        before = now;
      }
    } catch (InterruptedException | IOException e) {
      Thread.currentThread().interrupt();
    }
  }

  private URI uri(Order.Target target) throws IOException {
    List<String> segments = Arrays.asList(target.path().split("/", -1));
    if (segments.contains(".") || segments.contains("..")) {
      throw new IOException("a path that servers would take for another");
    }
    int last = segments.size() - 1;
    segments.set(last, target.sha256() + "." + segments.get(last));
    return URI.create(
        baseUrl + segments.stream().map(RoleName::encode).collect(Collectors.joining("/")));
  }
}
