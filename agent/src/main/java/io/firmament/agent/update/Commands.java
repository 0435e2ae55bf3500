package io.firmament.agent.update;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Runs programs: no shell, no input, an environment of a few fixed variables, and not for longer
/// than allowed.
final class Commands {
  private static final int KEPT_OUTPUT = 2_000;
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", "LANG", "C.UTF-8");

  /// How a program ended.
  ///
  /// @param output the end of what it printed, in one line
  record Outcome(int exitCode, String output) {
    boolean worked() {
      return exitCode == 0;
    }

    @Override
    public String toString() {
      return output.isEmpty() ? "exit code " + exitCode : "exit code " + exitCode + ": " + output;
    }
  }

  /// @throws IOException where the program cannot be started, or does not end in time
  Outcome run(List<String> words, Duration timeout) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(ENVIRONMENT);
    builder.directory(Path.of("/").toFile());
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    Process process = builder.start();
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    Thread reader = Thread.ofVirtual().start(() -> keepEnd(process.getInputStream(), output));
    try {
      if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException(words.getFirst() + " did not end in " + timeout.toSeconds() + " s");
      }
      // A child that the program left behind may hold its output open.
      boolean _ = reader.join(Duration.ofSeconds(1));
      synchronized (output) {
        return new Outcome(
            process.exitValue(),
            output.toString(StandardCharsets.UTF_8).strip().replaceAll("\\p{Cntrl}+", " "));
      }
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static void keepEnd(InputStream in, ByteArrayOutputStream output) {
    byte[] buffer = new byte[KEPT_OUTPUT];
    try (in) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        synchronized (output) {
          output.write(buffer, 0, read);
          if (output.size() > KEPT_OUTPUT) {
            byte[] all = output.toByteArray();
            output.reset();
            output.write(all, all.length - KEPT_OUTPUT, KEPT_OUTPUT);
          }
        }
      }
    } catch (IOException e) {
      // The program has ended; what it printed until then is kept.
    }
  }
}
