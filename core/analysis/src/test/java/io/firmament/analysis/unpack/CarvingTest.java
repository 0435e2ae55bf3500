package io.firmament.analysis.unpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.tree.Entry;
import io.firmament.analysis.unpack.UnpackReport.ChunkView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the report says of the regions of an image, and what is taken for a container.
class CarvingTest {
  @TempDir Path work;

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

  /// Bytes as machine code has them: neither random nor text.
  private static byte[] code(int length) {
    byte[] code = new byte[length];
    Random random = new Random(9);
    for (int i = 0; i < length; i++) {
      code[i] = (byte) (random.nextInt(4) == 0 ? random.nextInt(256) : random.nextInt(16));
    }
    return code;
  }

  /// A U-Boot legacy image of type firmware.
  private static byte[] uImage(byte[] data) {
    byte[] head = new byte[64];
    put(head, 0, 0x27051956);
    put(head, 12, data.length);
    put(head, 24, crc(data));
    head[30] = 5;
    put(head, 4, crc(head));
    return joined(head, data);
  }

  private static int crc(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static void put(byte[] into, int at, int value) {
    for (int i = 0; i < 4; i++) {
      into[at + i] = (byte) (value >> (24 - 8 * i));
    }
  }

  private static List<String> regions(Unpacked unpacked) {
    return unpacked.result().report().chunks().stream()
        .filter(chunk -> chunk.parent() == null)
        .map(chunk -> chunk.start() + "-" + chunk.end() + " " + chunk.format())
        .toList();
  }

  @Test
  void namesEveryByteOfAnImageInOrder() throws IOException {
    byte[] cpio = new Archives.Cpio().file("a", "1").build();
    byte[] erased = new byte[1000];
    Arrays.fill(erased, (byte) 0xff);
    byte[] image = joined(erased, code(5000), new byte[512], cpio, erased, noise(3000, 1));
    int start = 1000 + 5000 + 512;
    int end = start + (cpio.length + 511) / 512 * 512;
    try (Unpacked unpacked = Unpacked.of(image, work)) {
      assertEquals(
          List.of(
              "0-1000 padding",
              "1000-6000 unknown",
              "6000-" + start + " padding",
              start + "-" + (start + cpio.length) + " cpio",
              (start + cpio.length) + "-" + (start + cpio.length + 1000) + " padding",
              (start + cpio.length + 1000) + "-" + image.length + " unknown"),
          regions(unpacked),
          () -> "the archive may end up to " + end);
      List<ChunkView> unknown =
          unpacked.result().report().chunks().stream()
              .filter(chunk -> chunk.format().equals("unknown"))
              .toList();
      assertTrue(Double.parseDouble(unknown.get(0).meta().get("entropy")) < 7);
      assertTrue(Double.parseDouble(unknown.get(1).meta().get("entropy")) > 7.9);
      assertTrue(Double.parseDouble(unknown.get(1).meta().get("chiSquare")) < 2);
    }
  }

  @Test
  void keepsUnclaimedCodeAsAFileAndSaysWhatTrails() throws IOException {
    byte[] code = code(9000);
    byte[] cpio = new Archives.Cpio().file("a", "1").build();
    try (Unpacked unpacked = Unpacked.of(joined(code, cpio, noise(3000, 4)), work)) {
      assertEquals(List.of("0-unknown", "a"), unpacked.paths());
      assertEquals(9000, unpacked.entry("0-unknown").size());
      assertEquals(List.of("TRAILING_DATA"), unpacked.noteKinds());
      assertTrue(unpacked.result().report().complete(), "what trails was not left out by damage");
    }
  }

  @Test
  void aWrapperExplainsNoMoreThanWhatIsUnderstoodOfItsContent() throws IOException {
    byte[] hidden = noise(300_000, 5);
    try (Unpacked unpacked = Unpacked.of(uImage(hidden), work)) {
      UnpackReport report = unpacked.result().report();
      assertTrue(unpacked.noteKinds().contains("ENCRYPTED_OR_COMPRESSED_UNKNOWN"));
      assertEquals(0, report.explainedPercent(), 0.1);
      ChunkView wrapper = report.chunks().getFirst();
      assertEquals("uimage", wrapper.format());
      assertEquals(0.0, wrapper.explainedPercent());
      assertFalse(report.complete());
    }
    try (Unpacked unpacked = Unpacked.of(uImage(code(300_000)), work)) {
      assertEquals(100.0, unpacked.result().report().explainedPercent());
      assertEquals(300_000, unpacked.entry("firmware").size());
    }
  }

  @Test
  void doesNotCarveAProgramToBits() throws IOException {
    byte[] tinyFrame = {
      0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0x20, 4, 0x21, 0, 0, 'a', 'b', 'c', 'd'
    };
    byte[] configuration = Archives.gzip(noise(4000, 7));
    byte[] program = joined(code(20_000), tinyFrame, code(3000), configuration, code(20_000));
    try (Unpacked unpacked = Unpacked.of(uImage(program), work)) {
      assertEquals(List.of("firmware", "firmware!/data"), unpacked.paths());
      Entry whole = unpacked.entry("firmware");
      assertEquals(program.length, whole.size());
      assertEquals(4000, unpacked.entry("firmware!/data").size());
    }
  }

  @Test
  void aTextFileEndsWhereTheTextDoes() throws IOException {
    byte[] script =
        "#!/bin/sh\n# unpacks what follows\n".repeat(200).getBytes(StandardCharsets.UTF_8);
    byte[] hidden = noise(200_000, 8);
    hidden[0] = 0;
    try (Unpacked unpacked = Unpacked.of(joined(script, hidden), work)) {
      UnpackReport report = unpacked.result().report();
      assertTrue(report.explainedPercent() < 10, "" + report.explainedPercent());
      assertTrue(unpacked.noteKinds().contains("ENCRYPTED_OR_COMPRESSED_UNKNOWN"));
      assertTrue(unpacked.noteKinds().contains("TRAILING_DATA"));
    }
  }

  @Test
  void recoversWhatIsThereOfATruncatedStream() throws IOException {
    byte[] text = "a line of text\n".repeat(50_000).getBytes(StandardCharsets.UTF_8);
    byte[] mixed = joined(noise(200_000, 6), text);
    byte[] stream = Archives.gzip(mixed);
    try (Unpacked unpacked = Unpacked.of(Arrays.copyOf(stream, 150_000), work)) {
      byte[] recovered = unpacked.bytes("data");
      assertTrue(recovered.length > 140_000, "" + recovered.length);
      assertEquals(0, Arrays.compare(recovered, Arrays.copyOf(mixed, recovered.length)));
      assertTrue(unpacked.noteKinds().contains("TRUNCATED"));
    }
  }

  @Test
  void falseHeadersOfOneFormatDoNotHideAnother() throws IOException {
    byte[] image = new byte[2 << 20];
    byte[] magic = {0x1f, (byte) 0x8b, 8, 0};
    for (int i = 0; i + 16 < image.length; i += 16) {
      System.arraycopy(magic, 0, image, i, 4);
    }
    byte[] cpio = new Archives.Cpio().file("found", "1").build();
    try (Unpacked unpacked = Unpacked.of(joined(image, cpio), work)) {
      assertTrue(unpacked.paths().contains("found"), "" + unpacked.paths());
    }
  }
}
