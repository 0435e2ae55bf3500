package io.firmament.analysis.inventory;

import io.firmament.analysis.elf.ElfFile;
import io.firmament.analysis.tree.Entry;
import io.firmament.analysis.unpack.Limits;
import io.firmament.analysis.unpack.UnpackProgress;
import io.firmament.analysis.unpack.UnpackResult;
import io.firmament.analysis.unpack.Unpacker;
import io.firmament.analysis.unpack.io.MappedByteSource;
import io.firmament.base.finding.Component;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Precision and recall of the version rules on Debian packages whose versions are known; a program
/// of its own, since it needs the packages, which `verify/accuracy/run` downloads.
///
/// The package database is not there, so that only the rules speak. The unit is a package and a
/// rule: found with the right version is right; found in another version, or where the product is
/// not, is false; not found, or found without a version, is missed.
///
/// Arguments: the list of packages, the folder of the downloaded files (each named as its SHA-256
/// in hexadecimal), the file of figures, and `check` or `write`. Exit code 1: a figure fell.
public final class AccuracyCheck {
  /// Firmware images in packages compress well.
  private static final Limits LIMITS = Limits.builder().ratio(10_000).build();

  private static final List<VersionRule> RULES = VersionRules.load();

  private AccuracyCheck() {}

  /// A line of the list.
  ///
  /// @param expected `rule=version`, or `rule` where no file of the product has its version
  private record Sample(String label, String sha256, Set<String> expected) {
    static Sample parse(String line) {
      String[] fields = line.split("\t", -1);
      Set<String> expected = new TreeSet<>(List.of(fields[6].split(" ")));
      expected.remove("-");
      return new Sample(
          String.join("/", fields[0], fields[1], fields[2]) + " " + fields[3], fields[5], expected);
    }
  }

  /// Counts of a rule.
  private record Score(int right, int wrong, int missed) {
    static final Score NONE = new Score(0, 0, 0);

    Score plus(Score other) {
      return new Score(right + other.right, wrong + other.wrong, missed + other.missed);
    }

    double precision() {
      return right + wrong == 0 ? 1 : right / (double) (right + wrong);
    }

    double recall() {
      return right + missed == 0 ? 1 : right / (double) (right + missed);
    }

    String line(String name) {
      return String.format(
          Locale.ROOT,
          "%s\t%d\t%d\t%d\t%.4f\t%.4f",
          name,
          right,
          wrong,
          missed,
          precision(),
          recall());
    }
  }

  public static void main(String[] arguments) throws IOException {
    Path figures = Path.of(arguments[2]);
    List<Sample> samples;
    try (Stream<String> lines = Files.lines(Path.of(arguments[0]))) {
      samples = lines.filter(l -> !l.isBlank() && !l.startsWith("#")).map(Sample::parse).toList();
    }
    Inventory inventory = Inventory.standard();
    Map<String, Score> scores = new TreeMap<>();
    Score linked = Score.NONE;
    long binaries = 0;
    for (Sample sample : samples) {
      Found found = found(inventory, Path.of(arguments[1], sample.sha256()));
      binaries += found.binaries();
      Map<String, Score> of = judge(sample, found);
      of.forEach((rule, score) -> scores.merge(rule, score, Score::plus));
      if (sample.expected().isEmpty()) {
        linked = linked.plus(of.values().stream().reduce(Score.NONE, Score::plus));
      }
    }
    Score total = scores.values().stream().reduce(Score.NONE, Score::plus);
    List<String> lines = new ArrayList<>();
    lines.add("# rule\tright\twrong\tmissed\tprecision\trecall; written by verify/accuracy/run");
    scores.forEach((rule, score) -> lines.add(score.line(rule)));
    lines.add(total.line("TOTAL"));
    lines.add(linked.line("WITHOUT-A-PRODUCT"));
    System.out.printf(
        Locale.ROOT,
        "%d rules, %d of them measured, on %d packages with %d binaries: precision %.4f, recall"
            + " %.4f; false components in %d packages that hold no product of a rule: %d%n",
        RULES.size(),
        scores.values().stream().filter(score -> score.right() + score.missed() > 0).count(),
        samples.size(),
        binaries,
        total.precision(),
        total.recall(),
        samples.stream().filter(sample -> sample.expected().isEmpty()).count(),
        linked.wrong());
    if (arguments[3].equals("write")) {
      Files.write(figures, lines);
    } else if (fell(figures, scores, total, linked)) {
      System.exit(1);
    }
  }

