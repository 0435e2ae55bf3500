package io.firmament.agent;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The agent's own log, kept beside what it prints: a file that is begun anew when it is full, and
/// the one before it. The platform may ask for the newer of them.
final class OwnLog extends OutputStream {
  private static final long MAX_BYTES = 2 << 20;
  private static final Pattern TIME = Pattern.compile("^\\{\"time\":\"([^\"]{1,40})\"");

  private final PrintStream printed;
  private final Path file;
  private long size;

  private OwnLog(PrintStream printed, Path file) throws IOException {
    this.printed = printed;
    this.file = file;
    if (!Files.exists(file)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    this.size = Files.size(file);
  }

  /// A stream that prints, and keeps what it prints.
  static PrintStream beside(PrintStream printed, Path file) {
    try {
      return new PrintStream(new OwnLog(printed, file), true, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// When a line was written; empty where it does not say.
  static Optional<Instant> time(String line) {
    Matcher matcher = TIME.matcher(line);
    try {
      return matcher.find() ? Optional.of(Instant.parse(matcher.group(1))) : Optional.empty();
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  /// What cannot be kept is printed nevertheless: a full disk must not silence the agent.
  @Override
  public synchronized void write(byte[] buffer, int offset, int length) throws IOException {
    printed.write(buffer, offset, length);
    printed.flush();
    if (size + length > MAX_BYTES) {
      Files.move(
          file,
          file.resolveSibling(file.getFileName() + ".old"),
          StandardCopyOption.REPLACE_EXISTING);
      size = 0;
    }
    try (OutputStream out =
        Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      out.write(buffer, offset, length);
      size += length;
    }
  }
}
