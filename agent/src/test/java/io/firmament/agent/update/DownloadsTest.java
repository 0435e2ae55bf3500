package io.firmament.agent.update;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.firmament.tuf.Hashes;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Downloads from a server that breaks off, begins anew, lies or falls silent.
class DownloadsTest {
  @TempDir Path folder;

  private final byte[] content = new byte[300_000];
  private final List<String> ranges = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private Order.Target target;

  /// How many bytes an answer has before the connection breaks; 0 for all.
  private volatile int breaksAfter;

  private volatile boolean servesParts = true;
  private volatile boolean silent;
  private volatile byte[] served = content;

  @BeforeEach
  void start() throws IOException {
    new Random(9).nextBytes(content);
    target =
        new Order.Target("fleets/plant/app/1.0+b/file", content.length, Hashes.sha256(content));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void end() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String range = String.valueOf(exchange.getRequestHeaders().getFirst("range"));
    ranges.add(exchange.getRequestURI().getRawPath() + " " + range);
    int from =
        servesParts && range.startsWith("bytes=")
            ? Integer.parseInt(range.substring(6, range.length() - 1))
            : 0;
    if (from > 0) {
      exchange
          .getResponseHeaders()
          .set("content-range", "bytes " + from + "-" + (served.length - 1) + "/" + served.length);
    }
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, served.length - from);
    OutputStream out = exchange.getResponseBody();
    int count = served.length - from;
    if (breaksAfter > 0 && breaksAfter < count) {
      out.write(served, from, breaksAfter);
      out.flush();
      if (silent) {
        sleep();
      }
      // Closing what is not whole closes the connection.
      exchange.close();
      return;
    }
    out.write(served, from, count);
    exchange.close();
  }

  private static void sleep() {
    try {
      Thread.sleep(20_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Downloads downloads() {
    return new Downloads(
        folder.resolve("downloads"),
        new HttpContentSource(
            HttpClient.newHttpClient(),
            "http://127.0.0.1:" + server.getAddress().getPort(),
            Duration.ofSeconds(2)),
        Checkpoint.NONE);
  }

  @Test
  void goesOnWhereTheConnectionBroke() throws Exception {
    breaksAfter = 80_000;
    Downloads downloads = downloads();
    downloads.fetch(target);
    downloads.verify(target);
    assertArrayEquals(content, Files.readAllBytes(downloads.content(target)));
    assertEquals(4, ranges.size(), ranges::toString);
    String path = "/targets/fleets/plant/app/1.0%2Bb/" + target.sha256() + ".file";
    assertEquals(path + " null", ranges.getFirst());
    assertTrue(ranges.get(1).matches("\\Q" + path + "\\E bytes=[1-9]\\d*-"), ranges::toString);
  }

  @Test
  void goesOnInAnotherProcessToo() throws Exception {
    breaksAfter = 1_000;
    assertThrows(TroubleException.class, () -> downloads().fetch(target));
    long before = Files.size(folder.resolve("downloads").resolve(target.sha256() + ".part"));
    assertTrue(before > 0);
    breaksAfter = 0;
    ranges.clear();
    downloads().fetch(target);
    downloads().verify(target);
    assertEquals(1, ranges.size());
    assertTrue(ranges.getFirst().endsWith(" bytes=" + before + "-"), ranges::toString);
  }

  @Test
  void beginsAnewWhereTheServerServesNoParts() throws Exception {
    breaksAfter = 100_000;
    assertThrows(TroubleException.class, () -> onlyOnce().fetch(target));
    servesParts = false;
    breaksAfter = 0;
    downloads().fetch(target);
    downloads().verify(target);
    assertArrayEquals(content, Files.readAllBytes(downloads().content(target)));
  }

  /// Gives up after the first break, as a device does that is switched off.
  private Downloads onlyOnce() {
    return new Downloads(
        folder.resolve("downloads"),
        (wanted, offset, sink) -> {
          if (offset > 0) {
            throw new IOException("switched off");
          }
          source().read(wanted, offset, sink);
        },
        Checkpoint.NONE);
  }

  private ContentSource source() {
    return new HttpContentSource(
        HttpClient.newHttpClient(),
        "http://127.0.0.1:" + server.getAddress().getPort(),
        Duration.ofSeconds(2));
  }

  @Test
  void throwsAwayWhatIsNotWhatIsSigned() throws Exception {
    served = Arrays.copyOf(content, content.length);
    served[77] ^= 1;
    Downloads downloads = downloads();
    downloads.fetch(target);
    assertThrows(TroubleException.class, () -> downloads.verify(target));
    assertFalse(Files.exists(downloads.content(target)));
    served = content;
    downloads.fetch(target);
    downloads.verify(target);
  }

  @Test
  void takesNoMoreBytesThanAreSigned() throws Exception {
    served = new byte[content.length + 100_000];
    TroubleException trouble =
        assertThrows(TroubleException.class, () -> downloads().fetch(target));
    assertTrue(String.valueOf(trouble.getMessage()).contains("more bytes"), trouble::toString);
    Path part = folder.resolve("downloads").resolve(target.sha256() + ".part");
    assertTrue(Files.size(part) <= content.length);
  }

  @Test
  void givesUpOnAServerThatFallsSilent() {
    breaksAfter = 10_000;
    silent = true;
    long begin = System.nanoTime();
    assertThrows(TroubleException.class, () -> onlyOnce().fetch(target));
    assertTrue(System.nanoTime() - begin < 15_000_000_000L);
  }

  @Test
  void refusesWhatTheStorageCanNeverHold() {
    Order.Target huge = new Order.Target(target.path(), Long.MAX_VALUE, target.sha256());
    assertThrows(UnfitException.class, () -> downloads().require(huge));
    assertThrows(TroubleException.class, () -> downloads().fetch(huge));
  }
}
