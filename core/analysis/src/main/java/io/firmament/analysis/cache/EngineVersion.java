package io.firmament.analysis.cache;

import io.firmament.base.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The version of the engine that runs: a digest of its own code and data, so that no change of a
/// rule can be forgotten in a number.
public final class EngineVersion {
  private static final Optional<String> CURRENT = read();

  private EngineVersion() {}

  /// The same for the same build; empty where the code cannot be read, so that nothing that was
  /// kept may be believed.
  public static Optional<String> current() {
    return CURRENT;
  }

  private static Optional<String> read() {
    try {
      CodeSource source = EngineVersion.class.getProtectionDomain().getCodeSource();
      if (source != null && source.getLocation() != null) {
        return Optional.of(digest(Path.of(source.getLocation().toURI())));
      }
    } catch (IOException | URISyntaxException | RuntimeException e) {
      // Answered below.
    }
    return Optional.empty();
  }

  private static String digest(Path code) throws IOException {
    if (Files.isRegularFile(code)) {
      return Sha256.of(Files.readAllBytes(code)).hex();
    }
    List<Path> files;
    try (Stream<Path> all = Files.walk(code)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    ByteArrayOutputStream digests = new ByteArrayOutputStream();
    for (Path file : files) {
      String line = code.relativize(file) + " " + Sha256.of(Files.readAllBytes(file)).hex() + "\n";
      digests.writeBytes(line.getBytes(StandardCharsets.UTF_8));
    }
    return Sha256.of(digests.toByteArray()).hex();
  }
}
