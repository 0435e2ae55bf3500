package io.firmament.analysis.advisory;

import io.firmament.base.finding.CveMatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What share of the vulnerabilities of a kernel its configuration takes away; a program of its
/// own, since it needs a feed.
///
/// Arguments: a feed of CVE records, the kernel's version, and for each configuration its
/// architecture and its file.
public final class KernelPruning {
  private static final Pattern OPTION = Pattern.compile("(?m)^CONFIG_(\\w+)=[ym]$");

  private KernelPruning() {}

  public static void main(String[] arguments) throws IOException {
    Path out = Files.createTempDirectory("pruning").resolve("index.fwvx");
    IndexBuilder.build(List.of(Path.of(arguments[0])), out);
    try (AdvisoryIndex index = AdvisoryIndex.open(out)) {
      for (int i = 2; i + 1 < arguments.length; i += 2) {
        Set<String> set =
            OPTION
                .matcher(Files.readString(Path.of(arguments[i + 1])))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
        print(index, arguments[1], arguments[i], set);
      }
    }
  }

  private static void print(
      AdvisoryIndex index, String version, String architecture, Set<String> set) {
    ImageFacts image =
        new ImageFacts(
            Optional.of(architecture),
            Optional.of(set),
            Optional.empty(),
            Optional.empty(),
            Map.of());
    FirmwareEnvironment environment =
        new FirmwareEnvironment(
            OperatingSystem.LINUX, Optional.of(architecture), Optional.empty(), List.of());
    List<CveMatch> matches =
        new Matcher()
            .match(
                List.of(Components.of("linux", "linux_kernel", version)),
                environment,
                index,
                image);
    long not = count(matches, "code-not-built");
    long other = count(matches, "other-architecture");
    System.out.printf(
        Locale.ROOT,
        "%s %s: %d vulnerabilities; not built %d, other architecture %d (together %.1f %%); built"
            + " %d; nothing said %d%n",
        version,
        architecture,
        matches.size(),
        not,
        other,
        100.0 * (not + other) / Math.max(1, matches.size()),
        count(matches, "code-built"),
        matches.size() - not - other - count(matches, "code-built"));
  }

  private static long count(List<CveMatch> matches, String code) {
    return matches.stream()
        .filter(match -> match.reasons().stream().anyMatch(r -> r.startsWith(code + ":")))
        .count();
  }
}
