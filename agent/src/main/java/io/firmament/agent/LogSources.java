package io.firmament.agent;

import io.firmament.agent.update.Allowlist;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;

/// The logs that the platform may ask this device for: the agent's own, and those of the settings.
final class LogSources {
  static final String OWN = "agent";

  /// Text is looked at no further back than this.
  private static final int MAX_TEXT = 32 << 20;

  /// The largest bundle that is ever made, whatever is asked for.
  private static final long MAX_BUNDLE = 16L << 20;

  private static final int JOURNAL_SECONDS = 60;

  private final Map<String, Allowlist.LogSource> allowed;
  private final Optional<Path> own;
  private final String journalctl;

  /// @param own the agent's own log; empty where it keeps none
  LogSources(Map<String, Allowlist.LogSource> allowed, Optional<Path> own, String journalctl) {
    this.allowed = Map.copyOf(allowed);
    this.own = own;
    this.journalctl = journalctl;
  }

  /// What there is for a request.
  sealed interface Bundle {
    /// Text, compressed.
    record Sent(byte[] gzip) implements Bundle {}

    record NotAllowed(String why) implements Bundle {}

    record Unavailable(String why) implements Bundle {}
  }

  /// @param since where the source knows times, nothing older
  /// @param maxBytes of the compressed text; the newest lines are kept
  Bundle collect(String source, Optional<Instant> since, long maxBytes)
      throws InterruptedException {
    try {
      if (source.equals(OWN)) {
        return own.isEmpty()
            ? new Bundle.Unavailable("the agent keeps no log")
            : compressed(newer(tail(own.get()), since), maxBytes);
      }
      return switch (allowed.get(source)) {
        case null -> new Bundle.NotAllowed("this device has no log of that name to give");
        case Allowlist.LogSource.TextFile(Path path) -> {
          if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            yield new Bundle.Unavailable("there is no plain file " + path);
          }
          yield compressed(tail(path), maxBytes);
        }
        case Allowlist.LogSource.Journal(String unit) -> compressed(journal(unit, since), maxBytes);
      };
    } catch (IOException e) {
      return new Bundle.Unavailable(e.toString());
    }
  }

  /// The end of a file, from the beginning of a line on.
  private static byte[] tail(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      int length = (int) Math.min(size, MAX_TEXT);
      ByteBuffer buffer = ByteBuffer.allocate(length);
      channel.position(size - length);
      while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
        // Until it is full, or the file was cut meanwhile.
      }
      byte[] text = Arrays.copyOf(buffer.array(), buffer.position());
      return length < size ? fromLine(text, 0) : text;
    }
  }

  /// The agent's own lines begin with their time.
  private static byte[] newer(byte[] text, Optional<Instant> since) {
    if (since.isEmpty()) {
      return text;
    }
    StringBuilder kept = new StringBuilder();
    boolean take = false;
    for (String line : new String(text, StandardCharsets.UTF_8).split("\n", -1)) {
      take = OwnLog.time(line).map(at -> !at.isBefore(since.get())).orElse(take);
      if (take) {
        kept.append(line).append('\n');
      }
    }
    return kept.toString().strip().concat("\n").getBytes(StandardCharsets.UTF_8);
  }

  private byte[] journal(String unit, Optional<Instant> since)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(journalctl, "--no-pager", "--output=short-iso-precise", "--unit=" + unit));
    since.ifPresent(at -> command.add("--since=@" + at.getEpochSecond()));
    command.add("--lines=200000");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectInput(Path.of("/dev/null").toFile());
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    // A journal that does not end is cut off by its time, and by what is kept of it.
    Thread limit =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    if (!process.waitFor(JOURNAL_SECONDS, TimeUnit.SECONDS)) {
                      process.destroyForcibly();
                    }
                  } catch (InterruptedException e) {
                    process.destroyForcibly();
                  }
                });
    try (InputStream out = process.getInputStream()) {
      byte[] text = end(out);
      if (process.waitFor() != 0 && text.length == 0) {
        throw new IOException(journalctl + " ended with " + process.exitValue());
      }
      return text;
    } finally {
      process.destroyForcibly();
      limit.interrupt();
    }
  }

  /// The last bytes of a stream.
  private static byte[] end(InputStream in) throws IOException {
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    byte[] buffer = new byte[64 * 1024];
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      kept.write(buffer, 0, read);
      if (kept.size() > 2 * MAX_TEXT) {
        byte[] all = kept.toByteArray();
        kept.reset();
        kept.write(all, all.length - MAX_TEXT, MAX_TEXT);
      }
    }
    byte[] all = kept.toByteArray();
    return all.length <= MAX_TEXT ? all : fromLine(all, all.length - MAX_TEXT);
  }

  /// Compresses as much of the end as fits.
  private static Bundle compressed(byte[] text, long maxBytes) {
    long limit = Math.min(maxBytes, MAX_BUNDLE);
    int from = 0;
    byte[] gzip = gzip(text, from);
    while (gzip.length > limit && from < text.length) {
      // About what fits, and less each time.
      int left = text.length - from;
      int next = (int) (left * Math.min(0.9, 0.95 * limit / gzip.length));
      byte[] rest = fromLine(text, text.length - next);
      from = text.length - rest.length;
      gzip = gzip(text, from);
    }
    return gzip.length > limit
        ? new Bundle.Unavailable("not even an empty log fits in " + maxBytes + " bytes")
        : new Bundle.Sent(gzip);
  }

  /// From the first beginning of a line at or after a place; nothing where there is none.
  private static byte[] fromLine(byte[] text, int at) {
    int from = at;
    while (from > 0 && from < text.length && text[from - 1] != '\n') {
      from++;
    }
    if (at == 0) {
      while (from < text.length && text[from] != '\n') {
        from++;
      }
      from = Math.min(from + 1, text.length);
    }
    return Arrays.copyOfRange(text, from, text.length);
  }

  private static byte[] gzip(byte[] text, int from) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(text, from, text.length - from);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
