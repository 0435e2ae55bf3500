package io.firmament.analysis.advisory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.advisory.feeds.UserRecord;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Severity;
import io.firmament.base.finding.UserVulnerability;
import io.firmament.base.finding.UserVulnerability.Configuration;
import io.firmament.base.finding.VulnerabilitySource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a tenant's own records add to the index for all, which are the starter facts here.
class UserIndexTest {
  private static final FirmwareEnvironment LINUX =
      new FirmwareEnvironment(
          OperatingSystem.LINUX, Optional.of("mips"), Optional.empty(), List.of());
  private static final String HIGH = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N";

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "acme, router, 1.4, true",
    "acme, router, 2.0, false",
    "acme, router, 2.0-rc1, true",
    "acme, switch, 1.4, false",
    "other, router, 1.4, false",
  })
  void aRecordMatchesTheProductInItsRange(
      String vendor, String product, String version, boolean affected) throws IOException {
    List<CveMatch> matches =
        match(
            List.of(record(List.of("ACME-1"), null, range("acme", "router", "1.0", "2.0"))),
            Components.of(vendor, product, version));
    assertEquals(affected, !matches.isEmpty(), matches::toString);
  }

  @ParameterizedTest
  @CsvSource({
    "pkg:deb/debian/libssl3, vers:deb/<3.0.11-1~deb12u2, true",
    "pkg:deb/debian/openssl, vers:deb/<3.0.11-1~deb12u2, true",
    "pkg:deb/debian/openssl, vers:deb/<3.0.11-1~deb12u1, false",
    "pkg:deb/debian/openssl?distro=debian-12, vers:deb/<4, true",
    "pkg:deb/debian/openssl?distro=debian-11, vers:deb/<4, false",
    "pkg:deb/ubuntu/openssl, vers:deb/<4, false",
    "pkg:npm/openssl, vers:npm/<4, false",
    "pkg:deb/debian/openssl, vers:deb/!=3.0.11-1~deb12u1, false",
    "pkg:deb/debian/openssl, vers:deb/*, true",
  })
  void aPackageOfADistributionIsMeantByItsOwnNameAndByItsSource(
      String purl, String versions, boolean affected) throws IOException {
    Component ssl =
        new Component(
            "ssl",
            "library",
            "libssl3",
            "3.0.11-1~deb12u1",
            null,
            null,
            null,
            null,
            "pkg:deb/debian/libssl3@3.0.11-1~deb12u1",
            List.of(),
            "openssl",
            "debian-12",
            true,
            List.of(),
            1,
            List.of());
    List<CveMatch> matches =
        match(List.of(record(List.of("ACME-1"), null, inPackage(purl, versions))), ssl).stream()
            .filter(match -> match.cve().equals("ACME-1"))
            .toList();
    assertEquals(affected, !matches.isEmpty(), matches::toString);
    matches.forEach(
        match -> assertEquals(1, match.score(), "no distribution is asked: " + match.reasons()));
  }

  @Test
  void oneOfSeveralConfigurationsIsEnough() throws IOException {
    UserVulnerability record =
        record(
            List.of("ACME-1"),
            null,
            range("acme", "switch", "1", "2"),
            inPackage("pkg:npm/%40acme/lib", "vers:npm/>=1.0.0|<1.2.0"),
            range("acme", "router", null, null));
    assertEquals(1, match(List.of(record), Components.of("acme", "router", "9")).size());
  }

  @Test
  void theFirstIdIsPrimaryWhereTheIndexKnowsNoneOfThem() throws IOException {
    CveMatch match =
        match(
                List.of(
                    record(
                        List.of("ACME-1", "CVE-2099-0001"),
                        HIGH,
                        range("acme", "router", "1", "2"))),
                Components.of("acme", "router", "1.5"))
            .getFirst();
    assertEquals("ACME-1", match.cve());
    assertEquals(List.of("CVE-2099-0001"), match.aliases());
    assertEquals(Severity.HIGH, match.severity());
    assertEquals(7.5, match.cvssScore());
    assertEquals(List.of(new VulnerabilitySource("user", "ACME-1", "2026-02-01")), match.sources());
  }

  @Test
  void whatTheIndexKnowsTooIsOneEntryInTheWordsOfTheRecord() throws IOException {
    Component dns = Components.of("openssl", "openssl", "1.1.1m");
    CveMatch alone = only("CVE-2022-0778", match(List.of(), dns));
    List<CveMatch> matches =
        match(
            List.of(
                record(
                    List.of("ACME-1", "CVE-2022-0778"),
                    HIGH,
                    range("openssl", "openssl", "1.1.1", "1.1.1n"))),
            dns);
    assertEquals(match(List.of(), dns).size(), matches.size());
    CveMatch both = only("CVE-2022-0778", matches);
    assertEquals(alone.id(), both.id());
    assertTrue(both.aliases().contains("ACME-1"));
    assertEquals("our words", both.description());
    assertEquals(HIGH, both.cvssVector());
    assertEquals("user", both.sources().getFirst().source());
    assertEquals(alone.sources(), both.sources().subList(1, both.sources().size()));
    assertEquals(alone.epss(), both.epss());
  }

  @Test
  void exploitationIsKnownWhereverTheRecordFindsTheVulnerability() throws IOException {
    CveMatch match =
        only(
            "CVE-2014-0160",
            match(
                List.of(record(List.of("CVE-2014-0160"), null, range("acme", "router", "1", "2"))),
                Components.of("acme", "router", "1.5")));
    try (AdvisoryIndex index = AdvisoryIndex.starter()) {
      assertEquals(
          index.find("CVE-2014-0160").map(row -> row.isKnownExploited()),
          Optional.of(match.knownExploited()));
    }
    assertTrue(match.knownExploited());
    assertTrue(
        match.reasons().stream().anyMatch(reason -> reason.startsWith("known-exploited")),
        () -> match.reasons().toString());
  }

  @Test
  void aRecordThatNamesTheProductWithoutTheVersionTakesTheMatchBack() throws IOException {
    Component ssl = Components.of("openssl", "openssl", "1.1.1m");
    CveMatch alone = only("CVE-2022-0778", match(List.of(), ssl));
    CveMatch taken =
        only(
            "CVE-2022-0778",
            match(
                List.of(
                    record(
                        List.of("CVE-2022-0778"),
                        null,
                        range("openssl", "openssl", "3.0.0", "4.0.0"))),
                ssl));
    assertEquals(alone.score() - 6, taken.score());
    assertTrue(taken.reasons().getLast().startsWith("user-unaffected"));
    CveMatch ofAnother =
        only(
            "CVE-2022-0778",
            match(
                List.of(record(List.of("CVE-2022-0778"), null, range("acme", "router", "3", "4"))),
                ssl));
    assertEquals(alone.score(), ofAnother.score(), "a record of another product says nothing here");
    assertEquals("our words", ofAnother.description());
  }

  @Test
  void theSameRecordsInAnyOrderGiveTheSameBytes() throws IOException {
    UserVulnerability one = record(List.of("ACME-1"), HIGH, range("acme", "router", "1", "2"));
    UserVulnerability two = record(List.of("ACME-2"), null, inPackage("pkg:npm/a", "vers:npm/*"));
    assertEquals(write(List.of(one, two)), write(List.of(two, one)));
  }

  private String write(List<UserVulnerability> records) throws IOException {
    return UserIndex.write(
            sink -> {
              for (UserVulnerability each : records) {
                sink.take(((UserRecord.Usable) UserRecord.read(each)).facts());
              }
            },
            folder.resolve("own"))
        .hex();
  }

  private List<CveMatch> match(List<UserVulnerability> records, Component... components)
      throws IOException {
    write(records);
    try (AdvisoryIndex all = AdvisoryIndex.starter();
        UserIndex own = UserIndex.open(folder.resolve("own"))) {
      return new Matcher().match(List.of(components), LINUX, all, own, ImageFacts.unknown());
    }
  }

  private static CveMatch only(String cve, List<CveMatch> matches) {
    List<CveMatch> found = matches.stream().filter(match -> match.cve().equals(cve)).toList();
    assertEquals(1, found.size(), matches::toString);
    return found.getFirst();
  }

  static UserVulnerability record(
      List<String> ids, @Nullable String cvss, Configuration... configurations) {
    return new UserVulnerability(
        ids,
        "2026-01-01",
        "2026-02-01",
        "our words",
        cvss,
        null,
        List.of("https://acme.example/1"),
        List.of(configurations));
  }

  static Configuration range(
      String vendor, String product, @Nullable String from, @Nullable String before) {
    return new Configuration(null, null, null, vendor, product, null, from, null, null, before);
  }

  static Configuration inPackage(String purl, String versions) {
    return new Configuration(purl, versions, null, null, null, null, null, null, null, null);
  }
}
