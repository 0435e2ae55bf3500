package io.firmament.analysis.unpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FuzzTest {
  private static final int CASES = 150;

  @TempDir Path work;

  @Test
  void boundedRunFindsNothing() throws IOException {
    Fuzz fuzz = new Fuzz(Fixture.all(), work);
    for (int number = 0; number < CASES; number++) {
      fuzz.run(20261129, number);
    }
    assertEquals(Map.of(), fuzz.findings());
  }

  /// `fuzz/FORMAT.ANYTHING.img.gz`: images that once made the engine fail.
  @Test
  void whatFailedOnceFailsNoMore() throws IOException {
    Path folder = Fixture.folder().resolveSibling("fuzz");
    Fuzz fuzz = new Fuzz(Fixture.all(), work);
    int images = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.img.gz")) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
          fuzz.check(name.substring(0, name.indexOf('.')), in.readAllBytes(), name, true);
        }
        images++;
      }
    }
    assertTrue(images > 0);
    assertEquals(Map.of(), fuzz.findings());
  }
}
