package io.firmament.analysis.inventory;

import io.firmament.analysis.cache.Reuse;
import io.firmament.analysis.cache.ValueCodec;
import io.firmament.analysis.identity.ArchitectureVote;
import io.firmament.analysis.identity.ImageIdentity;
import io.firmament.analysis.identity.Platform;
import io.firmament.analysis.scan.Blobs;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.finding.Component;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Identifies the software of an unpacked image.
public final class Inventory {
  private final List<PackageDatabase> databases;
  private final List<VersionRule> rules;
  private final BlobReader reader;
  private final ValueCodec<BlobFacts> codec;

  private Inventory(List<PackageDatabase> databases, List<VersionRule> rules) {
    this.databases = databases;
    this.rules = rules;
    this.reader = new BlobReader(rules);
    this.codec =
        ValueCodec.sharing(
            VersionRule.class,
            VersionRule::id,
            rules.stream().collect(Collectors.toMap(VersionRule::id, rule -> rule)));
  }

  /// With all detectors.
  public static Inventory standard() {
    return new Inventory(
        List.of(new DpkgDatabase(), new OpkgDatabase(), new ApkDatabase()), VersionRules.load());
  }

  /// Reads every distinct content once, on all processors; deterministic.
  public InventoryReport identify(FileTree tree, Progress progress) {
    return identify(tree, progress, Reuse.none());
  }

  /// The same, where what is known of a content need not be read again. The report is the same with
  /// and without what is known.
  public InventoryReport identify(FileTree tree, Progress progress, Reuse known) {
    Fusion fusion = new Fusion(rules);
    Roots roots = new Roots(tree);
    List<Distribution> distributions = Distribution.read(roots);
    Map<String, Distribution> byRoot = new HashMap<>();
    for (Distribution distribution : distributions) {
      byRoot.put(distribution.root(), distribution);
      fusion.add(distribution);
    }
    for (PackageDatabase database : databases) {
      for (InstalledPackage installed : database.read(roots)) {
        fusion.add(installed, byRoot.get(installed.root()));
      }
    }
    List<BlobFacts> contents =
        Blobs.of(tree)
            .map(blob -> known.of(blob, "inventory", codec, reader::read), progress::advanced);
    contents.forEach(fusion::add);
    for (BlobFacts facts : contents) {
      facts
          .elf()
          .flatMap(BlobFacts.ElfFacts::soname)
          .ifPresent(soname -> fusion.addLibrary(facts, soname));
    }
    Optional<String> kernel = new KernelDetector().detect(tree, contents, fusion);
    ImageIdentity identity = identity(contents, distributions, kernel);
    List<Component> components = fusion.components();
    List<ComponentFacts> facts = Linking.of(components, contents, fusion.packageIds());
    return new InventoryReport(
        components, identity, fusion.notes(), facts, ImageContents.of(tree, contents));
  }

  private static ImageIdentity identity(
      List<BlobFacts> contents, List<Distribution> distributions, Optional<String> kernel) {
    ArchitectureVote vote = new ArchitectureVote();
    for (BlobFacts facts : contents) {
      facts
          .elf()
          .ifPresent(
              elf ->
                  vote.cast(
                      new ArchitectureVote.Machine(elf.architecture(), elf.bigEndian(), elf.bits()),
                      facts.blob().content().size()));
    }
    Optional<ArchitectureVote.Machine> machine = vote.winner();
    Optional<Distribution> first = distributions.stream().findFirst();
    Platform platform =
        Platform.of(contents.stream().flatMap(facts -> facts.platform().stream()).toList());
    boolean linux = kernel.isPresent() || first.isPresent();
    return new ImageIdentity(
        machine.map(ArchitectureVote.Machine::architecture).orElse(null),
        machine.map(ArchitectureVote.Machine::endianness).orElse(null),
        machine.map(ArchitectureVote.Machine::bits).orElse(null),
        linux ? "Linux" : null,
        first.map(Distribution::id).orElse(null),
        first.map(Distribution::version).orElse(null),
        kernel.orElse(null),
        platform.board().orElse(null),
        platform.soc().orElse(null));
  }
}
