package io.firmament.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.firmament.analysis.advisory.index.FeedNote;
import io.firmament.stages.feeds.FeedSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The commands `feeds` and `demo` as their users meet them. All facts are made up.
final class FeedsTest {
  private static final String NVD =
      """
      {"resultsPerPage":1,"format":"NVD_CVE","version":"2.0","timestamp":"2026-01-02T03:04:05.678",
       "vulnerabilities":[{"cve":{"id":"CVE-1999-99999","vulnStatus":"Analyzed",
        "lastModified":"2026-01-01T00:00:00.000",
        "descriptions":[{"lang":"en","value":"An invented flaw of BusyBox."}],
        "metrics":{"cvssMetricV31":[{"type":"Primary","cvssData":{"version":"3.1",
         "vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","baseScore":9.8}}]},
        "configurations":[{"nodes":[{"operator":"OR","negate":false,"cpeMatch":[
         {"vulnerable":true,"criteria":"cpe:2.3:a:busybox:busybox:*:*:*:*:*:*:*:*",
          "versionStartIncluding":"1.30.0","versionEndExcluding":"1.40.0"}]}]}]}}]}
      """;
  private static final String KEV =
      """
      {"catalogVersion":"2026.01.01","dateReleased":"2026-01-01T00:00:00Z","count":1,
       "vulnerabilities":[{"cveID":"CVE-1999-99999","dateAdded":"2026-01-01"}]}
      """;

  @TempDir private Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void whatIsImportedIsFoundInAnImage() throws IOException {
    Path nvd = gzip("nvd.json.gz", NVD);
    Path kev = Files.writeString(folder.resolve("kev.json"), KEV);
    assertEquals(0, feeds("import", nvd.toString(), kev.toString()), err::toString);
    assertTrue(out.toString(StandardCharsets.UTF_8).contains("In use from now on"), out::toString);
    out.reset();

    Path image = cutOffImage();
    assertEquals(0, demo(image.toString(), "--once", "--data", data().toString()), err::toString);

    String report = out.toString(StandardCharsets.UTF_8);
    assertTrue(report.contains("CVE-1999-99999"), report);
    assertTrue(report.contains("[exploited] [backported?] An invented flaw of BusyBox."), report);
    assertTrue(report.contains("CVE-2022-30065"), "the starter facts stay: " + report);
    assertTrue(report.contains("!! NOT ALL OF THE IMAGE WAS SEEN."), report);
    assertTrue(report.contains("!! CUT OFF: "), report);
    assertTrue(report.contains("gzip ") && report.contains("tar "), report);
    assertEquals("", err.toString(StandardCharsets.UTF_8));
  }

