package io.firmament.analysis.advisory.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.nscuro.versatile.VersionFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// The orders of the schemes against what others say of them, and that they are orders at all.
class VersionOrderTest {
  private static final long SEED = 20260101;

  /// Every scheme, with versions such as its users write.
  @SuppressWarnings({"ImmutableEnumChecker", "UnnecessaryLambda"}) // schemes have no state
  enum Sample {
    DEB(new DebVersions(), "deb", VersionOrderTest::deb),
    OPKG(new OpkgVersions(), "deb", VersionOrderTest::deb),
    APK(new ApkVersions(), "apk", VersionOrderTest::apk),
    RPM(new RpmVersions(), "rpm", VersionOrderTest::rpm),
    SEMVER(new SemanticVersions(), "npm", VersionOrderTest::semantic),
    NPM(new NpmVersions(), "npm", VersionOrderTest::semantic),
    PYPI(new PypiVersions(), "pypi", VersionOrderTest::pypi),
    MAVEN(new MavenVersions(), "maven", VersionOrderTest::maven),
    OPENSSL(new OpensslVersions(), "", VersionOrderTest::openssl),
    KERNEL(new KernelVersions(), "", VersionOrderTest::kernel),
    GENERIC(FirmwareVersions.standard(), "", VersionOrderTest::generic);

    private final VersionScheme scheme;
    private final String elsewhere;
    private final Supplier<Random> random = () -> new Random(SEED);
    private final java.util.function.Function<Random, String> make;

    Sample(
        VersionScheme scheme, String elsewhere, java.util.function.Function<Random, String> make) {
      this.scheme = scheme;
      this.elsewhere = elsewhere;
      this.make = make;
    }

    private List<String> versions(int count) {
      Random source = random.get();
      return Stream.generate(() -> make.apply(source)).limit(count).toList();
    }
  }