  private static Map<String, Score> judge(Sample sample, Found found) {
    Map<String, Score> scores = new TreeMap<>();
    Set<String> rules =
        sample.expected().stream().map(AccuracyCheck::rule).collect(Collectors.toSet());
    for (String expected : sample.expected()) {
      if (expected.contains("=")) {
        boolean right = found.versions().contains(expected);
        scores.merge(rule(expected), new Score(right ? 1 : 0, 0, right ? 0 : 1), Score::plus);
        if (!right) {
          System.out.println("missed: " + sample.label() + ": " + expected);
        }
      }
    }
    Set<String> wrong = new TreeSet<>(found.versions());
    wrong.removeIf(sample.expected()::contains);
    found.present().stream().filter(rule -> !rules.contains(rule)).forEach(wrong::add);
    for (String each : wrong) {
      System.out.println("false: " + sample.label() + ": " + each);
      scores.merge(rule(each), new Score(0, 1, 0), Score::plus);
    }
    return scores;
  }

  private static String rule(String claim) {
    int equals = claim.indexOf('=');
    return equals < 0 ? claim : claim.substring(0, equals);
  }

  /// What the rules say of a package's files.
  ///
  /// @param versions `rule=version`
  /// @param present rules whose product is there without a version
  private record Found(Set<String> versions, Set<String> present, long binaries) {}

  private static Found found(Inventory inventory, Path file) throws IOException {
    Path folder = Files.createTempDirectory("accuracy");
    try (Arena arena = Arena.ofShared();
        UnpackResult result =
            new Unpacker()
                .unpack(
                    MappedByteSource.map(file, arena),
                    "package.deb",
                    folder,
                    LIMITS,
                    UnpackProgress.SILENT)) {
      if (!result.report().complete()) {
        throw new IllegalStateException(file + ": " + result.report().notes());
      }
      long binaries =
          result.tree().entries().stream()
              .filter(Entry::isFile)
              .filter(entry -> binary(result, entry))
              .count();
      Set<String> versions = new HashSet<>();
      Set<String> present = new HashSet<>();
      for (Component component : inventory.identify(result.tree(), Progress.NONE).components()) {
        claims(component).forEach((component.version() == null ? present : versions)::add);
      }
      return new Found(versions, present, binaries);
    } finally {
      delete(folder);
    }
  }

  private static boolean binary(UnpackResult result, Entry entry) {
    return entry
        .sha256()
        .flatMap(digest -> ElfFile.read(result.tree().content(digest)))
        .isPresent();
  }

  private static Stream<String> claims(Component component) {
    String version = component.version();
    String update = component.update() == null ? "" : component.update();
    if (version == null) {
      return RULES.stream()
          .filter(rule -> rule.vendor().equals(component.vendor()))
          .filter(rule -> rule.product().equals(component.product()))
          .map(VersionRule::id)
          .limit(1);
    }
    return component.evidence().stream()
        .filter(seen -> seen.detector().startsWith("rule:"))
        .map(seen -> seen.detector().substring(5) + "=" + version + update)
        .distinct();
  }

  /// Whether a figure is lower than in the file, or a rule is measured no more.
  private static boolean fell(
      Path figures, Map<String, Score> scores, Score total, Score withoutProduct)
      throws IOException {
    boolean fell = false;
    for (String line : Files.readAllLines(figures)) {
      if (line.startsWith("#")) {
        continue;
      }
      String[] fields = line.split("\t");
      Score now =
          switch (fields[0]) {
            case "TOTAL" -> total;
            case "WITHOUT-A-PRODUCT" -> withoutProduct;
            default -> scores.getOrDefault(fields[0], Score.NONE);
          };
      Score before =
          new Score(
              Integer.parseInt(fields[1]),
              Integer.parseInt(fields[2]),
              Integer.parseInt(fields[3]));
      if (now.precision() < before.precision()
          || now.recall() < before.recall()
          || now.right() < before.right()
          || now.wrong() > before.wrong()) {
        System.out.println("fell: " + line + " is now " + now.line(fields[0]));
        fell = true;
      }
    }
    return fell;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      all.sorted(Comparator.reverseOrder())
          .forEach(
              path -> {
                try {
                  Files.delete(path);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
