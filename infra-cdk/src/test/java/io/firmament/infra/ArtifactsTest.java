package io.firmament.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Nothing is deployed whose code is not there.
class ArtifactsTest {
  @TempDir private Path checkout;

  @Test
  void takesTheZipsOfACheckout() throws IOException {
    for (Family family : Family.values()) {
      zip(
          family,
          family.handler(),
          PlatformFunction.DEAD_LETTER_HANDLER,
          PlatformFunction.FEED_HANDLER,
          PlatformFunction.TIMER_HANDLER);
    }
    Artifacts artifacts = Artifacts.built(checkout);
    for (Family family : Family.values()) {
      assertTrue(Files.isRegularFile(artifacts.of(family)));
    }
  }

  @Test
  void refusesAZipThatIsMissing() {
    IllegalStateException missing =
        assertThrows(IllegalStateException.class, () -> Artifacts.built(checkout));
    assertTrue(String.valueOf(missing.getMessage()).contains("is not built"));
  }

  @Test
  void refusesAZipWithoutItsHandlers() throws IOException {
    for (Family family : Family.values()) {
      zip(family, family.handler());
    }
    IllegalStateException incomplete =
        assertThrows(IllegalStateException.class, () -> Artifacts.built(checkout));
    assertEquals(
        "firmament-stages.zip has no " + PlatformFunction.DEAD_LETTER_HANDLER,
        String.valueOf(incomplete.getMessage()).replaceAll(".*/", ""));
  }

  /// A zip as Maven builds it: the module's jar under `lib/`, with these classes.
  private void zip(Family family, String... handlers) throws IOException {
    ByteArrayOutputStream jar = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(jar)) {
      for (String handler : handlers) {
        out.putNextEntry(new ZipEntry(handler.replace('.', '/') + ".class"));
      }
    }
    Path target =
        Files.createDirectories(checkout.resolve("functions/" + family.module() + "/target"));
    try (ZipOutputStream out =
        new ZipOutputStream(
            Files.newOutputStream(target.resolve("firmament-" + family.module() + ".zip")))) {
      out.putNextEntry(new ZipEntry("lib/firmament-" + family.module() + "-0.1.0.jar"));
      out.write(jar.toByteArray());
    }
  }
}