  /// A feed is imported beside a platform that runs; what was analysed before hears of it.
  @Test
  void anImportReachesWhatWasAnalysedBefore() throws IOException {
    try (LocalPlatform platform = LocalPlatform.start(Optional.of(data()), 0)) {
      ApiClient api = new ApiClient(platform.url());
      api.useToken(platform.seed().apiToken());
      String id = api.upload(LocalPlatformTest.uploadUrl(api), cutOffImage());
      await(() -> changes(api, id).contains("\"matched\""));
      assertFalse(changes(api, id).contains("\"added\""), "nothing changed yet");

      Path nvd = gzip("nvd.json.gz", NVD);
      assertEquals(0, feeds("import", nvd.toString()), err::toString);

      await(() -> changes(api, id).contains("\"added\":1,\"changed\":0,\"gone\":0"));
    }
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "it takes too long");
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
  }

  private String changes(ApiClient api, String firmware) {
    try {
      Path file = folder.resolve("changes.json");
      Files.deleteIfExists(file);
      api.download("/api/firmwares/" + firmware + "/changes", "application/json", file);
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void anUpdateDownloadsWhatHasChangedAndImportsIt() throws IOException {
    Map<String, String> served = new ConcurrentHashMap<>(Map.of("/nvd", NVD, "/kev", KEV));
    HttpServer server = serve(served);
    try {
      String host = host(server);
      Path sources =
          Files.writeString(
              folder.resolve("sources.tsv"),
              "nvd.json\t" + host + "/nvd\nkev.json\t" + host + "/kev\n");
      assertEquals(0, feeds("update", "--sources", sources.toString()), err::toString);
      assertTrue(out.toString(StandardCharsets.UTF_8).contains("2 of 2 feeds"), out::toString);
      assertTrue(out.toString(StandardCharsets.UTF_8).contains("In use from now on"));
      out.reset();
      assertEquals(0, feeds("update", "--sources", sources.toString()), err::toString);
      assertTrue(out.toString(StandardCharsets.UTF_8).contains("0 of 2 feeds"), out::toString);
      assertTrue(out.toString(StandardCharsets.UTF_8).contains("In use already"), out::toString);
      out.reset();
      served.put("/kev", KEV.replace("2026-01-01\"}", "2026-01-02\"}"));
      Files.writeString(sources, Files.readString(sources) + "gone.json\t" + host + "/gone\n");
      assertEquals(1, feeds("update", "--sources", sources.toString()));
      assertTrue(out.toString(StandardCharsets.UTF_8).contains("1 of 3 feeds"), out::toString);
      assertTrue(out.toString(StandardCharsets.UTF_8).contains("In use from now on"));
      assertTrue(
          err.toString(StandardCharsets.UTF_8).contains("gone.json: the server answers 404"),
          err::toString);
      out.reset();
      Files.writeString(
          sources, Files.readString(sources).replace("/gone", "/nvd").replace("gone", "other"));
      served.put("/kev", "<html>sign in</html>");
      assertEquals(1, feeds("update", "--sources", sources.toString()));
      assertTrue(err.toString(StandardCharsets.UTF_8).contains("kev.json: it is no feed"));
      assertTrue(
          out.toString(StandardCharsets.UTF_8).contains("1 of 3 feeds"), "the other is taken");
      served.put("/kev", KEV);
      assertEquals(0, feeds("update", "--sources", sources.toString()), err::toString);
    } finally {
      server.stop(0);
    }
  }

  /// For a site without a network: downloaded here, carried over, imported there.
  @Test
  void whatIsDownloadedIntoAFolderIsImportedElsewhere() throws IOException {
    Map<String, String> served = new ConcurrentHashMap<>(Map.of("/nvd", NVD, "/kev", KEV));
    HttpServer server = serve(served);
    Path carried = folder.resolve("carried");
    try {
      String host = host(server);
      Path sources =
          Files.writeString(
              folder.resolve("sources.tsv"),
              "nvd.json\t" + host + "/nvd\nkev.json\t" + host + "/kev\n");
      String[] download = {"download", carried.toString(), "--sources", sources.toString()};
      assertEquals(0, Feeds.run(download, print(out), print(err)), err::toString);
      assertTrue(out.toString(StandardCharsets.UTF_8).contains("2 of 2 feeds"), out::toString);
      out.reset();
      assertEquals(0, Feeds.run(download, print(out), print(err)), err::toString);
      assertTrue(out.toString(StandardCharsets.UTF_8).contains("0 of 2 feeds"), out::toString);
    } finally {
      server.stop(0);
    }
    assertFalse(Files.exists(data()), "nothing is imported here");
    assertEquals(
        0,
        feeds(
            "import",
            carried.resolve("nvd.json").toString(),
            carried.resolve("kev.json").toString()),
        err::toString);
    out.reset();
    assertEquals(0, feeds("status"), err::toString);
    assertTrue(out.toString(StandardCharsets.UTF_8).contains("kev.json"), out::toString);
  }

  /// The platform updates the index by itself, with a feed that changes while it runs.
  @Test
  void thePlatformUpdatesTheIndexByTheClock() throws IOException {
    Map<String, String> served = new ConcurrentHashMap<>(Map.of("/nvd", NVD));
    HttpServer server = serve(served);
    try (LocalPlatform platform = LocalPlatform.start(Optional.of(data()), 0)) {
      ApiClient api = new ApiClient(platform.url());
      api.useToken(platform.seed().apiToken());
      String id = api.upload(LocalPlatformTest.uploadUrl(api), cutOffImage());
      await(() -> changes(api, id).contains("\"matched\""));
      FeedSource source =
          new FeedSource("nvd.json", URI.create(host(server) + "/nvd"), Optional.empty());
      platform.updateFeeds(
          new FeedTimer.Plan(
              Duration.ofSeconds(1), Optional.of(List.of(source)), Optional.empty()));
      await(() -> changes(api, id).contains("\"added\":1,\"changed\":0,\"gone\":0"));
      served.put("/nvd", NVD.replace("1.30.0", "1.36.0"));
      await(() -> changes(api, id).contains("\"added\":0,\"changed\":0,\"gone\":1"));
      assertEquals(
          0,
          feeds("import", Files.writeString(folder.resolve("kev.json"), KEV).toString()),
          err::toString);
    } finally {
      server.stop(0);
    }
  }

  private static HttpServer serve(Map<String, String> served) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String text = served.getOrDefault(exchange.getRequestURI().getPath(), "");
            String tag = "\"" + text.hashCode() + "\"";
            exchange.getResponseHeaders().add("ETag", tag);
            if (text.isEmpty()) {
              exchange.sendResponseHeaders(404, -1);
            } else if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
              exchange.sendResponseHeaders(304, -1);
            } else {
              byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
              exchange.sendResponseHeaders(200, bytes.length);
              exchange.getResponseBody().write(bytes);
            }
          }
        });
    server.start();
    return server;
  }

  private static String host(HttpServer server) {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @Test
  void refusesWhatIsNoKey() throws IOException {
    Path key = Files.writeString(folder.resolve("key"), "two words");
    assertEquals(1, feeds("update", "--nvd-key", key.toString()));
    assertEquals("there is no key in " + key + "\n", err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void anImportThatIsRepeatedChangesNothing() throws IOException {
    Path nvd = Files.writeString(folder.resolve("nvd.json"), NVD);
    assertEquals(0, feeds("import", nvd.toString()));
    SortedMap<String, byte[]> before = stored();
    out.reset();

    assertEquals(0, feeds("import", nvd.toString()));

    assertTrue(out.toString(StandardCharsets.UTF_8).contains("In use already"), out::toString);
    assertSame(before, stored());
  }

  @Test
  void aFileThatIsNoWholeFeedChangesNothing() throws IOException {
    Path good = Files.writeString(folder.resolve("good.json"), NVD);
    assertEquals(0, feeds("import", good.toString()));
    SortedMap<String, byte[]> before = stored();
    Path cut = folder.resolve("cut.json.gz");
    byte[] whole = Files.readAllBytes(gzip("whole.json.gz", NVD));
    Files.write(cut, Arrays.copyOf(whole, whole.length - 30));
    Path old = Files.writeString(folder.resolve("old.json"), "{\"CVE_Items\":[]}");
    Path noise = Files.write(folder.resolve("noise.xz"), new byte[] {(byte) 0xfd, '7', 'z', 0});
    Path missing = folder.resolve("missing.json");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    for (Path wrong : List.of(cut, old, noise, missing, empty)) {
      err.reset();
      assertEquals(1, feeds("import", good.toString(), wrong.toString()));
      assertTrue(err.toString(StandardCharsets.UTF_8).contains(wrong.toString()), err::toString);
      assertSame(before, stored());
    }
    err.reset();
    assertEquals(1, feeds("import", old.toString()));
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("nvdcve-2.0-"), err::toString);
  }

  @Test
  void saysWhatIsInUse() throws IOException {
    assertEquals(1, feeds("status"));
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("no data folder"), err::toString);
    assertFalse(Files.exists(data()), "asking makes nothing");
    Files.createDirectories(data());
    assertEquals(0, feeds("status"));
    assertTrue(
        out.toString(StandardCharsets.UTF_8).contains("only the facts that come with Firmament"),
        out::toString);
    out.reset();
    assertEquals(0, feeds("import", Files.writeString(folder.resolve("nvd.json"), NVD).toString()));
    out.reset();
    assertEquals(0, feeds("status"));
    String status = out.toString(StandardCharsets.UTF_8);
    assertTrue(status.contains("nvd.json"), status);
    assertTrue(status.contains("as of 2026-01-02T03:04:05.678, "), status);
    assertTrue(status.contains("STALE: nvd.json is "), status);
    assertTrue(status.contains("not endorsed or certified by the NVD"), status);
  }

  @Test
  void anImportAddsToThoseBeforeUnlessItIsFresh() throws IOException {
    Path nvd = Files.writeString(folder.resolve("nvd.json"), NVD);
    assertEquals(0, feeds("import", nvd.toString()), err::toString);
    Path kev = Files.writeString(folder.resolve("kev.json"), KEV);
    assertEquals(0, feeds("import", kev.toString()), err::toString);
    out.reset();
    assertEquals(0, feeds("status"));
    String both = out.toString(StandardCharsets.UTF_8);
    assertTrue(both.contains("nvd.json") && both.contains("kev.json"), both);
    assertEquals(0, feeds("import", kev.toString(), "--fresh"), err::toString);
    out.reset();
    assertEquals(0, feeds("status"));
    String one = out.toString(StandardCharsets.UTF_8);
    assertTrue(!one.contains("nvd.json") && one.contains("kev.json"), one);
  }

  @ParameterizedTest
  @CsvSource({
    "nvd, 2026-01-01T00:00:00.000, 2026-02-01, 2026-02-02, 'as of 2026-01-01T00:00:00.000, 9 days"
        + " old', true",
    "nvd, '', 2026-01-03T00:00:00.000, 2026-02-02, 'newest of 2026-01-03T00:00:00.000, 7 days old',"
        + " false",
    "debian, '', '', 2026-01-09, 'file of 2026-01-09, 1 day old', false",
    "kev, 2025-12-12, '', '', 'as of 2025-12-12, 29 days old', false",
    "overrides, '', 2020-01-01, '', 'newest of 2020-01-01, 2201 days old', false",
    "osv, '', 'nonsense of words', '', '', false",
    "epss, 2026-01-11, '', '', 'as of 2026-01-11, 0 days old', false",
  })
  void aFeedIsAsOldAsItSays(
      String kind, String watermark, String newest, String obtained, String text, boolean stale) {
    FeedAge age =
        FeedAge.of(
            new FeedNote("name", kind, watermark, newest, obtained, 1, 0, ""),
            Instant.parse("2026-01-10T12:00:00Z"));
    assertEquals(text, age.text().strip());
    assertEquals(stale, age.isStale());
  }

  @Test
  void theDemoRefusesInOneLineWhatItCannotAnalyse() throws IOException {
    Path empty = Files.createFile(folder.resolve("empty.img"));
    for (Path wrong : List.of(empty, folder, folder.resolve("missing.img"))) {
      err.reset();
      assertEquals(1, demo(wrong.toString(), "--once"));
      assertEquals(1, err.toString(StandardCharsets.UTF_8).lines().count(), err::toString);
      assertTrue(err.toString(StandardCharsets.UTF_8).contains(wrong.toString()), err::toString);
    }
    assertEquals("", out.toString(StandardCharsets.UTF_8), "nothing was started");
  }

  private int feeds(String command, String... files) {
    Stream<String> arguments =
        Stream.concat(
            Stream.concat(Stream.of(command), Arrays.stream(files)),
            Stream.of("--data", data().toString()));
    return Feeds.run(arguments.toArray(String[]::new), print(out), print(err));
  }

  private int demo(String... arguments) {
    return Demo.run(
        arguments, print(out), print(err), new Demo.Places(folder, folder.resolve("log")));
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private Path data() {
    return folder.resolve("data");
  }

  private SortedMap<String, byte[]> stored() throws IOException {
    SortedMap<String, byte[]> stored = new TreeMap<>();
    try (Stream<Path> files = Files.walk(data())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        stored.put(data().relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return stored;
  }

  private static void assertSame(
      SortedMap<String, byte[]> expected, SortedMap<String, byte[]> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((name, bytes) -> assertTrue(Arrays.equals(bytes, actual.get(name)), name));
  }

  private Path gzip(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    try (GZIPOutputStream zip = new GZIPOutputStream(Files.newOutputStream(file))) {
      zip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  /// A gzip-compressed tar archive with the dpkg database of a system with BusyBox, and noise whose
  /// end is missing.
  private Path cutOffImage() throws IOException {
    byte[] noise = new byte[60_000];
    new Random(1).nextBytes(noise);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
      String status = "Package: busybox\nStatus: install ok installed\nVersion: 1:1.35.0-4\n";
      member(tar, "var/lib/dpkg/status", status.getBytes(StandardCharsets.UTF_8));
      member(tar, "usr/share/noise", noise);
    }
    byte[] whole = bytes.toByteArray();
    return Files.write(folder.resolve("cut.tar.gz"), Arrays.copyOf(whole, whole.length - 20_000));
  }

  private static void member(TarArchiveOutputStream tar, String name, byte[] content)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }
}