  static Stream<String> publishedOrders() throws IOException {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(
                    VersionOrderTest.class.getResourceAsStream("published-orders.tsv")),
                StandardCharsets.UTF_8))) {
      return in.lines().filter(line -> !line.startsWith("#")).toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("publishedOrders")
  void ordersAsThePublishersDo(String line) {
    String[] columns = line.split("\t");
    VersionScheme scheme =
        Stream.of(Sample.values())
            .map(sample -> sample.scheme)
            .filter(s -> s.name().equals(columns[0]))
            .findFirst()
            .orElseThrow();
    String[] words = columns[1].split(" ");
    for (int i = 0; i < words.length; i += 2) {
      int expected = 0;
      for (int j = i + 2; j < words.length; j += 2) {
        expected = words[j - 1].equals("<") ? -1 : expected;
        assertOrder(scheme, words[i], words[j], expected);
        assertOrder(scheme, words[j], words[i], -expected);
      }
    }
  }

  private static void assertOrder(VersionScheme scheme, String left, String right, int expected) {
    assertEquals(
        expected,
        Integer.signum(scheme.compare(left, right)),
        () -> scheme.name() + ": " + left + " to " + right);
  }

  /// Another implementation, over 3,000 pairs of each scheme that it has; but for apk versions
  /// where one has more numbers or a letter and the other a suffix, which apk-tools has as we do.
  @ParameterizedTest
  @EnumSource(
      value = Sample.class,
      names = {"OPENSSL", "KERNEL", "GENERIC"},
      mode = EnumSource.Mode.EXCLUDE)
  void ordersAsAnotherImplementationDoes(Sample sample) {
    List<String> versions = sample.versions(6000);
    for (int i = 0; i < versions.size(); i += 2) {
      String left = versions.get(i);
      String right = versions.get(i + 1);
      assertTrue(sample.scheme.reads(left), left);
      if (sample == Sample.APK && differsInShape(left, right)) {
        continue;
      }
      int expected =
          Integer.signum(
              VersionFactory.forScheme(sample.elsewhere, left)
                  .compareTo(VersionFactory.forScheme(sample.elsewhere, right)));
      assertOrder(sample.scheme, left, right, expected);
    }
  }

  private static boolean differsInShape(String left, String right) {
    String l = left.replaceFirst("-r\\d+$", "");
    String r = right.replaceFirst("-r\\d+$", "");
    boolean plain = l.matches("[\\d.]+") && r.matches("[\\d.]+");
    boolean letters = l.matches("[\\d.]+[a-z].*") != r.matches("[\\d.]+[a-z].*");
    return !plain && (letters || numbers(l) != numbers(r));
  }

  private static int numbers(String version) {
    return version.replaceFirst("[^\\d.].*", "").split("\\.", -1).length;
  }

  @Test
  void anApkVersionWithMoreNumbersIsAfterOneWithALetter() {
    assertOrder(Sample.APK.scheme, "2z-r3", "2.3.3", -1);
    assertOrder(Sample.APK.scheme, "2.3b", "2.3", 1);
    assertOrder(Sample.APK.scheme, "2_p3", "2.1", -1);
  }

  /// Antisymmetry, and transitivity over all triples, with versions of other schemes and plain
  /// nonsense among them.
  @ParameterizedTest
  @EnumSource(Sample.class)
  void isATotalOrder(Sample sample) {
    List<String> versions = new ArrayList<>(sample.versions(100));
    Random random = new Random(SEED);
    for (Sample other : Sample.values()) {
      versions.addAll(other.versions(4));
    }
    for (int i = 0; i < 40; i++) {
      versions.add(mutated(versions.get(random.nextInt(versions.size())), random));
    }
    versions.addAll(List.of("", "-", "~", ":", "^", "1:2:3", "é", "\u0000", "1..2", "a-", "0"));
    int n = versions.size();
    int[][] order = new int[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        order[i][j] = Integer.signum(sample.scheme.compare(versions.get(i), versions.get(j)));
      }
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        String pair = versions.get(i) + " | " + versions.get(j);
        assertEquals(order[i][j], -order[j][i], pair);
        for (int k = 0; k < n; k++) {
          boolean chained = order[i][j] <= 0 && order[j][k] <= 0;
          if (chained && order[i][k] > 0) {
            throw new AssertionError(pair + " | " + versions.get(k));
          }
        }
      }
    }
  }

  private static String mutated(String version, Random random) {
    int at = version.isEmpty() ? 0 : random.nextInt(version.length());
    String piece = pick(random, "~", "^", "-", ".", "_", "+", "a", "rc", "0", "00", "9", " ", "x");
    return version.substring(0, at) + piece + version.substring(at);
  }

  /// dpkg itself decides over 300 pairs.
  @Test
  void ordersAsDpkgDoes() throws Exception {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/dpkg")),
        "dpkg is not installed: the order of Debian versions is not compared with it");
    List<String> versions = Sample.DEB.versions(600);
    StringBuilder pairs = new StringBuilder();
    for (int i = 0; i < versions.size(); i += 2) {
      pairs.append(versions.get(i)).append(' ').append(versions.get(i + 1)).append('\n');
    }
    Process shell =
        new ProcessBuilder(
                "sh",
                "-c",
                "while read a b; do"
                    + " if dpkg --compare-versions $a lt $b; then echo -1;"
                    + " elif dpkg --compare-versions $a eq $b; then echo 0; else echo 1; fi; done")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Thread.ofVirtual()
        .start(
            () -> {
              try (var out = shell.getOutputStream()) {
                out.write(pairs.toString().getBytes(StandardCharsets.UTF_8));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    List<String> answers =
        new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    assertEquals(0, shell.waitFor());
    assertEquals(versions.size() / 2, answers.size());
    for (int i = 0; i < answers.size(); i++) {
      String left = versions.get(2 * i);
      String right = versions.get(2 * i + 1);
      assertOrder(Sample.DEB.scheme, left, right, Integer.parseInt(answers.get(i)));
    }
  }

  private static String pick(Random random, String... from) {
    return from[random.nextInt(from.length)];
  }

  private static String number(Random random) {
    return String.valueOf(random.nextInt(random.nextInt(4) == 0 ? 300 : 4));
  }

  private static String dotted(Random random) {
    StringBuilder dotted = new StringBuilder(number(random));
    for (int i = random.nextInt(4); i > 0; i--) {
      dotted.append('.').append(number(random));
    }
    return dotted.toString();
  }

  private static String deb(Random random) {
    String epoch = random.nextInt(5) == 0 ? random.nextInt(3) + ":" : "";
    StringBuilder version = new StringBuilder(epoch).append(dotted(random));
    for (int i = random.nextInt(4); i > 0; i--) {
      version.append(pick(random, "~rc", "~", "+dfsg", "a", "b", ".", "+", "~~", "p", "dfsg"));
      version.append(random.nextInt(3) == 0 ? "" : number(random));
    }
    String revision = "-" + number(random) + pick(random, "", "+deb11u1", "ubuntu2", "~bpo1");
    return version + (random.nextInt(3) == 0 ? "" : revision);
  }

  private static String apk(Random random) {
    String letter = random.nextInt(4) == 0 ? pick(random, "a", "b", "z") : "";
    StringBuilder version = new StringBuilder(dotted(random)).append(letter);
    for (int i = Math.max(0, random.nextInt(4) - 1); i > 0; i--) {
      version.append(
          pick(random, "_alpha", "_beta", "_pre", "_rc", "_cvs", "_svn", "_git", "_hg", "_p"));
      version.append(random.nextBoolean() ? number(random) : "");
    }
    return version + (random.nextBoolean() ? "-r" + number(random) : "");
  }

  private static String rpm(Random random) {
    String epoch = random.nextInt(5) == 0 ? random.nextInt(3) + ":" : "";
    StringBuilder version = new StringBuilder(epoch).append(dotted(random));
    for (int i = random.nextInt(3); i > 0; i--) {
      version.append(pick(random, "~rc", "^git", "a", "b", ".", "_", "p")).append(number(random));
    }
    return version + "-" + number(random) + pick(random, "", ".el9", ".fc38", ".1");
  }

  private static String semantic(Random random) {
    StringBuilder version = new StringBuilder(number(random));
    version.append('.').append(number(random)).append('.').append(number(random));
    if (random.nextInt(2) == 0) {
      version.append('-').append(pick(random, "alpha", "beta", "rc", "1", "a-b", "0"));
      for (int i = random.nextInt(3); i > 0; i--) {
        version.append('.').append(random.nextBoolean() ? number(random) : pick(random, "x", "Y"));
      }
    }
    return version + (random.nextInt(5) == 0 ? "+build." + number(random) : "");
  }

  private static String pypi(Random random) {
    String epoch = random.nextInt(6) == 0 ? random.nextInt(3) + "!" : "";
    StringBuilder version = new StringBuilder(epoch).append(dotted(random));
    if (random.nextInt(3) == 0) {
      version.append(pick(random, "a", "b", "rc", "alpha", "-beta.", "c", "pre"));
      version.append(number(random));
    }
    if (random.nextInt(4) == 0) {
      version.append(pick(random, ".post", "-", "rev")).append(number(random));
    }
    if (random.nextInt(4) == 0) {
      version.append(".dev").append(number(random));
    }
    return version + (random.nextInt(5) == 0 ? "+" + pick(random, "abc", "1", "1.x", "u2") : "");
  }

  private static String maven(Random random) {
    StringBuilder version = new StringBuilder(dotted(random));
    for (int i = random.nextInt(3); i > 0; i--) {
      version.append(pick(random, "-", ".", ""));
      version.append(pick(random, "alpha", "beta", "rc", "SNAPSHOT", "sp", "ga", "foo", "m"));
      version.append(random.nextBoolean() ? number(random) : "");
    }
    return version.toString();
  }

  private static String openssl(Random random) {
    String letters = pick(random, "", "a", "k", "z", "za", "zd");
    String stage = random.nextInt(4) == 0 ? pick(random, "-alpha", "-beta", "-pre", "-dev") : "";
    return dotted(random) + letters + stage + (stage.isEmpty() ? "" : number(random));
  }

  private static String kernel(Random random) {
    String candidate = random.nextInt(3) == 0 ? "-rc" + number(random) : "";
    return dotted(random) + candidate + pick(random, "", "", "-21-armmp", "+", "-yocto-standard");
  }

  private static String generic(Random random) {
    StringBuilder version =
        new StringBuilder(pick(random, "", "", "v", "r")).append(dotted(random));
    for (int i = random.nextInt(3); i > 0; i--) {
      version.append(pick(random, "", "-", "_", ".", "~"));
      version.append(pick(random, "rc", "p", "a", "test", "beta", "dev", "S", "sp", "z", "git"));
      version.append(random.nextBoolean() ? number(random) : "");
    }
    return version.toString();
  }
}
