package io.firmament.stages.feeds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.advisory.AdvisoryIndex;
import io.firmament.aws.AwsUnderTest;
import io.firmament.aws.S3ObjectStore;
import io.firmament.base.Sha256;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.stages.Advisories;
import io.firmament.stages.AdvisoryManifest;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/// The update by the clock, over a real object store and real HTTP servers. All feeds are made up.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FeedUpdateTest {
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
  private static final Set<String> WRITES = Set.of("write", "replace", "delete");
  private static final String KEV = "kev.json";
  private static final String EPSS = "epss.csv";
  private static final String NVD = "nvd.json";

  private final AwsUnderTest aws = AwsUnderTest.start();
  private final S3Client s3 = aws.s3();
  @TempDir private Path work;

  private ObjectStore objects = bucket();
  private FeedServer server = FeedServer.start();
  private NvdServer api = NvdServer.start();
  private volatile Instant now = NOW;

  private ObjectStore bucket() {
    return new S3ObjectStore(s3, aws.presigner(), aws.bucket(s3));
  }

  @BeforeEach
  void anEmptyPlatform() {
    objects = bucket();
    server.close();
    server = FeedServer.start();
    api.close();
    api = NvdServer.start();
    now = NOW;
  }

  @AfterEach
  void leavesNoWorkFiles() throws IOException {
    try (Stream<Path> left = Files.list(work)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @AfterAll
  void end() {
    server.close();
    api.close();
    aws.close();
  }

  @Test
  void downloadsWhatHasChangedAndPutsItIntoUse() throws IOException {
    server.put(NVD, nvd("CVE-2001-0001", 1));
    server.put(KEV, kev("CVE-2001-0001"));
    FeedReport first = run(NVD, KEV);
    assertEquals(FeedReport.Index.IN_USE, first.index());
    assertEquals(2, first.count(FeedReport.Status.READ));
    assertEquals(Set.of(NVD, KEV), new TreeSet<>(server.sent()));
    assertTrue(says("CVE-2001-0001"));

    FeedReport second = run(NVD, KEV);
    assertEquals(FeedReport.Index.UNCHANGED, second.index());
    assertEquals(2, second.count(FeedReport.Status.UNCHANGED));
    assertEquals(List.of(), server.sent(), "nothing has changed");

    server.put(NVD, nvd("CVE-2001-0002", 1));
    assertEquals(FeedReport.Index.IN_USE, run(NVD, KEV).index());
    assertEquals(List.of(NVD), server.sent());
    assertTrue(says("CVE-2001-0002"));
    assertFalse(says("CVE-2001-0001"), "a feed takes the place of the one before");
  }

  @Test
  void theManifestSaysWhatTheIndexIs() throws IOException {
    server.put(NVD, nvd("CVE-2001-0001", 1));
    server.put(KEV, kev("CVE-2001-0001"));
    run(NVD, KEV);
    AdvisoryManifest manifest = advisories(objects).manifest().orElseThrow();
    byte[] index = bytes(manifest.key());
    assertEquals(Sha256.of(index).hex(), manifest.sha256());
    assertEquals(index.length, manifest.size());
    assertEquals(AdvisoryIndex.FORMAT, manifest.indexFormat());
    assertEquals(NOW.toString(), manifest.builtAt());
    assertEquals(
        List.of("2026-01-02T03:04:05.678"),
        manifest.feeds().stream()
            .filter(feed -> feed.name().equals(NVD))
            .map(AdvisoryManifest.Feed::watermark)
            .toList());
    assertTrue(
        manifest.notices().stream().anyMatch(n -> n.contains("not endorsed or certified")),
        manifest.notices()::toString);
    assertTrue(manifest.vulnerabilities() > 50, "the starter facts are in it");
    assertEquals(9, manifest.sections().size());
  }

  @Test
  void aFeedThatFailsLeavesTheOthers() throws IOException {
    server.put(NVD, nvd("CVE-2001-0001", 1));
    server.put(KEV, kev("CVE-2001-0001"));
    run(NVD, KEV);
    for (String wrong : List.of("<html>sign in</html>", "{\"vulnerabilities\":[{\"cve", "{}", "")) {
      server.put(KEV, wrong);
      server.put(NVD, nvd("CVE-2001-0001", 2 + wrong.length()));
      FeedReport report = run(KEV, NVD, "gone.json");
      assertEquals(2, report.count(FeedReport.Status.FAILED), report::toString);
      assertEquals(FeedReport.Index.IN_USE, report.index());
      assertTrue(isExploited("CVE-2001-0001"), "what was there stays");
      server.sent();
      run(KEV, NVD);
      assertEquals(List.of(KEV), server.sent(), "what is no feed is asked for again");
    }
    server.put(KEV, kev("CVE-2001-0009"));
    assertEquals(1, run(KEV, NVD).count(FeedReport.Status.READ));
    assertTrue(says("CVE-2001-0001") && !isExploited("CVE-2001-0001"));
  }

  @Test
  void saysWhichFeedsAreTroubledForDays() throws IOException {
    server.put(NVD, nvd("CVE-2001-0001", 1));
    assertEquals(List.of(), run(NVD, "gone.json").overdue());
    now = now.plus(Duration.ofDays(1));
    assertEquals(List.of(), run(NVD, "gone.json").overdue());
    now = now.plus(Duration.ofHours(25));
    assertEquals(List.of("gone.json"), run(NVD, "gone.json").overdue());
    server.put("gone.json", kev("CVE-2001-0001"));
    assertEquals(List.of(), run(NVD, "gone.json").overdue());
  }

  @Test
  void aDownloadThatIsStoppedGoesOnInTheNextRun() throws IOException {
    byte[] large = large(3_000_000);
    server.put(NVD, large);
    server.cut(NVD, 500_000);
    int runs = 0;
    while (run(NVD).count(FeedReport.Status.READ) == 0) {
      runs++;
      assertTrue(runs < 5, "it never ends");
      assertFalse(says("CVE-2001-0001"));
    }
    assertTrue(runs > 0, "it was stopped");
    List<String> sent = server.sent();
    assertEquals(1, sent.stream().filter(NVD::equals).count(), "the beginning came once: " + sent);
    assertTrue(says("CVE-2001-0001"));
    assertEquals(List.of(), keys(ObjectKeys.FEED_PARTS), "nothing of it is left");
  }

  @Test
  void whatDoesNotFitInOneRunIsDoneInTheNext() throws IOException {
    server.put(NVD, nvd("CVE-2001-0001", 1));
    FeedReport late = run(limits(Duration.ofSeconds(20), Duration.ZERO), objects, NVD);
    assertEquals(FeedReport.Index.LATER, late.index());
    assertEquals(1, late.count(FeedReport.Status.READ));
    assertTrue(advisories(objects).manifest().isEmpty());

    FeedReport next = run(limits(Duration.ZERO, Duration.ofSeconds(20)), objects, NVD);
    assertEquals(FeedReport.Index.IN_USE, next.index());
    assertEquals(1, next.count(FeedReport.Status.LATER), "there is no time for downloads");
    assertTrue(says("CVE-2001-0001"));
  }

  @Test
  void aSlowFeedHoldsUpTheOthersOnceAndNoMore() throws IOException {
    server.put(NVD, nvd("CVE-2001-0001", 1));
    server.whenAskedFor("a-slow.json", () -> now = now.plus(Duration.ofMinutes(1)));
    assertEquals(1, run("a-slow.json", NVD).count(FeedReport.Status.LATER));
    assertEquals(1, run("a-slow.json", NVD).count(FeedReport.Status.READ));
    assertFalse(says("CVE-2001-0001"), "then it was slow again, and there was no time to build");
    run("a-slow.json", NVD);
    assertTrue(says("CVE-2001-0001"));
  }

  /// Stops every run before, and in another round after, each of its writes. Whatever is named is
  /// there whole at any time, and a run more comes to the end that no stop would have changed.
  @Test
  void aStopAtAnyWriteLosesNothingAndPublishesNothingHalf() throws IOException {
    int stops = 0;
    for (boolean after : new boolean[] {false, true}) {
      for (int at = 1; ; at++) {
        objects = bucket();
        server.put(NVD, nvd("CVE-2001-0001", 1));
        server.put(KEV, kev("CVE-2001-0001"));
        run(NVD, KEV);
        server.put(NVD, nvd("CVE-2001-0002", 2));
        server.put(EPSS, epss("CVE-2001-0002"));
        server.remove(KEV);
        String before = version();
        boolean stopped = isStopped(at, after, NVD, KEV, EPSS);
        assertTrue(says("CVE-2001-0001") || says("CVE-2001-0002"), "one of the two is whole");
        assertTrue(stopped || !version().equals(before));
        run(NVD, KEV, EPSS);
        assertEquals(FeedReport.Index.UNCHANGED, run(NVD, KEV, EPSS).index());
        assertTrue(says("CVE-2001-0002") && !says("CVE-2001-0001"), "stopped at write " + at);
        assertEquals(List.of(), unnamed(), "stopped at write " + at);
        if (!stopped) {
          break;
        }
        stops++;
      }
    }
    assertTrue(stops >= 14, "stops: " + stops);
  }

  private boolean isStopped(int at, boolean after, String... names) throws IOException {
    AtomicInteger left = new AtomicInteger(at);
    ObjectStore stopping =
        intercepted(
            call -> {
              boolean stop = left.decrementAndGet() <= 0;
              if (stop && !after) {
                throw new Stopped();
              }
              Object result = call.call();
              if (stop) {
                throw new Stopped();
              }
              return result;
            });
    try {
      run(limits(Duration.ofSeconds(20), Duration.ofSeconds(20)), stopping, names);
      return false;
    } catch (Stopped e) {
      return true;
    }
  }

  private static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /// One builds an index of older feeds for so long that another one publishes a newer one.
  @Test
  void aBuilderWithOlderFeedsNeverTakesTheNewerIndexBack() throws Exception {
    server.put(NVD, nvd("CVE-2001-0001", 1));
    run(NVD);
    server.put(NVD, nvd("CVE-2001-0002", 1));
    CountDownLatch atThePointer = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    ObjectStore slow =
        beforeThePointer(
            () -> {
              atThePointer.countDown();
              assertTrue(goOn.await(60, TimeUnit.SECONDS));
              return null;
            });
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<FeedReport> older =
          threads.submit(
              () -> run(limits(Duration.ofSeconds(20), Duration.ofSeconds(20)), slow, NVD));
      assertTrue(atThePointer.await(60, TimeUnit.SECONDS));
      server.put(NVD, nvd("CVE-2001-0003", 1));
      assertEquals(FeedReport.Index.IN_USE, run(NVD).index());
      String newer = version();
      goOn.countDown();
      assertEquals(FeedReport.Index.OVERTAKEN, older.get().index());
      assertEquals(newer, version());
    }
    assertTrue(says("CVE-2001-0003"));
    run(NVD);
    assertEquals(List.of(), unnamed());
  }

  /// Many at once, while the feeds change: the index in use only ever gets newer, and the last run
  /// has the last word.
  @Test
  void manyAtOnceNeverGoBack() throws Exception {
    List<Long> generations = new ArrayList<>();
    ObjectStore watched =
        afterThePointer(
            () -> {
              synchronized (generations) {
                generations.add(advisories(objects).generation());
              }
              return null;
            });
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int thread = i;
        all.add(
            threads.submit(
                () -> {
                  for (int k = 0; k < 5; k++) {
                    server.put(NVD, nvd("CVE-2001-%04d".formatted(thread * 100 + k), k + 1));
                    run(limits(Duration.ofSeconds(60), Duration.ofSeconds(60)), watched, NVD);
                  }
                  return thread;
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
    assertTrue(generations.size() > 1, "something was published: " + generations);
    server.put(NVD, nvd("CVE-2002-0001", 1));
    assertEquals(FeedReport.Index.IN_USE, run(NVD).index());
    assertTrue(says("CVE-2002-0001"));
    assertTrue(advisories(objects).generation() > generations.getLast());
    assertEquals(List.of(), unnamed());
  }

  @Test
  void formerIndexesAreKeptAWhileAndThenRemoved() throws IOException {
    for (int day = 0; day < 12; day++) {
      now = NOW.plus(Duration.ofDays(day));
      server.put(NVD, nvd("CVE-2001-0001", day + 1));
      assertEquals(FeedReport.Index.IN_USE, run(NVD).index());
    }
    List<String> indexes =
        keys(ObjectKeys.ADVISORIES).stream().filter(key -> key.endsWith(".fwvx")).toList();
    assertEquals(8, indexes.size(), "that of today, and those that were in use within seven days");
    assertEquals(
        indexes.size(),
        keys(ObjectKeys.ADVISORIES).stream()
            .filter(key -> key.endsWith(".json") && !key.endsWith("current.json"))
            .count());
    assertEquals(1, keys(ObjectKeys.FEED_FACTS).size(), "of facts only the last are needed");
  }

  @Test
  void factsThatAreGoneOrDamagedAreFetchedAgain() throws IOException {
    server.put(NVD, nvd("CVE-2001-0001", 1));
    server.put(KEV, kev("CVE-2001-0001"));
    run(NVD, KEV);
    for (int round = 0; round < 3; round++) {
      damageFacts(round);
      server.put(EPSS, epss("CVE-2001-000" + round));
      run(NVD, EPSS, KEV);
      assertTrue(isExploited("CVE-2001-0001"), "no index without them comes into use");
      run(NVD, EPSS, KEV);
      assertEquals(FeedReport.Index.UNCHANGED, run(NVD, EPSS, KEV).index());
      assertEquals(3, keys(ObjectKeys.FEED_FACTS).size());
      assertTrue(isExploited("CVE-2001-0001"));
    }
  }

  /// Vulnerabilities would seem to be gone.
  @Test
  void anIndexWaitsForFactsThatWereLostButNotForEver() throws IOException {
    server.put(NVD, nvd("CVE-2001-0001", 1));
    run(NVD);
    damageFacts(0);
    server.remove(NVD);
    server.put(KEV, kev("CVE-2001-0002"));
    run(KEV, NVD);
    assertEquals(FeedReport.Index.LATER, run(KEV, NVD).index());
    assertTrue(says("CVE-2001-0001"));
    now = now.plus(Duration.ofDays(3));
    assertEquals(FeedReport.Index.IN_USE, run(KEV, NVD).index());
    assertFalse(says("CVE-2001-0001"));
  }

  private void damageFacts(int how) throws IOException {
    for (String key : keys(ObjectKeys.FEED_FACTS)) {
      byte[] bytes = bytes(key);
      bytes[bytes.length / 2] ^= 1;
      switch (how) {
        case 0 -> objects.delete(key);
        case 1 -> objects.write(key, "application/octet-stream", new byte[0]);
        default -> objects.write(key, "application/octet-stream", bytes);
      }
    }
  }

  @Test
  void aFileThatIsNoIndexIsNotPublished() throws IOException {
    server.put(NVD, nvd("CVE-2001-0001", 1));
    run(NVD);
    String before = version();
    Path file =
        Files.write(
            work.resolve("broken"), bytes(advisories(objects).manifest().orElseThrow().key()));
    byte[] bytes = Files.readAllBytes(file);
    bytes[300] ^= 1;
    Files.write(file, bytes);
    Advisories.Built built = new Advisories.Built(file, Sha256.of(bytes), 1_000, "basis", NOW);
    assertThrows(IOException.class, () -> advisories(objects).publish(built));
    assertEquals(before, version());
    Files.delete(file);
  }

  @Test
  void aReaderTakesNothingThatIsNotWhatTheManifestSays() throws IOException {
    server.put(NVD, nvd("CVE-2001-0001", 1));
    run(NVD);
    AdvisoryManifest manifest = advisories(objects).manifest().orElseThrow();
    byte[] index = bytes(manifest.key());
    byte[] other = index.clone();
    other[other.length - 1] ^= 1;
    objects.write(manifest.key(), "application/octet-stream", other);
    assertThrows(IOException.class, () -> advisories(objects).current());
    objects.write(manifest.key(), "application/octet-stream", index);
    assertTrue(says("CVE-2001-0001"));
    String key =
        keys(ObjectKeys.ADVISORIES).stream()
            .filter(k -> k.endsWith(".json") && !k.equals(ObjectKeys.CURRENT_ADVISORIES))
            .findFirst()
            .orElseThrow();
    byte[] said = bytes(key);
    objects.write(
        key,
        "application/json",
        new String(said, StandardCharsets.UTF_8)
            .replace("2001", "2002")
            .concat(" ")
            .getBytes(StandardCharsets.UTF_8));
    assertThrows(IOException.class, () -> advisories(objects).current());
    objects.write(key, "application/json", said);
    assertTrue(says("CVE-2001-0001"));
  }

  @Test
  void theNvdsApiAddsToWhatItSaidBefore() throws IOException {
    api.put("CVE-2001-0001", "2026-05-30T00:00:00Z", "one");
    api.put("CVE-2001-0002", "2026-05-30T00:00:00Z", "two");
    List<FeedSource> sources = List.of(api.source(8));
    FeedReport first = update(objects).run(sources, Optional.empty(), generous());
    assertEquals(1, first.count(FeedReport.Status.READ), first::toString);
    assertTrue(says("CVE-2001-0001") && says("CVE-2001-0002"));

    FeedReport second = update(objects).run(sources, Optional.empty(), generous());
    assertEquals(1, second.count(FeedReport.Status.UNCHANGED), second::toString);
    assertEquals(FeedReport.Index.UNCHANGED, second.index());

    now = now.plus(Duration.ofHours(2));
    api.now(now.toString());
    api.put("CVE-2001-0002", "2026-06-01T01:00:00Z", "three");
    api.put("CVE-2001-0003", "2026-06-01T01:00:00Z", "four");
    FeedReport third = update(objects).run(sources, Optional.empty(), generous());
    assertEquals(FeedReport.Index.IN_USE, third.index());
    assertTrue(says("CVE-2001-0001") && says("CVE-2001-0002") && says("CVE-2001-0003"));
    AdvisoryManifest manifest = advisories(objects).manifest().orElseThrow();
    assertEquals(
        List.of(3),
        manifest.feeds().stream()
            .filter(feed -> feed.name().equals("nvd-api"))
            .map(AdvisoryManifest.Feed::records)
            .toList(),
        "none of them twice");
  }

  /// Between the pages of a run that was stopped nothing is lost, for progress and pages are saved
  /// in one.
  @Test
  void aStopAtAnyWriteLosesNoPageOfTheApi() throws IOException {
    int stops = 0;
    for (int at = 1; ; at++) {
      objects = bucket();
      api.put("CVE-2001-0001", "2026-05-30T00:00:00Z");
      AtomicInteger left = new AtomicInteger(at);
      ObjectStore stopping =
          intercepted(
              call -> {
                if (left.decrementAndGet() <= 0) {
                  throw new Stopped();
                }
                return call.call();
              });
      boolean stopped = false;
      try {
        update(stopping).run(List.of(api.source(8)), Optional.empty(), generous());
      } catch (Stopped e) {
        stopped = true;
      }
      update(objects).run(List.of(api.source(8)), Optional.empty(), generous());
      assertTrue(says("CVE-2001-0001"), "stopped at write " + at);
      if (!stopped) {
        break;
      }
      stops++;
    }
    assertTrue(stops >= 5, "stops: " + stops);
  }

  @Test
  void takesFeedsThatWereLaidIntoTheStoreAndForgetsThoseThatAreGone() throws IOException {
    put(ObjectKeys.OWN_FEEDS + "mine.json", nvd("CVE-2001-0001", 1));
    put(ObjectKeys.OWN_FEEDS + "broken.json", "{\"vulnerabilities\":[{");
    FeedReport report = run();
    assertEquals(1, report.count(FeedReport.Status.READ), report::toString);
    assertEquals(1, report.count(FeedReport.Status.FAILED));
    assertTrue(says("CVE-2001-0001"));
    assertEquals(List.of(), run().feeds(), "both are as they were");
    put(ObjectKeys.OWN_FEEDS + "mine.json", nvd("CVE-2001-0002", 1));
    run();
    assertTrue(says("CVE-2001-0002") && !says("CVE-2001-0001"));
    put(ObjectKeys.OWN_FEEDS + "other.json", nvd("CVE-2001-0003", 1));
    objects.delete(ObjectKeys.OWN_FEEDS + "mine.json");
    run();
    assertTrue(says("CVE-2001-0003") && !says("CVE-2001-0002"));
  }

  @Test
  void takesTheSourcesThatTheStoreNames() throws IOException {
    assertTrue(update(objects).sources(false).size() > 30);
    assertEquals(
        update(objects).sources(false).size() + 1,
        update(objects).sources(true).size(),
        "the NVD's API for who has a key");
    put(ObjectKeys.FEED_SOURCES, "a.json\thttps://feeds.example/a\n");
    assertEquals(
        List.of("a.json"), update(objects).sources(true).stream().map(FeedSource::name).toList());
  }

  @Test
  void anImportIsAllOrNothingAndAddsToWhatTheClockBrought() throws IOException {
    server.put(NVD, nvd("CVE-2001-0001", 1));
    run(NVD);
    Path folder = Files.createDirectory(work.resolve("files"));
    Path good = Files.writeString(folder.resolve("good.json"), nvd("CVE-2001-0002", 1));
    Path bad = Files.writeString(folder.resolve("bad.json"), "<html>");
    String before = version();
    FeedReport refused = update(objects).load(List.of(good, bad), false);
    assertEquals(1, refused.count(FeedReport.Status.FAILED));
    assertEquals(before, version());
    assertEquals(FeedReport.Index.IN_USE, update(objects).load(List.of(good), false).index());
    assertTrue(says("CVE-2001-0001") && says("CVE-2001-0002"));
    assertEquals(FeedReport.Index.UNCHANGED, update(objects).load(List.of(good), false).index());
    assertEquals(FeedReport.Index.IN_USE, update(objects).load(List.of(good), true).index());
    assertFalse(says("CVE-2001-0001"), "fresh");
    run(NVD);
    assertTrue(says("CVE-2001-0001"), "what was forgotten is fetched again");
    Files.delete(good);
    Files.delete(bad);
    Files.delete(folder);
  }

  @Test
  void theSameFeedsInAnotherStoreGiveTheSameIndex() throws IOException {
    server.put(NVD, nvd("CVE-2001-0001", 1));
    server.put(KEV, kev("CVE-2001-0001"));
    run(NVD, KEV);
    AdvisoryManifest one = advisories(objects).manifest().orElseThrow();
    objects = bucket();
    run(KEV);
    run(NVD);
    AdvisoryManifest other = advisories(objects).manifest().orElseThrow();
    assertEquals(one.sha256(), other.sha256());
  }

  private FeedReport run(String... names) throws IOException {
    return run(generous(), objects, names);
  }

  private FeedReport run(FeedUpdate.Limits limits, ObjectStore store, String... names)
      throws IOException {
    List<FeedSource> sources = Stream.of(names).map(server::source).toList();
    return update(store).run(sources, Optional.empty(), limits);
  }

  private FeedUpdate update(ObjectStore store) {
    return new FeedUpdate(store, advisories(store), work, clock());
  }

  private Clock clock() {
    return new Clock() {
      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }

      @Override
      public Instant instant() {
        return now;
      }
    };
  }

  private Advisories advisories(ObjectStore store) {
    return new Advisories(store, work);
  }

  private FeedUpdate.Limits generous() {
    return limits(Duration.ofSeconds(20), Duration.ofSeconds(20));
  }

  private FeedUpdate.Limits limits(Duration downloads, Duration build) {
    return new FeedUpdate.Limits(now.plus(downloads), now.plus(build), 100_000_000);
  }

  private boolean says(String id) throws IOException {
    try (AdvisoryIndex index = advisories(objects).current().index()) {
      assertEquals(List.of(), index.damagedSections());
      return index.find(id).isPresent();
    }
  }

  private boolean isExploited(String id) throws IOException {
    try (AdvisoryIndex index = advisories(objects).current().index()) {
      return index.find(id).isPresent() && !index.find(id).get().exploitedSince().isEmpty();
    }
  }

  private String version() throws IOException {
    return advisories(objects).manifest().map(AdvisoryManifest::key).orElse("");
  }

  private List<String> keys(String prefix) {
    List<String> keys = new ArrayList<>();
    objects.each(prefix, keys::add);
    return keys;
  }

  /// Objects that nothing names.
  private List<String> unnamed() throws IOException {
    String state = new String(bytes(ObjectKeys.FEED_STATE), StandardCharsets.UTF_8);
    String pointer = new String(bytes(ObjectKeys.CURRENT_ADVISORIES), StandardCharsets.UTF_8);
    return Stream.concat(keys(ObjectKeys.FEEDS).stream(), keys(ObjectKeys.ADVISORIES).stream())
        .filter(key -> !key.equals(ObjectKeys.FEED_STATE))
        .filter(key -> !key.equals(ObjectKeys.CURRENT_ADVISORIES))
        .filter(key -> !state.contains(key) && !pointer.contains(key))
        .toList();
  }

  private byte[] bytes(String key) throws IOException {
    try (InputStream in = objects.read(key).orElseThrow()) {
      return in.readAllBytes();
    }
  }

  private void put(String key, String text) {
    objects.write(key, "application/json", text.getBytes(StandardCharsets.UTF_8));
  }

  private interface Interception {
    Object around(Callable<Object> call) throws Exception;
  }

  /// The object store with something around each of its writes.
  private ObjectStore intercepted(Interception interception) {
    return intercepted((_, call) -> interception.around(call));
  }

  private ObjectStore beforeThePointer(Callable<Void> work) {
    return intercepted(
        (key, call) -> {
          if (key.equals(ObjectKeys.CURRENT_ADVISORIES)) {
            work.call();
          }
          return call.call();
        });
  }

  private ObjectStore afterThePointer(Callable<Void> work) {
    return intercepted(
        (key, call) -> {
          Object result = call.call();
          if (key.equals(ObjectKeys.CURRENT_ADVISORIES)) {
            work.call();
          }
          return result;
        });
  }

  private interface KeyedInterception {
    Object around(String key, Callable<Object> call) throws Exception;
  }

  private ObjectStore intercepted(KeyedInterception interception) {
    ObjectStore real = objects;
    return (ObjectStore)
        Proxy.newProxyInstance(
            ObjectStore.class.getClassLoader(),
            new Class<?>[] {ObjectStore.class},
            (_, method, arguments) -> {
              Callable<Object> call =
                  () -> {
                    try {
                      return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                      throw e.getCause() instanceof Exception cause ? cause : e;
                    }
                  };
              return WRITES.contains(method.getName())
                  ? interception.around(String.valueOf(arguments[0]), call)
                  : call.call();
            });
  }

  private static byte[] large(int bytes) {
    Random random = new Random(1);
    StringBuilder text = new StringBuilder(nvd("CVE-2001-0001", 1).strip());
    text.setLength(text.length() - 1);
    text.append(",\"padding\":\"");
    while (text.length() < bytes) {
      text.append(Long.toHexString(random.nextLong()));
    }
    return text.append("\"}").toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String nvd(String id, int version) {
    return """
    {"resultsPerPage":1,"format":"NVD_CVE","version":"2.0","timestamp":"2026-01-02T03:04:05.678",
     "vulnerabilities":[{"cve":{"id":"%s","vulnStatus":"Analyzed",
      "lastModified":"2026-01-01T00:00:00.000",
      "descriptions":[{"lang":"en","value":"An invented flaw."}],
      "configurations":[{"nodes":[{"operator":"OR","negate":false,"cpeMatch":[
       {"vulnerable":true,"criteria":"cpe:2.3:a:acme:thing:*:*:*:*:*:*:*:*",
        "versionEndExcluding":"%d.0"}]}]}]}}]}
    """
        .formatted(id, version);
  }

  private static String kev(String id) {
    return """
    {"catalogVersion":"2026.01.01","dateReleased":"2026-01-01T00:00:00Z","count":1,
     "vulnerabilities":[{"cveID":"%s","dateAdded":"2026-01-01"}]}
    """
        .formatted(id);
  }

  private static String epss(String id) {
    return "#model_version:v2025.03.14,score_date:2026-01-01T00:00:00+0000\ncve,epss,percentile\n"
        + id
        + ",0.5,0.9\n";
  }
}
