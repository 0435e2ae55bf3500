package io.firmament.analysis.advisory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/// How right the table of kernel sources is, by what kernels were really built from;
/// `verify/kernel/run` runs it.
///
/// Arguments: the table, then for each kernel five: the folder of its source, its version, its
/// architecture, its configuration, and a file with the names of the sources that it was built
/// from. Exit code 1: "not built" was right less often than it has to be.
public final class KernelSourcesCheck {
  private static final double LEAST_PRECISION = 0.995;
  private static final Pattern OPTION = Pattern.compile("(?m)^CONFIG_(\\w+)=[ym]$");
  private static final Pattern ELSEWHERE =
      Pattern.compile("(?:tools|scripts|samples|Documentation|debian|usr)/.*");

  private KernelSourcesCheck() {}

  /// A kernel that was built.
  private record Kernel(String version, String architecture, Set<String> set, Set<String> built) {}

  public static void main(String[] arguments) throws IOException {
    boolean right = true;
    KernelSources table;
    try (InputStream in = new GZIPInputStream(Files.newInputStream(Path.of(arguments[0])))) {
      table = new KernelSources(in.readAllBytes());
    }
    for (int i = 1; i + 4 < arguments.length; i += 5) {
      Kernel kernel =
          new Kernel(
              arguments[i + 1],
              arguments[i + 2],
              OPTION
                  .matcher(Files.readString(Path.of(arguments[i + 3])))
                  .results()
                  .map(match -> match.group(1))
                  .collect(Collectors.toSet()),
              new HashSet<>(Files.readAllLines(Path.of(arguments[i + 4]))));
      right &= check(table, sources(Path.of(arguments[i])), kernel);
    }
    System.exit(right ? 0 : 1);
  }

  private static Set<String> sources(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      return files
          .map(file -> tree.relativize(file).toString())
          .filter(file -> file.endsWith(".c") || file.endsWith(".S"))
          .filter(file -> !ELSEWHERE.matcher(file).matches())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static boolean check(KernelSources table, Set<String> sources, Kernel kernel) {
    int notBuilt = 0;
    int built = 0;
    int notInTheKernel = 0;
    int nothingSaid = 0;
    int nothingSaidAndBuilt = 0;
    List<String> wrong = new ArrayList<>();
    for (String file : sources) {
      if (file.startsWith("arch/") && !file.startsWith("arch/" + kernel.architecture() + "/")) {
        continue;
      }
      boolean is = kernel.built().contains(file);
      switch (table.built(file, kernel.version(), kernel.set())) {
        case FALSE -> {
          notBuilt += is ? 0 : 1;
          if (is) {
            wrong.add(file);
          }
        }
        case TRUE -> {
          built += is ? 1 : 0;
          notInTheKernel += is ? 0 : 1;
        }
        case UNKNOWN -> {
          nothingSaid++;
          nothingSaidAndBuilt += is ? 1 : 0;
        }
      }
    }
    double precision = (double) notBuilt / Math.max(1, notBuilt + wrong.size());
    System.out.printf(
        Locale.ROOT,
        "%s %s: %d sources; not built: %d right, %d wrong (precision %.5f); built: %d right, %d not"
            + " in the kernel; nothing said: %d, of them %d built%n",
        kernel.version(),
        kernel.architecture(),
        sources.size(),
        notBuilt,
        wrong.size(),
        precision,
        built,
        notInTheKernel,
        nothingSaid,
        nothingSaidAndBuilt);
    wrong.forEach(file -> System.out.println("wrong: " + file));
    return precision >= LEAST_PRECISION && notBuilt > 0;
  }
}
