package io.firmament.analysis.unpack;

import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.Formats;
import io.firmament.analysis.unpack.io.HeapByteSource;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// Feeds changed fixtures to the engine and says what it does not bear: an exception that is not
/// declared, a hang, a result that cannot be used, or two results of the same bytes.
///
/// By hand: `core/analysis/fuzz SECONDS [SEED [FORMAT]]`. A case is made from the seed, its number
/// and the fixtures alone; the images of findings are kept in `target/fuzz`.
final class Fuzz {
  private static final long SLOW_SECONDS = 10;
  private static final Limits LIMITS =
      Limits.builder().totalBytes(128 << 20).freeBytes(32 << 20).entries(20_000).notes(500).build();

  private final List<Fixture> fixtures;
  private final List<byte[]> images = new ArrayList<>();
  private final Map<String, Format> formats = new LinkedHashMap<>();
  private final Path work;
  private final LinkedHashMap<String, String> findings = new LinkedHashMap<>();
  private byte[] last = {};

  Fuzz(List<Fixture> fixtures, Path work) throws IOException {
    this.fixtures = fixtures;
    this.work = work;
    for (Fixture fixture : fixtures) {
      images.add(fixture.bytes());
    }
    Formats.all().forEach(format -> formats.put(format.card().id(), format));
  }

  /// What was found so far: what went wrong, and the first case that shows it.
  Map<String, String> findings() {
    return new LinkedHashMap<>(findings);
  }

  /// Runs one case.
  void run(long seed, long number) throws IOException {
    Random random = new Random(seed * 1_000_003 + number);
    int index = random.nextInt(fixtures.size());
    byte[] bytes = made(index, random);
    String name = "%s seed %d case %d".formatted(fixtures.get(index), seed, number);
    check(fixtures.get(index).format(), bytes, name, number % 16 == 0);
  }

  /// Feeds one image to the probe of a format and to the engine.
  ///
  /// @param twice the results of two runs are compared
  void check(String id, byte[] bytes, String name, boolean twice) throws IOException {
    last = bytes;
    probe(Objects.requireNonNull(formats.get(id), id), bytes, name);
    Path folder = Files.createTempDirectory(work, "case");
    try {
      UnpackReport report = unpack(bytes, folder, name);
      if (report != null && twice) {
        UnpackReport again = unpack(bytes, folder, name);
        if (!report.equals(again)) {
          finding("two results of the same bytes", name);
        }
      }
    } finally {
      delete(folder);
    }
  }

  private byte[] made(int index, Random random) {
    byte[] bytes = Mutation.of(images.get(index), random);
    if (random.nextInt(6) == 0) {
      byte[] other = images.get(random.nextInt(images.size()));
      int at = random.nextInt(bytes.length);
      int length = Math.min(other.length, bytes.length - at);
      System.arraycopy(other, 0, bytes, at, length);
    }
    if (random.nextInt(6) == 0) {
      byte[] longer = new byte[bytes.length + random.nextInt(5000)];
      random.nextBytes(longer);
      System.arraycopy(bytes, 0, longer, longer.length - bytes.length, bytes.length);
      bytes = longer;
    }
    return random.nextInt(10) == 0 ? Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length)) : bytes;
  }

  private void probe(Format format, byte[] bytes, String name) {
    try {
      timed(() -> format.probe(HeapByteSource.of(bytes), 0), name, "probe");
    } catch (RuntimeException e) {
      finding("probe of " + format.card().id() + ": " + first(e), name);
    }
  }

  private @Nullable UnpackReport unpack(byte[] bytes, Path folder, String name) {
    try {
      UnpackReport report =
          timed(
              () -> {
                try (Unpacked unpacked = Unpacked.of(bytes, folder, LIMITS)) {
                  Soundness.check(unpacked.result(), bytes.length);
                  return unpacked.result().report();
                }
              },
              name,
              "unpack");
      unexpected(report, name);
      return report;
    } catch (RuntimeException | AssertionError e) {
      finding("unpack: " + first(e), name);
      return null;
    }
  }

  /// Looks for notes of exceptions that the reader did not mean to throw.
  private void unexpected(UnpackReport report, String name) {
    for (UnpackReport.NoteView note : report.notes()) {
      if (note.detail().matches("(?s).*\\b[A-Z]\\w+Exception\\b.*")) {
        finding("note: " + note.detail().replaceAll("\\d+", "N"), name);
      }
    }
  }

  private <T> T timed(Callable<T> what, String name, String step) {
    FutureTask<T> task = new FutureTask<>(what);
    Thread thread = new Thread(task, "case");
    thread.setDaemon(true);
    thread.start();
    while (true) {
      try {
        return task.get(SLOW_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        StringBuilder where = new StringBuilder();
        for (StackTraceElement element : thread.getStackTrace()) {
          if (where.length() < 600) {
            where.append("\n      ").append(element);
          }
        }
        finding(step + " takes more than " + SLOW_SECONDS + " s" + where, name);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        throw e.getCause() instanceof RuntimeException runtime
            ? runtime
            : new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static String first(Throwable e) {
    StringBuilder text = new StringBuilder(e.toString().replaceAll("\\d+", "N"));
    StackTraceElement[] trace = e.getStackTrace();
    for (int i = 0; i < Math.min(4, trace.length); i++) {
      text.append("\n      ").append(trace[i]);
    }
    return text.toString();
  }

  private void finding(String what, String name) {
    findings.putIfAbsent(what, name);
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Writes the image of a finding into `target/fuzz`, as [FuzzTest] wants it among the resources.
  private void keep(String name) throws IOException {
    Path folder = Files.createDirectories(Path.of("target", "fuzz"));
    Path file = folder.resolve(name.replace('/', '.').replace(' ', '-') + ".img.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(last);
    }
  }

  /// Runs cases until the time is over; exit code 1 where anything was found.
  public static void main(String[] arguments) throws IOException {
    long seconds = Long.parseLong(arguments[0]);
    long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1;
    List<Fixture> fixtures =
        Fixture.all().stream()
            .filter(fixture -> arguments.length < 3 || fixture.format().equals(arguments[2]))
            .toList();
    Path work = Files.createTempDirectory("firmament-fuzz-");
    Fuzz fuzz = new Fuzz(fixtures, work);
    PrintStream out = System.out;
    long end = System.nanoTime() + seconds * 1_000_000_000;
    long number = 0;
    int known = 0;
    while (System.nanoTime() < end) {
      fuzz.run(seed, number++);
      if (fuzz.findings.size() > known) {
        known = fuzz.findings.size();
        Map.Entry<String, String> last = fuzz.findings.lastEntry();
        out.printf("%s%n    %s%n", last.getValue(), last.getKey());
        fuzz.keep(last.getValue());
      }
      if (number % 5000 == 0) {
        out.printf("%,d cases, %d findings%n", number, known);
      }
    }
    delete(work);
    out.printf(
        "%,d cases of %d fixtures in %d s, seed %d: %d findings%n",
        number, fixtures.size(), seconds, seed, known);
    System.exit(known == 0 ? 0 : 1);
  }
}
