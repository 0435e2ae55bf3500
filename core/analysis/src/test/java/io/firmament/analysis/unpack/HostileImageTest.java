package io.firmament.analysis.unpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.tree.EntryPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostileImageTest {
  @TempDir Path work;

  @Test
  void answersAnEmptyImage() throws IOException {
    try (Unpacked unpacked = Unpacked.of(new byte[0], work)) {
      assertEquals(List.of("TRUNCATED"), unpacked.noteKinds());
    }
  }

  @Test
  void makesNamesThatLeaveTheTreeHarmless() throws IOException {
    byte[] image =
        new Archives.Cpio()
            .file("../../etc/passwd", "1")
            .file("/etc/shadow", "2")
            .file("a\0b", "3")
            .file("", "4")
            .file("./fine", "5")
            .build();
    try (Unpacked unpacked = Unpacked.of(image, work)) {
      assertEquals(List.of("a_b", "etc/passwd", "etc/shadow", "fine", "unnamed"), unpacked.paths());
      assertEquals(4, unpacked.noteKinds().stream().filter("UNSAFE_PATH"::equals).count());
    }
  }

  @Test
  void keepsLoopsAndDanglingLinksAsData() throws IOException {
    byte[] image =
        new Archives.Cpio()
            .symlink("a", "b")
            .symlink("b", "a")
            .symlink("self/x", "../self/x/y")
            .symlink("out", "../../../../etc/passwd")
            .build();
    try (Unpacked unpacked = Unpacked.of(image, work)) {
      for (String path : List.of("a", "b", "self/x", "out")) {
        assertEquals(Optional.empty(), unpacked.result().tree().resolve(EntryPath.of(path)), path);
      }
      assertEquals(4, unpacked.result().report().counts().symlinks());
    }
  }

  @Test
  void stopsABombAtTheRatio() throws IOException {
    byte[] bomb = Archives.gzip(new byte[64 << 20]);
    Limits limits = Limits.builder().freeBytes(1 << 20).ratio(50).build();
    try (Unpacked unpacked = Unpacked.of(bomb, work, limits)) {
      assertTrue(unpacked.noteKinds().contains("LIMIT_HIT"), "" + unpacked.noteKinds());
      assertTrue(unpacked.result().report().counts().decodedBytes() < 8 << 20);
    }
  }

  @Test
  void stopsANestedBombAtTheDepthAndTheTotal() throws IOException {
    byte[] nested = "core".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 40; i++) {
      nested = Archives.gzip(nested);
    }
    try (Unpacked unpacked = Unpacked.of(nested, work)) {
      assertTrue(
          unpacked.result().report().notes().stream()
              .anyMatch(note -> note.detail().startsWith("DEPTH")));
    }
    byte[] wide = Archives.gzip(Archives.tar("a", "x".repeat(3 << 20), "b", "y".repeat(3 << 20)));
    Limits limits = Limits.builder().totalBytes(4 << 20).build();
    try (Unpacked unpacked = Unpacked.of(wide, work, limits)) {
      assertTrue(
          unpacked.result().report().notes().stream()
              .anyMatch(note -> note.detail().startsWith("TOTAL_BYTES")));
    }
  }

  @Test
  void stopsAtTheNumberOfEntriesAndTheLengthOfNames() throws IOException {
    Archives.Cpio cpio = new Archives.Cpio();
    cpio.file("n".repeat(5000), "long");
    for (int i = 0; i < 50; i++) {
      cpio.file("f" + i, "x");
    }
    try (Unpacked unpacked =
        Unpacked.of(cpio.build(), work, Limits.builder().entries(20).build())) {
      List<String> details =
          unpacked.result().report().notes().stream().map(UnpackReport.NoteView::detail).toList();
      assertEquals(20, unpacked.paths().size());
      assertTrue(details.stream().anyMatch(detail -> detail.startsWith("ENTRIES")), "" + details);
      assertTrue(details.stream().anyMatch(detail -> detail.startsWith("NAME_BYTES")));
    }
  }

  /// A header that says that nearly all sectors of the image are its table.
  @Test
  void takesNoMemoryForTablesThatCannotBe() throws IOException {
    byte[] image = new byte[64 << 20];
    byte[] head = java.util.HexFormat.of().parseHex("d0cf11e0a1b11ae1");
    System.arraycopy(head, 0, image, 0, head.length);
    image[26] = 3;
    image[28] = (byte) 0xfe;
    image[29] = (byte) 0xff;
    image[30] = 9;
    image[32] = 6;
    image[45] = (byte) 0xff;
    image[46] = 1;
    image[57] = 0x10;
    long before = allocated();
    try (Unpacked unpacked = Unpacked.of(image, work)) {
      assertTrue(
          unpacked.result().report().chunks().stream()
              .noneMatch(chunk -> chunk.format().equals("compound")));
    }
    assertTrue(allocated() - before < 64 << 20);
  }

  private static long allocated() {
    return ((com.sun.management.ThreadMXBean)
            java.lang.management.ManagementFactory.getThreadMXBean())
        .getCurrentThreadAllocatedBytes();
  }

  @Test
  void survivesEveryTruncation() throws IOException {
    byte[] image = sample();
    for (int length = 0; length < image.length; length += 97) {
      try (Unpacked unpacked = Unpacked.of(Arrays.copyOf(image, length), work)) {
        assertEquals(length, unpacked.result().report().inputSize());
      }
    }
  }

  @Test
  void survivesRandomChanges() throws IOException {
    byte[] image = sample();
    Random random = new Random(42);
    for (int round = 0; round < 300; round++) {
      byte[] changed = image.clone();
      for (int i = 0; i <= round % 8; i++) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      }
      try (Unpacked unpacked = Unpacked.of(changed, work)) {
        assertEquals(changed.length, unpacked.result().report().inputSize());
      }
    }
  }

  @Test
  void endsAnImageFullOfFalseHeaders() throws IOException {
    byte[] image = new byte[1 << 20];
    byte[] magic = {0x1f, (byte) 0x8b, 8, 0};
    for (int i = 0; i + 16 < image.length; i += 16) {
      System.arraycopy(magic, 0, image, i, 4);
    }
    long begin = System.nanoTime();
    try (Unpacked unpacked = Unpacked.of(image, work)) {
      assertTrue(System.nanoTime() - begin < 20_000_000_000L);
      assertEquals(image.length, unpacked.result().report().inputSize());
    }
  }

  private static byte[] sample() throws IOException {
    byte[] inner = Archives.tar("etc/passwd", "root:x:0:0", "a".repeat(150), "long");
    return new Archives.Cpio()
        .file("t.tar.gz", 0644, Archives.gzip(inner))
        .symlink("s", "t")
        .file("t.tar", 0644, inner)
        .build();
  }
}
