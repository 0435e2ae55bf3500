package io.firmament.stages.feeds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The NVD's API, against a server that behaves like it.
class NvdApiTest {
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
  private static final Pattern ID = Pattern.compile("\"id\":\"(CVE-[0-9-]+)\"");
  private static final int PAGE = 3;

  @TempDir private Path folder;
  private final NvdServer server = NvdServer.start();
  private final RequestPace quick = new RequestPace(1_000, Duration.ofSeconds(1));
  private Optional<String> key = Optional.empty();

  @AfterEach
  void end() {
    server.close();
  }

  @Test
  void readsAllThereIsPageByPageAndThenWhatHasChanged() throws IOException {
    fill(8, "2020-01-01T00:00:00Z");
    NvdApi.Reading all = read(server.source(0), NvdProgress.nothing());
    assertEquals(Optional.empty(), all.trouble());
    assertEquals(8, ids(all).size());
    assertEquals(
        List.of(
            "resultsPerPage=3&startIndex=0",
            "resultsPerPage=3&startIndex=3",
            "resultsPerPage=3&startIndex=6"),
        server.asked().subList(0, 3));
    // What was changed while it was read comes in a window of its own.
    assertEquals(4, server.asked().size());
    assertTrue(
        server.asked().get(3).contains("lastModStartDate=2026-05-31T23:45:00Z"),
        server.asked()::toString);

    server.put("CVE-2020-0003", "2026-05-31T23:50:00Z");
    NvdApi.Reading changes = read(server.source(0), all.progress());
    assertEquals(new TreeSet<>(List.of("CVE-2020-0003")), ids(changes));
    assertEquals(5, server.asked().size(), "one request is enough");
  }

  @Test
  void asksForNoMoreThan120DaysAtOnce() throws IOException {
    server.put("CVE-2025-0001", "2025-06-15T00:00:00Z");
    server.put("CVE-2025-0002", "2025-12-24T00:00:00Z");
    server.put("CVE-2026-0003", "2026-05-30T00:00:00Z");
    NvdApi.Reading year = read(server.source(360), NvdProgress.nothing());
    assertEquals(Optional.empty(), year.trouble());
    assertEquals(3, ids(year).size());
    assertTrue(server.asked().size() >= 3, server.asked()::toString);
  }

  @Test
  void aFirstReadingOfSomeDaysLeavesWhatIsOlder() throws IOException {
    server.put("CVE-2025-0001", "2026-05-01T00:00:00Z");
    server.put("CVE-2025-0002", "2026-05-30T00:00:00Z");
    assertEquals(
        new TreeSet<>(List.of("CVE-2025-0002")),
        ids(read(server.source(8), NvdProgress.nothing())));
  }

  @Test
  void nothingChangedIsNoPageToKeep() throws IOException {
    NvdApi.Reading none = read(server.source(8), NvdProgress.nothing());
    assertEquals(Optional.empty(), none.trouble());
    assertEquals(List.of(), none.pages());
    assertEquals("2026-05-31T23:45:00Z", none.progress().watermark());
  }

  @Test
  void keepsToTheRateLimitAndIsNeverRefused() throws IOException {
    Instant real = Clock.systemUTC().instant();
    server.now(real.toString());
    fill(20, real.minusSeconds(3_600).toString());
    server.limit(2, Duration.ofMillis(500));
    NvdApi.Reading all =
        read(
            server.source(8),
            NvdProgress.nothing(),
            new RequestPace(2, Duration.ofMillis(500)),
            Clock.systemUTC(),
            Duration.ofSeconds(60),
            real);
    assertEquals(Optional.empty(), all.trouble());
    assertEquals(20, ids(all).size());
    assertEquals(0, server.refused());
  }

  @Test
  void theNvdLetsFiveRequestsIn30SecondsAndFiftyWithAKey() {
    for (boolean withKey : new boolean[] {false, true}) {
      RequestPace pace = RequestPace.ofNvd(withKey);
      Instant at = NOW;
      for (int i = 0; i < (withKey ? 50 : 5); i++) {
        assertEquals(at, pace.next(at), "a burst is allowed");
        pace.sent(at);
        at = at.plusMillis(10);
      }
      assertTrue(pace.next(at).isAfter(NOW.plusSeconds(30)));
      assertEquals(NOW.plusSeconds(31), pace.next(NOW.plusSeconds(31)));
    }
  }

