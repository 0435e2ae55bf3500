package io.firmament.analysis.sbom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.advisory.Components;
import io.firmament.analysis.elf.TestElf;
import io.firmament.analysis.inventory.Inventory;
import io.firmament.analysis.inventory.InventoryReport;
import io.firmament.analysis.inventory.Progress;
import io.firmament.analysis.tree.MemoryTree;
import io.firmament.base.Sha256;
import io.firmament.base.finding.Component;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SbomQualityTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  private static final Sha256 HASH = Sha256.of(new byte[] {1});
  private static final SbomTool TOOL = new SbomTool("https://acme.example", "t", "1");
  private static final SbomSubject IMAGE =
      new SbomSubject(
          "router", "1", "sbom@acme.example", HASH, "cpe:2.3:o:acme:router:1:*:*:*:*:*:*:*");
  private static final Component GOOD = Components.of("acme", "good", "1");
  private static final Component NEEDED = Components.of("acme", "needed", "2");

  @Test
  void countsWhatIsThere() {
    SbomQuality quality = SbomQuality.of(good());
    assertEquals(3, quality.things());
    Map<String, Double> shares = shares(quality, SbomProfile.NTIA);
    assertEquals(1 / 3., shares.remove("supplier"), "no format names a component's");
    assertEquals(Set.of(1.), Set.copyOf(shares.values()), shares.toString());
    Map<String, Double> cisa = shares(quality, SbomProfile.CISA_2025);
    assertEquals(1 / 3., cisa.remove("software-producer"));
    assertEquals(2 / 3., cisa.remove("license"), "not of the image");
    assertEquals(Set.of(1.), Set.copyOf(cisa.values()), cisa.toString());
    Map<String, Double> bsi = shares(quality, SbomProfile.BSI_TR_03183_2);
    assertEquals(1 / 3., bsi.remove("component-creator"));
    assertEquals(1 / 3., bsi.remove("dependencies-completeness"), "of the image alone");
    assertEquals(2 / 3., bsi.remove("dependencies"), "what needs nothing cannot say so");
    for (String component : List.of("filename", "distribution-licences", "deployable-hash")) {
      assertEquals(2 / 3., bsi.remove(component), component + ": not of the image");
    }
    for (String unsaid : List.of("executable", "archive", "structured")) {
      assertEquals(0, bsi.remove(unsaid), unsaid);
    }
    assertEquals(
        Set.of("sbom-creator", "timestamp", "sbom-uri", "name", "version", "unique-identifiers"),
        bsi.keySet());
    assertEquals(Set.of(1.), Set.copyOf(bsi.values()), bsi.toString());
  }

  @Test
  void thePointsAreTheMeanOfTheSharesAndOnlyWhatIsWholeIsMet() {
    SbomQuality.Score ntia = score(SbomQuality.of(good()), SbomProfile.NTIA);
    assertEquals((int) (100 * (6 + 1 / 3.) / 7), ntia.points());
    assertFalse(ntia.met());
    SbomQuality.Score alone = score(SbomQuality.of(document(IMAGE, TOOL, NOW)), SbomProfile.NTIA);
    assertEquals(85, alone.points(), "an image in which nothing was found is related to nothing");
    assertEquals(
        List.of("dependency-relationship"),
        alone.criteria().stream().filter(c -> !c.met()).map(SbomQuality.Criterion::id).toList());
  }

  /// One component of very many that misses something must not round to 100.
  @Test
  void nothingIsRoundedUpToAHundred() {
    Component[] many =
        IntStream.range(0, 2000)
            .mapToObj(i -> Components.of("acme", "c" + i, i == 7 ? null : "1"))
            .toArray(Component[]::new);
    SbomQuality quality = SbomQuality.of(document(IMAGE, TOOL, NOW, many));
    SbomQuality.Criterion version = criterion(quality, SbomProfile.NTIA, "version");
    assertEquals(List.of("c-c7"), ids(version));
    assertTrue(version.share() < 1 && !version.met());
  }

  @Test
  void namesTwentyOfThoseThatMissAndCountsAll() {
    Component[] many =
        IntStream.range(0, 30)
            .mapToObj(i -> Components.of("acme", "c" + i, "1"))
            .toArray(Component[]::new);
    SbomQuality quality = SbomQuality.of(document(IMAGE, TOOL, NOW, many));
    SbomQuality.Criterion supplier = criterion(quality, SbomProfile.NTIA, "supplier");
    assertEquals(30, supplier.missing());
    assertEquals(IntStream.range(0, 20).mapToObj(i -> "c-c" + i).toList(), ids(supplier));
  }

  @Test
  void missesWhatTheImageDoesNotSay() {
    SbomSubject bare = new SbomSubject(" ", null, null, HASH, null);
    SbomQuality quality = SbomQuality.of(document(bare, TOOL, NOW, GOOD));
    for (String id : List.of("supplier", "name", "version", "unique-identifiers")) {
      String first = ids(criterion(quality, SbomProfile.NTIA, id)).getFirst();
      assertEquals(Identifiers.reference(bare), first, id);
    }
    SbomSubject named = new SbomSubject("x", "1", "Acme", HASH, null);
    SbomQuality without = SbomQuality.of(document(named, TOOL, NOW, GOOD));
    assertEquals(0.5, shares(without, SbomProfile.NTIA).get("supplier"));
    assertEquals(0, shares(without, SbomProfile.BSI_TR_03183_2).get("component-creator"));
  }

  @Test
  void missesWhatAComponentDoesNotSay() {
    Component bare = component("bare", null, List.of(), List.of("a", "b"), 2);
    SbomQuality quality = SbomQuality.of(document(IMAGE, TOOL, NOW, GOOD, bare));
    for (String id : List.of("version", "software-identifiers", "component-hash", "license")) {
      assertTrue(ids(criterion(quality, SbomProfile.CISA_2025, id)).contains("bare"), id);
    }
    for (String id :
        List.of("filename", "dependencies", "distribution-licences", "deployable-hash")) {
      assertTrue(ids(criterion(quality, SbomProfile.BSI_TR_03183_2, id)).contains("bare"), id);
    }
  }

  /// What an imported SBOM brought has no files here, and counts like all others.
  @Test
  void anImportedComponentCountsByWhatItBrought() {
    Component imported = component("sbom-1", "3", List.of("MIT"), List.of(), 0);
    SbomQuality quality = SbomQuality.of(document(IMAGE, TOOL, NOW, imported));
    assertEquals(2, quality.things());
    assertFalse(ids(criterion(quality, SbomProfile.CISA_2025, "license")).contains("sbom-1"));
    assertTrue(ids(criterion(quality, SbomProfile.CISA_2025, "component-hash")).contains("sbom-1"));
    assertTrue(ids(criterion(quality, SbomProfile.BSI_TR_03183_2, "filename")).contains("sbom-1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"NOASSERTION", "NONE", " "})
  void whatSaysNothingIsNoLicence(String license) {
    Component silent = component("x", "1", List.of(license), List.of("x"), 1);
    SbomQuality quality = SbomQuality.of(document(IMAGE, TOOL, NOW, silent));
    assertEquals(0, shares(quality, SbomProfile.CISA_2025).get("license"));
    assertEquals(0, shares(quality, SbomProfile.BSI_TR_03183_2).get("distribution-licences"));
  }

  @Test
  void aLicenceThatIsNoSpdxExpressionIsNamedButNotForTheBsi() {
    Component free = component("x", "1", List.of("as free as air"), List.of("x"), 1);
    SbomQuality quality = SbomQuality.of(document(IMAGE, TOOL, NOW, free));
    assertEquals(0.5, shares(quality, SbomProfile.CISA_2025).get("license"));
    assertEquals(0, shares(quality, SbomProfile.BSI_TR_03183_2).get("distribution-licences"));
  }

  @Test
  void aSha256IsAHashButNotForTheBsi() {
    SbomDocument document =
        document(IMAGE, TOOL, NOW, GOOD).withHashes(Map.of(GOOD.id(), new SbomHashes(HASH, null)));
    SbomQuality quality = SbomQuality.of(document);
    assertEquals(1, shares(quality, SbomProfile.CISA_2025).get("component-hash"));
    assertEquals(0, shares(quality, SbomProfile.BSI_TR_03183_2).get("deployable-hash"));
  }

  @Test
  void missesWhatTheDocumentDoesNotSay() {
    SbomDocument bare =
        new SbomDocument(
            IMAGE,
            List.of(GOOD),
            List.of(),
            Map.of(),
            Map.of(),
            Map.of(),
            SbomCompleteness.UNKNOWN,
            new SbomTool("", " ", ""),
            new UUID(0, 0),
            Instant.EPOCH);
    SbomQuality quality = SbomQuality.of(bare);
    assertEquals(Set.of("author", "timestamp"), missedDocuments(quality, SbomProfile.NTIA));
    assertEquals(
        Set.of("sbom-author", "tool-name", "timestamp"),
        missedDocuments(quality, SbomProfile.CISA_2025));
    assertEquals(
        Set.of("sbom-creator", "timestamp", "sbom-uri"),
        missedDocuments(quality, SbomProfile.BSI_TR_03183_2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Acme", "acme.example", "a@b", "ftp://x.example", "http://"})
  void aNameIsNoContact(String vendor) {
    SbomQuality quality =
        SbomQuality.of(document(IMAGE, new SbomTool(vendor, "t", "1"), NOW, GOOD));
    assertEquals(Set.of("sbom-creator"), missedDocuments(quality, SbomProfile.BSI_TR_03183_2));
  }

  /// An image with a package database, a library that its program needs, and an SBOM beside it.
  @Test
  void judgesWhatTheInventoryFinds() {
    InventoryReport found =
        Inventory.standard()
            .identify(
                new MemoryTree()
                    .file(
                        "usr/lib/libz.so.1",
                        0755,
                        TestElf.arm().type(3).library("libz.so.1").text("zlib").build())
                    .file(
                        "usr/lib/libfoo.so", 0755, TestElf.arm().type(3).needs("libz.so.1").build())
                    .file(
                        "lib/apk/db/installed",
                        """
                        P:foo
                        V:1.0-r0
                        L:MIT
                        F:usr/lib
                        R:libfoo.so

                        P:bar
                        V:3-r1
                        """),
                Progress.NONE);
    Component brought = component("sbom-1", "3", List.of("NOASSERTION"), List.of(), 0);
    InventoryReport merged =
        new InventoryReport(
            SbomMerge.merge(found.components(), List.of(brought)),
            found.identity(),
            found.notes(),
            found.facts(),
            found.contents());
    SbomSubject image = new SbomSubject("router", "1", "Acme", HASH, null);
    SbomQuality quality =
        SbomQuality.of(new InventorySbom(image, merged, true).document(List.of(), TOOL, NOW));
    assertEquals(5, quality.things(), () -> merged.components().toString());
    assertEquals(
        List.of("bar", "foo", "sbom-1", "zlib"), missing(quality, SbomProfile.NTIA, "supplier"));
    assertEquals(List.of("zlib"), missing(quality, SbomProfile.NTIA, "version"));
    assertEquals(
        List.of("router", "bar", "sbom-1"), missing(quality, SbomProfile.CISA_2025, "license"));
    assertEquals(
        List.of("bar", "sbom-1"), missing(quality, SbomProfile.CISA_2025, "component-hash"));
    assertEquals(
        List.of("bar", "sbom-1", "zlib"),
        missing(quality, SbomProfile.BSI_TR_03183_2, "dependencies"));
    for (SbomQuality.Score score : quality.profiles()) {
      double mean =
          score.criteria().stream()
              .mapToDouble(SbomQuality.Criterion::share)
              .average()
              .orElseThrow();
      assertEquals((int) (100 * mean), score.points(), score.profile().id());
    }
  }

  private static List<String> missing(SbomQuality quality, SbomProfile profile, String id) {
    return criterion(quality, profile, id).missedBy().stream()
        .map(SbomQuality.Missing::name)
        .toList();
  }

  /// The criterion that no document can miss rests on what the writers say.
  @Test
  void whatIsSaidOfTheGenerationIsInTheDocuments() throws IOException {
    assertTrue(written(SbomFormat.CYCLONEDX_JSON_1_6).contains("\"discovery\""));
    assertTrue(written(SbomFormat.SPDX_JSON_3_0_1).contains("\"analyzed\""));
  }

  @Test
  void theIdsOfAProfileAreUnique() {
    for (SbomProfile profile : SbomProfile.values()) {
      List<String> ids = profile.criteria().stream().map(SbomCriterion::id).toList();
      assertEquals(ids.size(), new HashSet<>(ids).size(), profile.id());
    }
    assertEquals(
        List.of(7, 11, 15),
        Arrays.stream(SbomProfile.values()).map(p -> p.criteria().size()).toList());
  }

  private static String written(SbomFormat format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SbomWriter.write(good(), format, out);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static SbomDocument good() {
    SbomHashes hashes = new SbomHashes(HASH, "ab");
    return document(IMAGE, TOOL, NOW, GOOD, NEEDED)
        .withHashes(Map.of(GOOD.id(), hashes, NEEDED.id(), hashes))
        .withDependencies(Map.of(GOOD.id(), List.of(NEEDED.id())));
  }

  private static SbomDocument document(
      SbomSubject subject, SbomTool tool, Instant at, Component... components) {
    return SbomDocument.of(subject, List.of(components), List.of(), tool, at);
  }

  private static Component component(
      String id, @Nullable String version, List<String> licenses, List<String> paths, int files) {
    return new Component(
        id, "library", id, version, null, null, null, null, null, licenses, null, null, false,
        paths, files, List.of());
  }

  private static SbomQuality.Score score(SbomQuality quality, SbomProfile profile) {
    return quality.profiles().stream()
        .filter(score -> score.profile() == profile)
        .findFirst()
        .orElseThrow();
  }

  private static SbomQuality.Criterion criterion(
      SbomQuality quality, SbomProfile profile, String id) {
    return score(quality, profile).criteria().stream()
        .filter(criterion -> criterion.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> ids(SbomQuality.Criterion criterion) {
    return criterion.missedBy().stream().map(SbomQuality.Missing::id).toList();
  }

  private static Map<String, Double> shares(SbomQuality quality, SbomProfile profile) {
    return score(quality, profile).criteria().stream()
        .collect(Collectors.toMap(SbomQuality.Criterion::id, SbomQuality.Criterion::share));
  }

  private static Set<String> missedDocuments(SbomQuality quality, SbomProfile profile) {
    return score(quality, profile).criteria().stream()
        .filter(criterion -> criterion.ofDocument() && !criterion.met())
        .map(SbomQuality.Criterion::id)
        .collect(Collectors.toSet());
  }
}
