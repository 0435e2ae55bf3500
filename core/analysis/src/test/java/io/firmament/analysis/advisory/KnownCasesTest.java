package io.firmament.analysis.advisory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.elf.TestElf;
import io.firmament.analysis.inventory.Inventory;
import io.firmament.analysis.inventory.InventoryReport;
import io.firmament.analysis.inventory.Progress;
import io.firmament.analysis.tree.MemoryTree;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Cases in which scanners are known to find too much or too little, with the facts of the real
/// records.
class KnownCasesTest {
  private static final int THRESHOLD = -2;

  @TempDir private static Path folder;
  private static AdvisoryIndex index;

  @BeforeAll
  static void build() throws IOException {
    List<Path> feeds = new ArrayList<>();
    for (String kind : List.of("nvd", "own", "cna", "osv", "debian", "alpine")) {
      String name = "known-cases-" + kind + ".json";
      feeds.add(Files.write(folder.resolve(name), resource(name).readAllBytes()));
    }
    Path out = folder.resolve("index.fwvx");
    BuildReport report = IndexBuilder.build(feeds, out);
    assertEquals(0, report.feeds().stream().mapToInt(BuildReport.Feed::malformed).sum());
    index = AdvisoryIndex.open(out);
  }

  @AfterAll
  static void close() {
    index.close();
  }

  static Stream<String> cases() throws IOException {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(resource("known-cases.txt"), StandardCharsets.UTF_8))) {
      return in.lines().filter(line -> !line.startsWith("#")).toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void findsWhatIsThereAndNoMore(String line) {
    String[] columns = line.split("\\|", -1);
    Map<String, String> image = image(columns[3]);
    List<CveMatch> matches =
        new Matcher()
            .match(List.of(component(columns[1])), environment(image), index, facts(image));
    Optional<CveMatch> match =
        matches.stream()
            .filter(m -> m.cve().equals(columns[2]) || m.aliases().contains(columns[2]))
            .findFirst();
    String found =
        match.isEmpty() ? "none" : match.get().score() < THRESHOLD ? "hidden" : "affected";
    String reasons = match.map(m -> m.score() + " " + m.reasons()).orElse("");
    assertEquals(columns[4], found, reasons);
    assertTrue(columns[5].isEmpty() || reasons.contains(columns[5] + ":"), reasons);
  }

  /// An advisory of the distribution and the NVD's record become one finding.
  @Test
  void joinsTheAdvisoryOfADistributionWithTheRecord() {
    List<CveMatch> matches =
        new Matcher()
            .match(
                List.of(component("pkg deb zlib1g zlib 1:1.2.11.dfsg-2+deb11u1 debian-11")),
                environment(Map.of()),
                index);
    List<CveMatch> same = matches.stream().filter(m -> m.cve().equals("CVE-2022-37434")).toList();
    assertEquals(List.of(List.of("DSA-5218-1")), same.stream().map(CveMatch::aliases).toList());
    assertTrue(matches.stream().noneMatch(m -> m.cve().equals("DSA-5218-1")));
  }

  /// Cases 19 to 21: who speaks of OpenSSL, or answers in its place, is not OpenSSL.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "19 | libssh.so.4 | libcrypto.so.3 | OpenSSL 3.3.2 4 Jun 2024",
        "20 | libcrypto.so.1.1 | libc.so.6 | OpenSSL 1.1.1 (compatible; AWS-LC 1.69.0)",
        "21 | libcrypto.so | libc.so.6 | OpenSSL 1.1.1 (compatible; BoringSSL)",
        "21 | libcrypto.so.52 | libc.so.6 | LibreSSL 3.8.2",
        "21 | libwolfssl.so.42 | libc.so.6 | OpenSSL 1.1.1 (compatible; wolfSSL 5.7.0)",
      })
  void whoSpeaksOfOpensslHasNoneOfItsVulnerabilities(
      String number, String soname, String needed, String banner) {
    InventoryReport report =
        Inventory.standard()
            .identify(
                new MemoryTree()
                    .file(
                        "usr/lib/" + soname,
                        0755,
                        TestElf.arm()
                            .type(3)
                            .library(soname)
                            .needs(needed)
                            .defines(banner.contains("AWS-LC") ? "awslc_api_version_num" : "f")
                            .text(banner)
                            .build()),
                Progress.NONE);
    List<CveMatch> matches = new Matcher().match(report.components(), environment(Map.of()), index);
    assertEquals(
        List.of(),
        matches.stream().map(CveMatch::cve).filter(id -> id.startsWith("CVE-2022")).toList(),
        () -> number + ": " + report.components());
    assertEquals(
        number.equals("20"),
        report.components().stream().anyMatch(c -> "1.69.0".equals(c.version())),
        () -> number + ": " + report.components());
  }

  private static Component component(String text) {
    String[] words = text.split(" ");
    return switch (words[0]) {
      case "app" -> {
        String[] name = words[1].split("[:@]", 3);
        yield Components.of(name[0], name[1], name[2]);
      }
      case "pkg" -> Components.packaged(words[1], words[2], words[3], words[4], words[5]);
      default -> {
        String name = words[1].replaceFirst(".*/", "").replaceFirst("@.*", "");
        yield new Component(
            "p-" + name,
            "library",
            name,
            words[1].replaceFirst(".*@", ""),
            null,
            null,
            null,
            null,
            words[1],
            List.of(),
            null,
            null,
            false,
            List.of("package.json"),
            1,
            List.of());
      }
    };
  }

  private static Map<String, String> image(String text) {
    Map<String, String> image = new HashMap<>();
    for (String part : text.isEmpty() ? new String[0] : text.split(";")) {
      image.put(part.substring(0, part.indexOf('=')), part.substring(part.indexOf('=') + 1));
    }
    return image;
  }

  private static ImageFacts facts(Map<String, String> image) {
    return new ImageFacts(
        Optional.ofNullable(image.get("arch")),
        set(image.get("config")),
        set(image.get("applets")),
        set(image.get("programs")),
        Map.of());
  }

  private static Optional<Set<String>> set(@org.jspecify.annotations.Nullable String text) {
    return Optional.ofNullable(text).map(names -> Set.of(names.split(",")));
  }

  private static FirmwareEnvironment environment(Map<String, String> image) {
    return new FirmwareEnvironment(
        OperatingSystem.LINUX,
        Optional.ofNullable(image.get("arch")),
        Optional.empty(),
        image.containsKey("hardware")
            ? List.of("cpe:2.3:h:" + image.get("hardware") + ":*:*:*:*:*:*:*")
            : List.of());
  }

  private static InputStream resource(String name) {
    return Objects.requireNonNull(KnownCasesTest.class.getResourceAsStream(name), name);
  }
}