  /// Somebody else behind the same address has used up the requests.
  @Test
  void waitsWhereItIsThrottledAndGoesOn() throws IOException {
    fill(7, "2026-05-30T00:00:00Z");
    server.limit(2, Duration.ofMillis(400));
    NvdApi.Reading all =
        read(
            server.source(8),
            NvdProgress.nothing(),
            new RequestPace(1_000, Duration.ofMillis(450)));
    assertEquals(Optional.empty(), all.trouble());
    assertEquals(7, ids(all).size());
    assertTrue(server.refused() > 0, "it was throttled");
  }

  @Test
  void leavesForLaterWhatTheServerHasNoTimeForAndKeepsWhatCame() throws IOException {
    fill(7, "2026-05-30T00:00:00Z");
    server.afterEach(
        number ->
            server.instead(
                (exchange, _) -> {
                  exchange.getResponseHeaders().add("Retry-After", "3600");
                  exchange.sendResponseHeaders(503, -1);
                }));
    NvdApi.Reading part = read(server.source(8), NvdProgress.nothing());
    assertTrue(part.trouble().orElseThrow().passing());
    assertTrue(part.trouble().get().why().contains("503"), part.trouble().get().why());
    assertTrue(part.trouble().get().why().contains("3600 s"), part.trouble().get().why());
    assertEquals(3, ids(part).size());
    assertEquals(3, part.progress().next());

    server.afterEach(_ -> {});
    NvdApi.Reading rest = read(server.source(8), part.progress());
    assertEquals(4, ids(rest).size(), "only the rest is asked for");
    assertTrue(server.asked().get(2).contains("startIndex=3"), server.asked()::toString);
  }

