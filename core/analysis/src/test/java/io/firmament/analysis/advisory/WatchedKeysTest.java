package io.firmament.analysis.advisory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which firmware has to be matched again when an index takes the place of another.
class WatchedKeysTest {
  @TempDir private Path folder;

  /// Feeds change at random, many times over; whatever has other matches then was concerned.
  @Test
  void matchingOnlyWhatIsConcernedIsAsGoodAsMatchingAll() throws IOException {
    int matched = 0;
    int concerned = 0;
    int changed = 0;
    int all = 0;
    for (long seed = 1; seed <= 12; seed++) {
      RandomFeeds feeds = new RandomFeeds(seed);
      List<List<Component>> firmware =
          IntStream.range(0, 40).mapToObj(_ -> feeds.firmware()).toList();
      AdvisoryIndex before = build(feeds);
      List<List<CveMatch>> known = firmware.stream().map(each -> match(each, before)).toList();
      AdvisoryIndex old = before;
      for (int step = 0; step < 6; step++) {
        feeds.change(1 + step);
        AdvisoryIndex now = build(feeds);
        Set<String> keys = WatchedKeys.changed(old, now);
        List<List<CveMatch>> full = firmware.stream().map(each -> match(each, now)).toList();
        for (int i = 0; i < firmware.size(); i++) {
          boolean meant =
              !Collections.disjoint(WatchedKeys.of(firmware.get(i), known.get(i)), keys);
          all++;
          concerned += meant ? 1 : 0;
          changed += full.get(i).equals(known.get(i)) ? 0 : 1;
          matched += full.get(i).size();
          assertTrue(
              meant || full.get(i).equals(known.get(i)),
              "seed " + seed + " step " + step + ": " + firmware.get(i));
        }
        known = full;
        old.close();
        old = now;
      }
      old.close();
    }
    assertTrue(matched > 1_000, "there are matches: " + matched);
    assertTrue(changed > 100, "something changed: " + changed);
    assertTrue(concerned < all * 2 / 3, "much was left alone: " + concerned + " of " + all);
    assertTrue(changed * 3 > concerned, "few were asked in vain: " + concerned + " for " + changed);
  }

  @Test
  void theSameFeedsChangeNothing() throws IOException {
    RandomFeeds feeds = new RandomFeeds(7);
    try (AdvisoryIndex one = build(feeds);
        AdvisoryIndex other = build(feeds)) {
      assertEquals(Set.of(), WatchedKeys.changed(one, other));
    }
  }

  @Test
  void aForecastConcernsOnlyWhoHasTheVulnerability() throws IOException {
    RandomFeeds feeds = new RandomFeeds(7);
    feeds.forecast("CVE-2001-1001", 0.25);
    try (AdvisoryIndex one = build(feeds)) {
      feeds.forecast("CVE-2001-1001", 0.5);
      try (AdvisoryIndex other = build(feeds)) {
        assertEquals(Set.of("v:CVE-2001-1001"), WatchedKeys.changed(one, other));
      }
    }
  }

  @Test
  void everythingChangesFromNothing() throws IOException {
    try (AdvisoryIndex none = AdvisoryIndex.starter();
        AdvisoryIndex some = build(new RandomFeeds(3))) {
      Set<String> keys = WatchedKeys.changed(none, some);
      assertTrue(keys.contains("c:acme:pack1"), keys::toString);
      assertTrue(keys.contains("s:debian-12"), keys::toString);
      assertEquals(keys, WatchedKeys.changed(some, none));
      assertTrue(keys.stream().noneMatch(key -> key.contains("openssl")), "stayed as it was");
      assertEquals(new HashSet<>(keys).size(), keys.size());
    }
  }

  private List<CveMatch> match(List<Component> components, AdvisoryIndex index) {
    return new Matcher().match(components, FirmwareEnvironment.of(components), index);
  }

  private AdvisoryIndex build(RandomFeeds feeds) throws IOException {
    Path out = Files.createTempFile(folder, "index", "");
    List<Path> written = new ArrayList<>(feeds.write(folder));
    IndexBuilder.build(written, out);
    return AdvisoryIndex.open(out);
  }
}
