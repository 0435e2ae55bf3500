package io.firmament.analysis.advisory;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/// Under which options each source file of the Linux kernel is built, from a table that is
/// generated from the kernel's own files of Kbuild (docs/reference/kernel-sources.md).
///
/// The table has several series of the kernel. Of a file that it does not have, nothing is known.
final class KernelSources {
  private static final String TABLE = "kernel-sources.tsv.gz";
  private static final Pattern VERSION = Pattern.compile("v?(\\d{1,5})\\.(\\d{1,5})(?:\\D.*)?");

  private final byte[] text;
  private final List<Integer> series;
  private final Map<String, Integer> folders = new HashMap<>();
  private final Map<String, Integer> partialOptions = new HashMap<>();

  /// What holds for a file in some of the series.
  ///
  /// @param in bits of the series
  /// @param guard alternatives, or that nothing is known
  private record Entry(int in, String guard) {}

  private static final class Standard {
    static final KernelSources TABLE = read();

    private static KernelSources read() {
      try (InputStream resource = KernelSources.class.getResourceAsStream(KernelSources.TABLE)) {
        if (resource == null) {
          throw new IllegalStateException(
              "the program's own " + KernelSources.TABLE + " is missing");
        }
        return new KernelSources(new GZIPInputStream(resource, 1 << 16).readAllBytes());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /// Reads a table: `#series` and the numbers of the series; `=` with bits of series and the
  /// options that only those have; then `/` with a folder, and below it lines of a guard, a tab
  /// and the names of files, each after a blank. A guard is `bits:alternatives`, several parted
  /// by `;`.
  KernelSources(byte[] table) {
    text = table;
    List<Integer> found = new ArrayList<>();
    for (int at = 0; at < text.length; at = next(at)) {
      switch (text[at]) {
        case '#' -> series(line(at), found);
        case '=' -> options(line(at));
        case '/' -> folders.put(line(at).substring(1), next(at));
        default -> {}
      }
    }
    series = List.copyOf(found);
  }

  /// The table that comes with Firmament, which is read when it is first asked for.
  static KernelSources standard() {
    return Standard.TABLE;
  }

  private static void series(String line, List<Integer> found) {
    if (line.startsWith("#series ")) {
      for (String version : line.substring(8).split(" ")) {
        found.add(number(version));
      }
    }
  }

  private void options(String line) {
    String[] columns = line.split("\t", 2);
    for (String option : columns[1].split(" ")) {
      partialOptions.put(option, Integer.parseInt(columns[0].substring(1), 16));
    }
  }

  private int next(int at) {
    int end = at;
    while (end < text.length && text[end] != '\n') {
      end++;
    }
    return end + 1;
  }

  private String line(int at) {
    return new String(text, at, next(at) - 1 - at, StandardCharsets.UTF_8);
  }

  /// A version by which series are compared; -1 for one that cannot be read.
  private static int number(String version) {
    Matcher matcher = VERSION.matcher(version);
    return matcher.matches()
        ? Integer.parseInt(matcher.group(1)) * 100_000 + Integer.parseInt(matcher.group(2))
        : -1;
  }

  /// Whether a file is built.
  ///
  /// @param version of the kernel; one that no series has is judged by its neighbours
  /// @param set the options that are built in or modules
  Truth built(String file, String version, Set<String> set) {
    List<Entry> entries = entries(file);
    int around = around(number(version));
    int having = entries.stream().mapToInt(Entry::in).reduce(0, (a, b) -> a | b);
    boolean settled = (having & around) == around;
    Set<Truth> truths = EnumSet.noneOf(Truth.class);
    for (Entry entry : entries) {
      if ((entry.in() & around) != 0 || (having & around) == 0) {
        truths.add(holds(entry.guard(), set, settled ? 0 : around));
      }
    }
    if (truths.equals(Set.of(Truth.FALSE))) {
      return Truth.FALSE;
    }
    return settled && truths.equals(Set.of(Truth.TRUE)) ? Truth.TRUE : Truth.UNKNOWN;
  }

  /// The series that a version belongs to, or those next to it; all for one older than any, since
  /// what never changed since is most likely the same, and for one that cannot be read.
  private int around(int version) {
    int below = -1;
    int above = -1;
    for (int i = 0; i < series.size(); i++) {
      if (series.get(i) <= version) {
        below = i;
      }
      if (series.get(i) >= version && above < 0) {
        above = i;
      }
    }
    if (below < 0 || version < 0) {
      return (1 << series.size()) - 1;
    }
    return 1 << below | (above < 0 ? 0 : 1 << above);
  }

  private List<Entry> entries(String file) {
    int slash = file.lastIndexOf('/') + 1;
    byte[] name = (" " + file.substring(slash)).getBytes(StandardCharsets.UTF_8);
    int at = folders.getOrDefault(file.substring(0, slash), text.length);
    while (at < text.length && text[at] != '/') {
      int next = next(at);
      if (names(at, next - 1, name)) {
        String line = line(at);
        return parse(line.substring(0, line.indexOf('\t')));
      }
      at = next;
    }
    return List.of();
  }

  /// Whether a line has a name, which begins with its blank.
  private boolean names(int from, int end, byte[] name) {
    for (int at = from; at + name.length <= end; at++) {
      int after = at + name.length;
      if (text[at] == ' '
          && (after == end || text[after] == ' ')
          && Arrays.equals(text, at, after, name, 0, name.length)) {
        return true;
      }
    }
    return false;
  }

  private static List<Entry> parse(String guards) {
    List<Entry> entries = new ArrayList<>();
    for (String guard : guards.split(";")) {
      int colon = guard.indexOf(':');
      entries.add(
          new Entry(Integer.parseInt(guard.substring(0, colon), 16), guard.substring(colon + 1)));
    }
    return entries;
  }

  /// @param in series whose options must have an option for it to count as not set; 0 for none
  private Truth holds(String guard, Set<String> set, int in) {
    Truth any = Truth.FALSE;
    for (String term : guard.split("\\|")) {
      boolean exact = !term.startsWith("~");
      Truth all = exact ? Truth.TRUE : Truth.UNKNOWN;
      String literals = exact ? term : term.substring(1);
      for (String literal : literals.equals("+") ? new String[0] : literals.split("&")) {
        all = all.and(holdsLiteral(literal, set, in));
      }
      any = any.or(all);
    }
    return any;
  }

  private Truth holdsLiteral(String literal, Set<String> set, int in) {
    if (literal.startsWith("!")) {
      return set.contains(literal.substring(1)) ? Truth.FALSE : Truth.TRUE;
    }
    if (set.contains(literal)) {
      return Truth.TRUE;
    }
    return (partialOptions.getOrDefault(literal, in) & in) == in ? Truth.FALSE : Truth.UNKNOWN;
  }
}
