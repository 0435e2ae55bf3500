package io.firmament.analysis.unpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.tree.Entry;
import io.firmament.analysis.tree.EntryPath;
import io.firmament.analysis.tree.EntryType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Images of one tree, made by the file systems' own tools.
class FileSystemImageTest {
  private static final String TEXT =
      "acb04b5757f968b376763c7af771f4466cf057a4bf602ef0514ea309176d63f9";
  private static final String RANDOM =
      "3204952d358b1e4b7e011002ea412e1356efccacb4f2b39b5f1dadfd318fbd84";

  @TempDir Path work;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gzip.sqfs",
        "lzma.sqfs",
        "lzo.sqfs",
        "xz.sqfs",
        "lz4.sqfs",
        "zstd.sqfs",
        "ext2.img.gz",
        "ext4.img.gz",
        "inline.img.gz"
      })
  void readsTheExactTree(String image) throws IOException {
    try (Unpacked unpacked = Unpacked.of(resource(image), work)) {
      assertEquals(List.of(), unpacked.result().report().notes());
      List<String> paths =
          unpacked.paths().stream().filter(path -> !path.equals("lost+found")).toList();
      assertEquals(42, paths.size(), "" + paths);
      Entry busybox = unpacked.entry("bin/busybox");
      assertEquals(04755, busybox.mode());
      assertEquals(1000, busybox.uid());
      assertEquals(100, busybox.gid());
      assertEquals(1_700_000_000, busybox.mtime());
      assertEquals("A".repeat(3000), unpacked.text("bin/busybox"));
      assertEquals(0600, unpacked.entry("etc/shadow").mode());
      assertEquals(TEXT, unpacked.entry("etc/text").sha256().orElseThrow().hex());
      assertEquals(RANDOM, unpacked.entry("lib/random.bin").sha256().orElseThrow().hex());
      byte[] sparse = unpacked.bytes("lib/sparse");
      assertEquals(20003, sparse.length);
      assertEquals('e', sparse[20000]);
      assertEquals(0, unpacked.entry("zero").size());
      assertEquals("caf\u00e9", unpacked.text("caf\u00e9"));
      assertEquals(unpacked.text("etc/passwd"), unpacked.text("etc/hard"));
      linksAndDevices(unpacked);
    }
  }

  private static void linksAndDevices(Unpacked unpacked) {
    assertEquals(
        Optional.of(EntryPath.of("x".repeat(80))), unpacked.entry("longlink").linkTarget());
    assertEquals(Optional.of(EntryPath.of("/etc/passwd")), unpacked.entry("etc/abs").linkTarget());
    UnpackedTree tree = unpacked.result().tree();
    assertEquals(Optional.of(unpacked.entry("bin/busybox")), tree.resolve(EntryPath.of("bin/sh")));
    assertEquals(Optional.of(unpacked.entry("etc/passwd")), tree.resolve(EntryPath.of("etc/abs")));
    assertEquals(Optional.empty(), tree.resolve(EntryPath.of("dangling")));
    assertEquals(EntryType.CHARACTER_DEVICE, unpacked.entry("dev/console").type());
    assertEquals(new Entry.DeviceNumber(5, 1), unpacked.entry("dev/console").rdev());
    assertEquals(EntryType.BLOCK_DEVICE, unpacked.entry("dev/big").type());
    assertEquals(new Entry.DeviceNumber(259, 70000), unpacked.entry("dev/big").rdev());
    assertEquals(EntryType.FIFO, unpacked.entry("dev/fifo").type());
    assertEquals(EntryType.DIRECTORY, unpacked.entry("empty").type());
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip.sqfs", "lzma.sqfs", "lzo.sqfs", "xz.sqfs", "lz4.sqfs", "zstd.sqfs"})
  void survivesTruncatedAndChangedImages(String name) throws IOException {
    byte[] image = resource(name);
    Limits limits = Limits.builder().totalBytes(64 << 20).build();
    for (int length = 0; length < image.length; length += 331) {
      try (Unpacked unpacked = Unpacked.of(Arrays.copyOf(image, length), work, limits)) {
        assertEquals(length, unpacked.result().report().inputSize());
      }
    }
    Random random = new Random(name.hashCode());
    for (int round = 0; round < 60; round++) {
      byte[] changed = image.clone();
      for (int i = 0; i <= round % 6; i++) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      }
      try (Unpacked unpacked = Unpacked.of(changed, work, limits)) {
        assertEquals(changed.length, unpacked.result().report().inputSize());
      }
    }
  }

  @Test
  void survivesChangedExtImages() throws IOException {
    byte[] image = resource("inline.img.gz");
    Limits limits = Limits.builder().totalBytes(64 << 20).build();
    Random random = new Random(7);
    for (int round = 0; round < 40; round++) {
      byte[] changed = image.clone();
      for (int i = 0; i < 40; i++) {
        changed[1024 + random.nextInt(60_000)] = (byte) random.nextInt();
      }
      try (Unpacked unpacked = Unpacked.of(changed, work, limits)) {
        assertEquals(changed.length, unpacked.result().report().inputSize());
      }
    }
  }

  @Test
  void saysThatAnImageIsTruncated() throws IOException {
    byte[] image = resource("ext4.img.gz");
    try (Unpacked unpacked = Unpacked.of(Arrays.copyOf(image, image.length / 2), work)) {
      assertTrue(unpacked.noteKinds().contains("TRUNCATED"), "" + unpacked.noteKinds());
      assertTrue(unpacked.paths().contains("etc/passwd"));
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = FileSystemImageTest.class.getResourceAsStream(name)) {
      byte[] bytes = java.util.Objects.requireNonNull(in, name).readAllBytes();
      return name.endsWith(".gz")
          ? new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes()
          : bytes;
    }
  }
}
