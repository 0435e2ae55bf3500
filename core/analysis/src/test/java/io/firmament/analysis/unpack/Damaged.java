package io.firmament.analysis.unpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.unpack.io.Binary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;

/// For tests that damage a fixture, and look at what is left of its tree.
abstract class Damaged {
  @TempDir Path work;

  /// @param lost lines of the tree that are not as they were
  /// @param notes kinds and details
  record Outcome(List<String> lost, String notes) {}

  final Outcome damage(String format, String name, Consumer<byte[]> damage) throws IOException {
    Fixture fixture =
        Fixture.all().stream()
            .filter(f -> f.format().equals(format) && f.name().equals(name))
            .findFirst()
            .orElseThrow();
    byte[] image = fixture.bytes();
    damage.accept(image);
    try (Unpacked unpacked = Unpacked.of(image, work)) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      TreeLines.write(unpacked.result().tree(), out);
      List<String> left = out.toString(StandardCharsets.UTF_8).lines().toList();
      return new Outcome(
          fixture.tree().lines().filter(line -> !left.contains(line)).toList(),
          unpacked.result().report().notes().stream()
              .map(note -> note.kind() + " " + note.detail())
              .collect(Collectors.joining("\n")));
    }
  }

  static void assertLost(List<String> paths, Outcome outcome) {
    assertEquals(
        paths,
        outcome.lost.stream()
            .map(line -> line.replaceAll(".\"path\":\"([^\"]*)\".*", "$1"))
            .toList(),
        outcome.notes());
  }

  static void assertSays(String detail, Outcome outcome) {
    assertTrue(outcome.notes.contains(detail), outcome.notes);
  }

  /// Where a text is in the image.
  static int find(byte[] image, String text) {
    byte[] wanted = Binary.ascii(text);
    for (int i = 0; i + wanted.length <= image.length; i++) {
      if (Arrays.equals(wanted, 0, wanted.length, image, i, i + wanted.length)) {
        return i;
      }
    }
    throw new AssertionError("not in the image: " + text);
  }

  static void noise(byte[] image, int from, int to) {
    byte[] noise = new byte[to - from];
    new Random(from).nextBytes(noise);
    System.arraycopy(noise, 0, image, from, noise.length);
  }
}
