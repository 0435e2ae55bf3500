package io.firmament.analysis.unpack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.tree.Entry;
import io.firmament.analysis.tree.EntryPath;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.io.HeapByteSource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpackerTest {
  @TempDir Path work;

  @Test
  void unpacksAnInitialRamDiskWithoutAPrefix() throws IOException {
    byte[] cpio =
        new Archives.Cpio()
            .directory("bin")
            .file("bin/busybox", 04755, "ELF?".getBytes(StandardCharsets.UTF_8))
            .symlink("bin/sh", "busybox")
            .device("dev/console", 0020600, 5, 1)
            .build();
    try (Unpacked unpacked = Unpacked.of(Archives.gzip(cpio), work)) {
      assertEquals(List.of("bin", "bin/busybox", "bin/sh", "dev/console"), unpacked.paths());
      Entry busybox = unpacked.entry("bin/busybox");
      assertEquals(04755, busybox.mode());
      assertEquals(7, busybox.uid());
      assertEquals(8, busybox.gid());
      assertEquals(1_700_000_000, busybox.mtime());
      assertEquals("gzip>cpio", busybox.container());
      assertEquals("ELF?", unpacked.text("bin/busybox"));
      assertEquals(EntryType.CHARACTER_DEVICE, unpacked.entry("dev/console").type());
      assertEquals(new Entry.DeviceNumber(5, 1), unpacked.entry("dev/console").rdev());
      assertEquals(100.0, unpacked.result().report().explainedPercent());
      assertTrue(unpacked.result().report().complete());
      assertEquals(Optional.of(busybox), unpacked.result().tree().resolve(EntryPath.of("bin/sh")));
    }
  }

  @Test
  void mountsNestedContainersBehindTheirFile() throws IOException {
    byte[] inner =
        new Archives.Cpio().file("etc/passwd", "root").symlink("p", "/etc/passwd").build();
    byte[] image =
        new Archives.Cpio()
            .file("boot/initrd.gz", 0644, Archives.gzip(inner))
            .file("doc/readme.gz", 0644, Archives.gzip("hello".getBytes(StandardCharsets.UTF_8)))
            .build();
    try (Unpacked unpacked = Unpacked.of(image, work)) {
      assertEquals("root", unpacked.text("boot/initrd.gz!/etc/passwd"));
      assertEquals("hello", unpacked.text("doc/readme.gz!/readme"));
      assertEquals("cpio>gzip>cpio", unpacked.entry("boot/initrd.gz!/etc/passwd").container());
      assertEquals(
          Optional.of(unpacked.entry("boot/initrd.gz!/etc/passwd")),
          unpacked.result().tree().resolve(EntryPath.of("boot/initrd.gz!/p")),
          "an absolute link starts at the root of its own file system");
    }
  }

  @Test
  void givesEachOfSeveralChunksAPrefixAndNamesTheRest() throws IOException {
    byte[] cpio = new Archives.Cpio().file("a", "1").build();
    byte[] tar = Archives.tar("b", "2");
    byte[] noise = new byte[3000];
    new Random(1).nextBytes(noise);
    ByteArrayOutputStream image = new ByteArrayOutputStream();
    image.writeBytes(noise);
    image.writeBytes(cpio);
    image.writeBytes(new byte[4096 - (image.size() % 4096)]);
    image.writeBytes(tar);
    try (Unpacked unpacked = Unpacked.of(image.toByteArray(), work)) {
      assertEquals(List.of("1000-tar/b", "bb8-cpio/a"), unpacked.paths());
      List<String> formats =
          unpacked.result().report().chunks().stream().map(c -> c.format()).toList();
      assertTrue(formats.containsAll(List.of("cpio", "tar", "unknown", "padding")), "" + formats);
      assertTrue(unpacked.result().report().explainedPercent() < 90);
    }
  }

  @Test
  void keepsAnImageThatIsNoContainerAsOneFile() throws IOException {
    byte[] text = "just text, nothing more\n".getBytes(StandardCharsets.UTF_8);
    try (Unpacked unpacked = Unpacked.of(text, work)) {
      assertEquals(List.of("image.bin"), unpacked.paths());
      assertArrayEquals(text, unpacked.bytes("image.bin"));
      assertEquals("file", unpacked.entry("image.bin").container());
      assertEquals(100.0, unpacked.result().report().explainedPercent());
    }
  }

  @Test
  void saysLoudlyThatAnImageLooksEncrypted() throws IOException {
    byte[] noise = new byte[2 << 20];
    new Random(2).nextBytes(noise);
    noise[0] = 0;
    try (Unpacked unpacked = Unpacked.of(noise, work)) {
      assertTrue(unpacked.noteKinds().contains("ENCRYPTED_OR_COMPRESSED_UNKNOWN"));
      assertEquals(0.0, unpacked.result().report().explainedPercent());
      assertFalse(unpacked.result().report().complete());
    }
  }

  @Test
  void saysOfAKeyInTheTreeWhatItIs() throws IOException {
    byte[] key = HexFormat.of().parseHex("302e020100300506032b657004220420" + "11".repeat(32));
    byte[] image =
        new Archives.Cpio().file("etc/key", 0600, key).file("etc/other", "no key").build();
    try (Unpacked unpacked = Unpacked.of(image, work)) {
      List<UnpackReport.ChunkView> keys =
          unpacked.result().report().chunks().stream()
              .filter(chunk -> chunk.format().equals("der"))
              .toList();
      assertEquals(List.of("etc/key"), keys.stream().map(UnpackReport.ChunkView::where).toList());
      assertEquals("Ed25519", keys.getFirst().meta().get("key"));
      assertEquals(List.of("etc/key", "etc/other"), unpacked.paths());
    }
  }

  @Test
  void storesEqualContentOnce() throws IOException {
    byte[] image = new Archives.Cpio().file("a", "same").file("b", "same").build();
    try (Unpacked unpacked = Unpacked.of(image, work)) {
      assertEquals(4, Files.size(unpacked.result().pack().file()));
      assertEquals(1, unpacked.result().report().counts().uniqueContents());
      assertEquals("same", unpacked.text("b"));
    }
  }

  @Test
  void linksNamesOfOneInode() throws IOException {
    byte[] image =
        new Archives.Cpio()
            .member("first", 0100644, 9, 2, new byte[0], 0, 0)
            .member("second", 0100644, 9, 2, new byte[] {'x'}, 0, 0)
            .build();
    try (Unpacked unpacked = Unpacked.of(image, work)) {
      assertEquals("x", unpacked.text("first"));
      assertEquals("x", unpacked.text("second"));
    }
  }

  @Test
  void opensTheTreeAgainFromItsDocument() throws IOException {
    byte[] inner = new Archives.Cpio().file("x", "deep").build();
    byte[] image =
        new Archives.Cpio()
            .file("a b\\c\u00e9", "1")
            .symlink("l", "/a")
            .file("i.gz", 0600, Archives.gzip(inner))
            .device("d", 0060660, 8, 1)
            .build();
    try (Unpacked unpacked = Unpacked.of(image, work)) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      TreeDocument.write(unpacked.result().tree(), out);
      TreeDocument.Contents contents =
          TreeDocument.read(new ByteArrayInputStream(out.toByteArray()));
      byte[] pack = Files.readAllBytes(unpacked.result().pack().file());
      UnpackedTree again = contents.open(HeapByteSource.of(pack));
      assertEquals(unpacked.result().tree().entries(), again.entries());
      assertEquals(unpacked.result().tree().roots(), again.roots());
      assertEquals(
          "deep",
          new Unpacked(
                  new UnpackResult(unpacked.result().report(), again, unpacked.result().pack()))
              .text("i.gz!/x"));
      ByteArrayOutputStream twice = new ByteArrayOutputStream();
      TreeDocument.write(again, twice);
      assertArrayEquals(out.toByteArray(), twice.toByteArray());
      assertEquals(
          again.entries().size() + 1, out.toString(StandardCharsets.UTF_8).lines().count());
    }
  }

  @Test
  void givesTheSameReportForTheSameBytes() throws IOException {
    byte[] image = Archives.gzip(Archives.tar("a/b", "1", "a/c", "2", "../d", "3"));
    try (Unpacked first = Unpacked.of(image, work);
        Unpacked second = Unpacked.of(image, work)) {
      assertEquals(first.result().report(), second.result().report());
      assertEquals(first.result().tree().entries(), second.result().tree().entries());
    }
  }
}
