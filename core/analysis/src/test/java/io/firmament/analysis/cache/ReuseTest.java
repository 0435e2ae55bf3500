package io.firmament.analysis.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.firmament.analysis.inspect.Inspection;
import io.firmament.analysis.inventory.Inventory;
import io.firmament.analysis.inventory.Progress;
import io.firmament.analysis.tree.MemoryTree;
import io.firmament.base.Sha256;
import io.firmament.base.finding.Issue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReuseTest {
  private static final LocalDate DAY = LocalDate.of(2026, 11, 23);
  private static final String WIRELESS = "config wifi-iface\n option key 'correct horse'\n";

  @TempDir Path work;

  private static MemoryTree tree(String at, String settings) {
    return new MemoryTree()
        .file("etc/inittab", 0644, bytes("ttyS0::respawn:/bin/sh\n"))
        .file("usr/share/text", 0644, bytes("text\n".repeat(1000)))
        .file(at, 0644, bytes(settings));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<Issue> inspect(MemoryTree tree, Reuse known) {
    return Inspection.standard().inspect(tree, DAY, known);
  }

  private static Reuse.Counts counts(MemoryTree tree, BlobCache cache, String tenant) {
    Reuse known = new Reuse(cache, tenant);
    assertEquals(inspect(tree, Reuse.none()), inspect(tree, known));
    return known.counts();
  }

  @Test
  void looksAtEverythingTheFirstTimeAndAtNothingTheSecond() throws IOException {
    for (BlobCache cache :
        List.of(new MemoryBlobCache(1 << 20), FolderBlobCache.in(work.resolve("kept")))) {
      MemoryTree tree = tree("etc/config/wireless", WIRELESS);
      Reuse.Counts cold = counts(tree, cache, "a");
      assertEquals(3, cold.looked());
      assertEquals(cold.bytes(), cold.lookedBytes());
      assertEquals(new Reuse.Counts(3, cold.bytes(), 0, 0), counts(tree, cache, "a"));
    }
  }

  @Test
  void looksOnlyAtWhatChanged() {
    BlobCache cache = new MemoryBlobCache(1 << 20);
    counts(tree("etc/config/wireless", WIRELESS), cache, "a");
    String next = WIRELESS + "# a line more\n";
    Reuse.Counts warm = counts(tree("etc/config/wireless", next), cache, "a");
    assertEquals(1, warm.looked());
    assertEquals(next.length(), warm.lookedBytes());
  }

  @Test
  void looksAgainAtAContentThatMovedSinceItsPathSaysWhatItIs() {
    BlobCache cache = new MemoryBlobCache(1 << 20);
    counts(tree("usr/share/doc/example", WIRELESS), cache, "a");
    assertEquals(1, counts(tree("etc/config/wireless", WIRELESS), cache, "a").looked());
  }

  @Test
  void sharesNothingBetweenTenants() {
    BlobCache cache = new MemoryBlobCache(1 << 20);
    MemoryTree tree = tree("etc/config/wireless", WIRELESS);
    counts(tree, cache, "a");
    assertEquals(3, counts(tree, cache, "b").looked());
  }

  @Test
  void keepsTheAnswersOfTwoQuestionsApart() {
    BlobCache cache = new MemoryBlobCache(1 << 20);
    MemoryTree tree = tree("etc/config/wireless", WIRELESS);
    counts(tree, cache, "a");
    Reuse known = new Reuse(cache, "a");
    Inventory.standard().identify(tree, Progress.NONE, known);
    assertEquals(3, known.counts().looked());
  }

  @Test
  void looksAgainWhereTheFolderWasDamaged() throws IOException {
    Path folder = work.resolve("kept");
    BlobCache cache = FolderBlobCache.in(folder);
    MemoryTree tree = tree("etc/config/wireless", WIRELESS);
    counts(tree, cache, "a");
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        byte[] kept = Files.readAllBytes(file);
        kept[kept.length - 1] ^= 1;
        Files.write(file, kept);
      }
    }
    assertEquals(3, counts(tree, cache, "a").looked());
    assertEquals(0, counts(tree, cache, "a").looked());
  }

  @Test
  void forgetsWhatWasNotAskedForLongestWhereMemoryIsFull() {
    MemoryBlobCache cache = new MemoryBlobCache(25);
    BlobCache.Key[] keys = new BlobCache.Key[4];
    for (int i = 0; i < keys.length; i++) {
      Sha256 digest = Sha256.of(new byte[] {(byte) i});
      keys[i] = new BlobCache.Key("a", "1", "q", digest, digest);
    }
    cache.keep(keys[0], new byte[10]);
    cache.keep(keys[1], new byte[10]);
    assertFalse(cache.find(keys[0]).isEmpty());
    cache.keep(keys[2], new byte[10]);
    assertEquals(Optional.empty(), cache.find(keys[1]));
    assertArrayEquals(new byte[10], cache.find(keys[0]).orElseThrow());
    cache.keep(keys[3], new byte[26]);
    assertEquals(Optional.empty(), cache.find(keys[3]));
    assertEquals(20, cache.bytes());
  }

  @Test
  void namesOfKeysDifferInEveryPart() {
    Sha256 one = Sha256.of(bytes("1"));
    Sha256 two = Sha256.of(bytes("2"));
    String name = new BlobCache.Key("a", "v", "q", one, two).name();
    assertNotEquals(name, new BlobCache.Key("b", "v", "q", one, two).name());
    assertNotEquals(name, new BlobCache.Key("a", "w", "q", one, two).name());
    assertNotEquals(name, new BlobCache.Key("a", "v", "r", one, two).name());
    assertNotEquals(name, new BlobCache.Key("a", "v", "q", two, two).name());
    assertNotEquals(name, new BlobCache.Key("a", "v", "q", one, one).name());
  }

  @Test
  void theEnginesVersionIsThatOfItsCode() {
    assertEquals(64, EngineVersion.current().orElseThrow().length());
    assertEquals(EngineVersion.current(), EngineVersion.current());
  }
}
