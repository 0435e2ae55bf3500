package io.firmament.analysis.inventory;

import io.firmament.analysis.inventory.BlobFacts.KernelBanner;
import io.firmament.analysis.tree.Entry;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Evidence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The Linux kernel, by its own banner, by its modules and by their folder; one component for each
/// release.
final class KernelDetector {
  static final DetectorCard CARD =
      new DetectorCard(
          "linux-kernel",
          "binary-analysis",
          "the banner in any unpacked kernel, .modinfo of modules, lib/modules/<release>",
          "linux_kernel with its version",
          "a distribution's release (6.1.0-50) is not the upstream version; that is taken from the"
              + " banner's build text or from the kernel's package where either says it");

  private static final Pattern MODULES =
      Pattern.compile("(?:^|.*/)lib/modules/(\\d+\\.\\d+[^/]*)(?:/.*)?");
  private static final Pattern NUMBER = Pattern.compile("\\d+\\.\\d+(?:\\.\\d+)?");
  // Debian's build text: "#1 SMP Debian 6.1.55-1 (2023-09-29)". The compiler before it may be of
  // Debian, too: "(gcc-12 (Debian 12.2.0-14) 12.2.0) #1 SMP ...".
  private static final Pattern DEBIAN =
      Pattern.compile("#\\d+ [^#]*Debian (\\d+\\.\\d+\\.\\d+)[-~]");

  private final SortedMap<String, Release> releases = new TreeMap<>();

  private static final class Release {
    private final List<Evidence> evidence = new ArrayList<>();
    private final List<String> paths = new ArrayList<>();
    private Optional<String> upstream = Optional.empty();
  }

  /// Adds what the contents and the folders say; returns the version of the best known kernel.
  Optional<String> detect(FileTree tree, List<BlobFacts> contents, Fusion fusion) {
    for (BlobFacts facts : contents) {
      facts.kernels().forEach(banner -> add(banner, facts));
      facts.elf().flatMap(BlobFacts.ElfFacts::vermagic).ifPresent(magic -> add(magic, facts));
      facts
          .elf()
          .flatMap(BlobFacts.ElfFacts::vermagic)
          .flatMap(magic -> packaged(fusion, facts))
          .ifPresent(version -> upstream(facts, version));
    }
    for (Entry entry : tree.entries()) {
      folder(entry);
    }
    return releases.entrySet().stream()
        .map(release -> component(release, fusion))
        .max(java.util.Comparator.comparingInt(Seen::weight))
        .map(Seen::version);
  }

  private record Seen(String version, int weight) {}

  private void add(KernelBanner banner, BlobFacts facts) {
    Release release = releases.computeIfAbsent(banner.release(), _ -> new Release());
    String path = facts.blob().paths().getFirst();
    release.paths.addAll(facts.blob().paths());
    release.evidence.add(
        new Evidence(
            "linux-kernel",
            "binary-analysis",
            path,
            banner.offset(),
            Text.brief(banner.banner()),
            Confidence.HIGH));
    Matcher debian = DEBIAN.matcher(banner.banner());
    if (debian.find()) {
      release.upstream = Optional.of(debian.group(1));
    }
  }

  private void add(String vermagic, BlobFacts facts) {
    String name = vermagic.split(" ")[0];
    if (NUMBER.matcher(name).lookingAt()) {
      Release release = releases.computeIfAbsent(name, _ -> new Release());
      release.paths.addAll(facts.blob().paths());
      release.evidence.add(
          new Evidence(
              "linux-module",
              "binary-analysis",
              facts.blob().paths().getFirst(),
              null,
              Text.brief("vermagic=" + vermagic),
              Confidence.MEDIUM));
    }
  }

  private static Optional<String> packaged(Fusion fusion, BlobFacts facts) {
    return fusion
        .owner(facts.blob().paths())
        .filter(owner -> owner.source().equals("linux"))
        .map(InstalledPackage::upstreamVersion);
  }

  private void upstream(BlobFacts facts, String version) {
    facts
        .elf()
        .flatMap(BlobFacts.ElfFacts::vermagic)
        .map(magic -> releases.get(magic.split(" ")[0]))
        .filter(release -> release.upstream.isEmpty())
        .ifPresent(release -> release.upstream = Optional.of(version));
  }

  private void folder(Entry entry) {
    Matcher matcher = MODULES.matcher(entry.path().toString());
    if (matcher.matches()) {
      Release release = releases.computeIfAbsent(matcher.group(1), _ -> new Release());
      if (release.evidence.isEmpty()) {
        release.evidence.add(
            new Evidence(
                "linux-modules-folder",
                "filename",
                entry.path().toString(),
                null,
                "lib/modules/" + matcher.group(1),
                Confidence.MEDIUM));
      }
    }
  }

  /// `crc-modules-6.1.0-50-armmp-di` in version 6.1.176-1 says what release 6.1.0-50-armmp is.
  private static Optional<String> ofPackage(String release, String own, Fusion fusion) {
    String series = own.replaceFirst("^(\\d+\\.\\d+).*$", "$1.");
    return fusion
        .named(release)
        .map(InstalledPackage::upstreamVersion)
        .filter(version -> NUMBER.matcher(version).matches() && version.startsWith(series));
  }

  private static Seen component(Map.Entry<String, Release> named, Fusion fusion) {
    Release release = named.getValue();
    Matcher number = NUMBER.matcher(named.getKey());
    String own = number.lookingAt() ? number.group() : named.getKey();
    String version = release.upstream.or(() -> ofPackage(named.getKey(), own, fusion)).orElse(own);
    Draft.Naming naming =
        new Draft.Naming(
            "Linux kernel",
            version,
            null,
            version,
            "linux",
            "linux_kernel",
            CpeName.of("o", "linux", "linux_kernel", version, null),
            PackageUrl.of("generic", "", "linux-kernel", version, null, null),
            null,
            null);
    Draft draft =
        fusion
            .draft(new Draft("operating-system", naming))
            .licence("GPL-2.0-only WITH Linux-syscall-note")
            .paths(release.paths);
    release.evidence.forEach(draft::evidence);
    boolean banner = release.evidence.stream().anyMatch(e -> e.confidence() == Confidence.HIGH);
    return new Seen(version, (banner ? 1_000_000 : 0) + release.evidence.size());
  }
}
