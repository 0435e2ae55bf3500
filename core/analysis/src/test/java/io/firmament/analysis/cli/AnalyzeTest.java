package io.firmament.analysis.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnalyzeTest {
  private static final Path SCHEMA =
      Path.of(System.getProperty("basedir", "."))
          .resolve("../../schema/src/main/resources/firmament/analysis-report.schema.json");

  @TempDir Path work;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... arguments) {
    PrintStream outStream = new PrintStream(out, true, StandardCharsets.UTF_8);
    PrintStream errStream = new PrintStream(err, true, StandardCharsets.UTF_8);
    return new Analyze(outStream, errStream).run(List.of(arguments));
  }

  private Path fixture(String name) throws IOException {
    try (InputStream in = AnalyzeTest.class.getResourceAsStream("/fixtures/" + name)) {
      Path file = work.resolve(name.replace('/', '-'));
      Files.write(file, Objects.requireNonNull(in, name).readAllBytes());
      return file;
    }
  }

  private Path file(String name, byte[] bytes) throws IOException {
    return Files.write(work.resolve(name), bytes);
  }

  private void fitsTheSchema(Path report) throws IOException {
    Schema schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(Files.readString(SCHEMA));
    assertEquals(List.of(), schema.validate(Files.readString(report), InputFormat.JSON));
  }

  private static byte[] version(String changed) throws IOException {
    ByteArrayOutputStream image = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(image)) {
      for (String[] file :
          new String[][] {
            {"etc/shadow", "root:$1$abcdefgh$G9NzmGyUbbCVFVNuk7Z7W/:0:0:99999:7:::\n"},
            {"etc/inittab", "ttyS0::respawn:/bin/sh\n"},
            {"usr/share/text", "a text that stays as it is\n".repeat(2000)},
            {"etc/config/wireless", changed}
          }) {
        byte[] content = file[1].getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(file[0]);
        entry.setSize(content.length);
        entry.setModTime(0);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
    return image.toByteArray();
  }

  @Test
  void looksOnlyAtWhatTheNextVersionChanged() throws IOException {
    String wireless = "config wifi-iface\n option key 'correct horse battery'\n";
    Path first = file("first.tar", version("# none\n"));
    Path second = file("second.tar", version(wireless));
    Path cache = work.resolve("cache");
    Path cold = work.resolve("cold.json");
    Path warm = work.resolve("warm.json");
    String day = "2026-11-23";
    assertEquals(0, run(first.toString(), "--cache", cache.toString(), "--at", day));
    String firstText = out.toString(StandardCharsets.UTF_8);
    assertTrue(firstText.contains("for the inspection: 4 of 4 contents"), firstText);
    assertEquals(0, run(second.toString(), "--json", cold.toString(), "--at", day));
    out.reset();
    assertEquals(
        0,
        run(
            second.toString(),
            "--json",
            warm.toString(),
            "--cache",
            cache.toString(),
            "--at",
            day));
    String text = out.toString(StandardCharsets.UTF_8);
    String looked = "1 of 4 contents, %d of ".formatted(wireless.length());
    assertTrue(text.contains("for the inventory: " + looked), text);
    assertTrue(text.contains("for the inspection: " + looked), text);
    assertEquals(Files.readString(cold), Files.readString(warm));
    assertTrue(Files.readString(warm).contains("configured-secret"), "the change has a finding");
  }

  @Test
  void writesEveryOutputOfAnImage() throws IOException {
    Path image = fixture("squashfs/xz.img");
    Path json = work.resolve("r.json");
    Path tree = work.resolve("r.tree");
    Path sbom = work.resolve("r.cdx.json");
    Path tar = work.resolve("r.tar");
    assertEquals(
        0,
        run(
            image.toString(),
            "--json",
            json.toString(),
            "--tree",
            tree.toString(),
            "--sbom",
            sbom.toString(),
            "--extract-tar",
            tar.toString(),
            "--at",
            "2026-01-31"),
        err::toString);
    fitsTheSchema(json);
    assertTrue(Files.readString(json).contains("\"outcome\": \"ANALYSED\""));
    assertEquals(Files.readString(fixture("squashfs/xz.tree")), Files.readString(tree));
    assertTrue(Files.readString(sbom).contains("2026-01-31T00:00:00Z"));
    assertTrue(out.toString(StandardCharsets.UTF_8).contains("squashfs"));
    assertTar(tar);
  }

  private static void assertTar(Path file) throws IOException {
    List<String> names = new ArrayList<>();
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(Files.newInputStream(file), "UTF-8")) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        names.add(entry.getName());
        if (entry.getName().equals("bin/busybox")) {
          assertEquals(04755, entry.getMode() & 07777);
          assertEquals(1000, entry.getLongUserId());
          assertEquals("A".repeat(3000), new String(tar.readAllBytes(), StandardCharsets.UTF_8));
        }
        if (entry.getName().equals("dev/big")) {
          assertTrue(entry.isBlockDevice());
          assertEquals(70000, entry.getDevMinor());
        }
      }
    }
    assertEquals(42, names.size());
  }

  @Test
  void theSameBytesGiveTheSameReportWhereverTheyLie() throws IOException {
    byte[] image = Files.readAllBytes(fixture("dns323/long.img"));
    Path first = work.resolve("1.json");
    Path second = work.resolve("2.json");
    run(file("a.bin", image).toString(), "--json", first.toString(), "--at", "2026-01-31");
    run(file("b.img", image).toString(), "--json", second.toString(), "--at", "2026-01-31");
    assertArrayEquals(Files.readAllBytes(first), Files.readAllBytes(second));
    fitsTheSchema(first);
  }

  @Test
  void saysLoudlyThatAnEncryptedImageWasNotAnalysed() throws IOException {
    byte[] noise = new byte[3 << 20];
    new Random(3).nextBytes(noise);
    noise[0] = 1;
    Path json = work.resolve("r.json");
    assertEquals(2, run(file("noise", noise).toString(), "--json", json.toString()));
    assertTrue(out.toString(StandardCharsets.UTF_8).contains("*** NOT ANALYSED: encrypted"));
    assertTrue(Files.readString(json).contains("\"outcome\": \"NOT_ANALYSABLE\""));
    fitsTheSchema(json);
  }

  @Test
  void refusesWhatHoldsNothingKnownWithAReason() throws IOException {
    assertEquals(2, run(file("empty", new byte[0]).toString()));
    assertTrue(out.toString(StandardCharsets.UTF_8).contains("the image is empty"));
    assertEquals(2, run(work.resolve("missing").toString()));
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("not a file that can be read"));
  }

  @Test
  void writesWhatWasFoundBeforeALimit() throws IOException {
    Path json = work.resolve("r.json");
    Path tree = work.resolve("r.tree");
    assertEquals(
        3,
        run(
            fixture("squashfs/xz.img").toString(),
            "--json",
            json.toString(),
            "--tree",
            tree.toString(),
            "--limits",
            "entries=10,total-bytes=1g"));
    assertEquals(10, Files.readString(tree).lines().count());
    assertTrue(out.toString(StandardCharsets.UTF_8).contains("*** NOT COMPLETE: ENTRIES"));
    fitsTheSchema(json);
  }

  @Test
  void explainsItsUseWhereTheArgumentsMakeNoSense() {
    String image = work.resolve("x").toString();
    for (String[] wrong :
        List.of(
            new String[] {},
            new String[] {image, "--json"},
            new String[] {image, "--no-such-option", "1"},
            new String[] {image, image},
            new String[] {image, "--at", "yesterday"},
            new String[] {image, "--limits", "speed=3"},
            new String[] {image, "--limits", "entries=-1"},
            new String[] {image, "--limits", "entries=5g"})) {
      assertEquals(64, run(wrong), () -> String.join(" ", wrong));
    }
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("usage: analyze IMAGE"));
  }
}
