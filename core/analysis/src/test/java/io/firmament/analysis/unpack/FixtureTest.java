package io.firmament.analysis.unpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.firmament.analysis.unpack.formats.Formats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// What holds for every format, shown on images that the formats' own tools made.
@Execution(ExecutionMode.CONCURRENT)
class FixtureTest {
  private static final Limits SMALL =
      Limits.builder().totalBytes(256 << 20).freeBytes(64 << 20).entries(20_000).build();

  /// All mutations of one fixture together read about this many bytes.
  private static final int MUTATED_BYTES = 1 << 19;

  private static final int MOST_MUTATIONS = 24;

  /// Far above what any of these images takes; a loop without an end is found by it.
  private static final Duration HANG = Duration.ofSeconds(60);

  @TempDir Path work;

  private Stream<DynamicTest> forEach(String what, Check check) {
    return Fixture.all().stream()
        .map(
            fixture -> {
              Executable run = () -> check.check(fixture, fixture.bytes());
              return DynamicTest.dynamicTest(fixture + " " + what, run);
            });
  }

  /// Looks at one fixture.
  @FunctionalInterface
  private interface Check {
    void check(Fixture fixture, byte[] image) throws IOException;
  }

  @Test
  void everyFormatHasAFixture() {
    Set<String> ids =
        Formats.all().stream()
            .map(format -> format.card().id())
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> folders =
        Fixture.all().stream().map(Fixture::format).collect(Collectors.toCollection(TreeSet::new));
    assertEquals(String.join("\n", ids), String.join("\n", folders));
  }

  @TestFactory
  Stream<DynamicTest> givesTheExactTree() {
    return forEach(
        "gives the exact tree",
        (fixture, image) -> {
          try (Unpacked unpacked = Unpacked.of(image, work, SMALL)) {
            assertEquals(fixture.tree(), lines(unpacked), () -> notes(unpacked));
            assertEquals(fixture.notes(), kinds(unpacked));
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> isCarvedOutOfJunkWithItsExactEnds() {
    return forEach(
        "is carved out of junk",
        (fixture, image) -> {
          if (fixture.headOnly()) {
            return;
          }
          byte[] before = noise(5000, 1);
          byte[] after = noise(3001, 2);
          try (Unpacked unpacked = Unpacked.of(joined(before, image, after), work, SMALL)) {
            List<UnpackReport.ChunkView> found =
                unpacked.result().report().chunks().stream()
                    .filter(chunk -> chunk.parent() == null)
                    .filter(chunk -> chunk.format().equals(fixture.format()))
                    .toList();
            String expected = (5000 + fixture.start()) + " to " + (5000 + fixture.end());
            assertEquals(
                List.of(expected),
                found.stream().map(chunk -> chunk.start() + " to " + chunk.end()).toList());
            assertEquals(fixture.tree(), lines(unpacked));
            assertTrue(unpacked.result().report().explainedPercent() < 100);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> isNeverCutOffInSilence() {
    return forEach(
        "is never cut off in silence",
        (fixture, image) -> {
          if (fixture.openEnded()) {
            return;
          }
          int end = (int) fixture.end();
          for (int length :
              new int[] {end / 8, end / 3, end / 2, end * 3 / 4, end - 9, end - 2, end - 1}) {
            byte[] cut = Arrays.copyOf(image, Math.max(length, 1));
            try (Unpacked unpacked = unpack(cut)) {
              UnpackReport report = unpacked.result().report();
              boolean said =
                  !report.notes().isEmpty()
                      || report.chunks().stream()
                          .anyMatch(chunk -> chunk.format().equals("unknown"));
              assertTrue(
                  said || lines(unpacked).equals(fixture.tree()),
                  () -> "cut at %d of %d: nothing is said".formatted(length, image.length));
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> survivesChangedBytes() {
    return forEach(
        "survives changed bytes",
        (fixture, image) -> {
          Random random = new Random(fixture.toString().hashCode());
          int rounds = Math.clamp(MUTATED_BYTES / image.length, 4, MOST_MUTATIONS);
          for (int round = 0; round < rounds; round++) {
            byte[] changed = Mutation.of(image, random);
            try (Unpacked unpacked = unpack(changed)) {
              Soundness.check(unpacked.result(), changed.length);
            }
          }
        });
  }

  private Unpacked unpack(byte[] image) {
    return assertTimeoutPreemptively(HANG, () -> Unpacked.of(image, work, SMALL));
  }

  private static String lines(Unpacked unpacked) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      TreeLines.write(unpacked.result().tree(), out);
    } catch (IOException e) {
      fail(e);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static String notes(Unpacked unpacked) {
    return unpacked.result().report().notes().stream()
        .map(UnpackReport.NoteView::toString)
        .collect(Collectors.joining("\n"));
  }

  /// Kind and detail of each note, a line each.
  private static String kinds(Unpacked unpacked) {
    return unpacked.result().report().notes().stream()
        .map(note -> note.kind() + " " + note.detail() + "\n")
        .collect(Collectors.joining());
  }

  private static byte[] noise(int length, int seed) {
    byte[] noise = new byte[length];
    new Random(seed).nextBytes(noise);
    return noise;
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
