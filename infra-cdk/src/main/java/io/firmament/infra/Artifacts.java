package io.firmament.infra;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

/// Where the code of each family is: a zip of jars, built by Maven, or any folder in tests.
record Artifacts(Map<Family, Path> code) {
  Artifacts {
    if (!code.keySet().containsAll(Arrays.asList(Family.values()))) {
      throw new IllegalArgumentException("code is missing for some of " + Family.values().length);
    }
    code = Map.copyOf(code);
  }

  /// The zips that `mvn package` leaves in a checkout, each checked to hold its entry class.
  static Artifacts built(Path checkout) {
    Map<Family, Path> code = new EnumMap<>(Family.class);
    for (Family family : Family.values()) {
      Path zip =
          checkout.resolve(
              "functions/" + family.module() + "/target/firmament-" + family.module() + ".zip");
      requireHandler(family, family.handler(), zip);
      code.put(family, zip);
    }
    requireHandler(
        Family.STAGES,
        PlatformFunction.DEAD_LETTER_HANDLER,
        code.getOrDefault(Family.STAGES, checkout));
    requireHandler(
        Family.STAGES, PlatformFunction.FEED_HANDLER, code.getOrDefault(Family.STAGES, checkout));
    requireHandler(
        Family.REST, PlatformFunction.TIMER_HANDLER, code.getOrDefault(Family.REST, checkout));
    return new Artifacts(code);
  }

  /// The same content for every family.
  static Artifacts placeholder(Path folder) {
    Map<Family, Path> code = new EnumMap<>(Family.class);
    for (Family family : Family.values()) {
      code.put(family, folder);
    }
    return new Artifacts(code);
  }

  Path of(Family family) {
    return code.getOrDefault(family, Path.of(""));
  }

  private static void requireHandler(Family family, String handler, Path zip) {
    if (!Files.isRegularFile(zip)) {
      throw new IllegalStateException(zip + " is not built; ./infra-cdk/synth builds it");
    }
    String entry = handler.replace('.', '/') + ".class";
    String jar = "lib/firmament-" + family.module() + "-";
    try (ZipFile file = new ZipFile(zip.toFile())) {
      boolean found =
          file.stream().anyMatch(e -> e.getName().startsWith(jar) && holds(file, e, entry));
      if (!found) {
        throw new IllegalStateException(zip + " has no " + handler);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean holds(ZipFile file, ZipEntry jar, String name) {
    try (InputStream in = file.getInputStream(jar);
        ZipInputStream classes = new ZipInputStream(in)) {
      for (ZipEntry e = classes.getNextEntry(); e != null; e = classes.getNextEntry()) {
        if (e.getName().equals(name)) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