  @Test
  void asksAgainForAPageThatBreaksOff() throws IOException {
    fill(5, "2026-05-30T00:00:00Z");
    server.instead(
        (exchange, page) -> {
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page, 0, page.length / 2);
          exchange.getResponseBody().flush();
        });
    server.instead(
        (exchange, page) -> {
          // The half of it, told to be the whole.
          exchange.sendResponseHeaders(200, page.length / 2);
          exchange.getResponseBody().write(page, 0, page.length / 2);
        });
    NvdApi.Reading all = read(server.source(8), NvdProgress.nothing());
    assertEquals(Optional.empty(), all.trouble());
    assertEquals(5, ids(all).size());
    assertEquals(4, server.asked().size());
  }

  /// A record that is changed again while a window is read leaves the window, and those after it
  /// move over the edge of the page.
  @Test
  void readsAWindowAgainWhereItsTotalChanges() throws IOException {
    fill(9, "2026-05-30T00:00:00Z");
    server.afterEach(
        number -> {
          if (number == 1) {
            server.remove("CVE-2020-0001");
          }
        });
    NvdApi.Reading all = read(server.source(8), NvdProgress.nothing());
    assertEquals(Optional.empty(), all.trouble());
    Set<String> ids = ids(all);
    assertTrue(
        ids.containsAll(IntStream.rangeClosed(2, 9).mapToObj(NvdApiTest::id).toList()),
        ids::toString);
  }

  @Test
  void givesUpForNowWhereTheTotalNeverHolds() throws IOException {
    fill(9, "2026-05-30T00:00:00Z");
    server.afterEach(number -> server.put("CVE-2021-" + (1000 + number), "2026-05-30T00:00:00Z"));
    NvdApi.Reading part = read(server.source(8), NvdProgress.nothing());
    assertTrue(part.trouble().orElseThrow().passing());
    assertTrue(part.trouble().get().why().contains("total"), part.trouble().get().why());
    assertEquals("", part.progress().watermark(), "the window is not done");
  }

  /// New records come at the end of all there is.
  @Test
  void aTotalThatGrowsWhileAllIsReadIsReadOn() throws IOException {
    fill(6, "2020-01-01T00:00:00Z");
    server.afterEach(
        number -> {
          if (number == 1) {
            server.put("CVE-2026-0001", "2026-05-31T00:00:00Z");
          }
        });
    NvdApi.Reading all = read(server.source(0), NvdProgress.nothing());
    assertEquals(7, ids(all).size());
    assertEquals(
        List.of("0", "3", "6", "0"),
        server.asked().stream().map(q -> q.replaceAll(".*startIndex=(\\d+).*", "$1")).toList());
  }

  @Test
  void goesOnInTheNextRunWhereTimeIsUp() throws IOException {
    fill(9, "2026-05-30T00:00:00Z");
    Instant real = Clock.systemUTC().instant();
    server.now(real.toString());
    NvdApi.Reading part =
        read(
            server.source(3650),
            NvdProgress.nothing(),
            new RequestPace(2, Duration.ofSeconds(30)),
            Clock.systemUTC(),
            Duration.ofSeconds(5),
            real);
    assertTrue(part.trouble().orElseThrow().passing());
    assertTrue(part.trouble().get().why().contains("rate limit"), part.trouble().get().why());
    assertTrue(Duration.between(real, Clock.systemUTC().instant()).toSeconds() < 5, "it waits not");
    assertEquals(2, server.asked().size());
  }

  @Test
  void theKeyGoesToTheServerAndNowhereElse() throws IOException {
    String secret = "0b3d2c1a-made-up-key";
    key = Optional.of(secret);
    server.key(secret);
    server.put("CVE-2020-0001", "2026-05-30T00:00:00Z");
    assertEquals(1, ids(read(server.source(8), NvdProgress.nothing())).size());
    assertEquals(List.of(secret), server.keys());
    assertFalse(server.asked().toString().contains(secret), "it is no part of the address");

    key = Optional.of("another-key-that-is-wrong");
    NvdApi.Reading refused = read(server.source(8), NvdProgress.nothing());
    assertFalse(refused.trouble().orElseThrow().passing());
    assertEquals("the server answers 404: Invalid apiKey.", refused.trouble().get().why());

    FeedSource clear =
        new FeedSource(
            "nvd-api",
            URI.create("http://192.0.2.1/rest/json/cves/2.0"),
            Optional.empty(),
            Optional.of(new FeedSource.Api(8)));
    assertEquals(
        "a key is sent by https only",
        read(clear, NvdProgress.nothing()).trouble().orElseThrow().why());
  }

  @Test
  void takesNothingForAPageThatIsNone() throws IOException {
    for (String wrong :
        List.of(
            "",
            "<html>",
            "[]",
            "{}",
            "{\"startIndex\":0,\"totalResults\":1}",
            "{\"startIndex\":0,\"totalResults\":1,\"vulnerabilities\":{}}",
            "{\"startIndex\":0,\"totalResults\":1,\"vulnerabilities\":[1]}",
            "{\"startIndex\":7,\"totalResults\":9,\"vulnerabilities\":[]}",
            "{\"startIndex\":0,\"totalResults\":1,\"vulnerabilities\":[{},{}]}",
            "{\"startIndex\":99999999999,\"totalResults\":1,\"vulnerabilities\":[]}",
            "{\"startIndex\":0,\"totalResults\":-1,\"vulnerabilities\":[]}")) {
      for (int i = 0; i < 4; i++) {
        server.instead(
            (exchange, _) -> {
              byte[] bytes = wrong.getBytes(StandardCharsets.UTF_8);
              exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
              exchange.getResponseBody().write(bytes);
            });
      }
      NvdApi.Reading reading = read(server.source(8), NvdProgress.nothing());
      assertTrue(reading.trouble().isPresent(), wrong);
      assertEquals(List.of(), reading.pages(), wrong);
    }
  }

  private void fill(int records, String changedAt) {
    for (int i = 1; i <= records; i++) {
      server.put(id(i), changedAt);
    }
  }

  private static String id(int number) {
    return "CVE-2020-%04d".formatted(number);
  }

  private NvdApi.Reading read(FeedSource source, NvdProgress progress) throws IOException {
    return read(source, progress, quick);
  }

  private NvdApi.Reading read(FeedSource source, NvdProgress progress, RequestPace pace)
      throws IOException {
    return read(
        source, progress, pace, Clock.fixed(NOW, ZoneOffset.UTC), Duration.ofSeconds(60), NOW);
  }

  private NvdApi.Reading read(
      FeedSource source,
      NvdProgress progress,
      RequestPace pace,
      Clock clock,
      Duration time,
      Instant from)
      throws IOException {
    try (NvdApi api =
        new NvdApi(Files.createTempDirectory(folder, "pages"), key, pace, PAGE, clock)) {
      return api.read(source, progress, from.plus(time));
    }
  }

  private static Set<String> ids(NvdApi.Reading reading) {
    Set<String> ids = new TreeSet<>();
    for (Path page : reading.pages()) {
      try {
        Matcher id = ID.matcher(Files.readString(page));
        while (id.find()) {
          ids.add(id.group(1));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return ids;
  }
}
