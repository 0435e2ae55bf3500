package io.firmament.analysis.advisory;

import static io.firmament.analysis.advisory.UserIndexTest.inPackage;
import static io.firmament.analysis.advisory.UserIndexTest.range;
import static io.firmament.analysis.advisory.UserIndexTest.record;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.firmament.analysis.advisory.feeds.UserRecord;
import io.firmament.base.finding.UserVulnerability;
import io.firmament.base.finding.UserVulnerability.Configuration;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UserRecordTest {
  private static final Configuration ANY = range("acme", "router", "1", "2");
  private static final String V4 =
      "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "pkg:",
        "pkg:deb",
        "pkg:deb/",
        "openssl",
        "pkg:deb/debian/openssl@1.0",
        "pkg:deb/debian/openssl#lib",
        "pkg:deb/debian/open ssl",
        "pkg:deb/debian/\u00f6l",
        "pkg:deb/debian/openssl\u0000",
        "PKG:deb/x"
      })
  void refusesWhatIsNoPackageUrl(String purl) {
    assertEquals("configurations[0].purl", wrong(inPackage(purl, "vers:deb/*")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "vers:",
        "vers:deb",
        "vers:deb/",
        ">=1|<2",
        "deb/>=1",
        "vers:deb/>=",
        "vers:deb/>=1||<>2",
        "vers:deb/%zz",
        "vers:deb/>=1 |<2",
        "vers:deb/\u00e4"
      })
  void refusesWhatIsNoRange(String versions) {
    assertEquals(
        "configurations[0].versions", wrong(inPackage("pkg:deb/debian/openssl", versions)));
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "NULL, router, configurations[0].vendor",
        "acme, NULL, configurations[0].product",
        "*, router, configurations[0].vendor",
        "acme, *, configurations[0].product",
        "acme, ro*ter, configurations[0].product",
        "-, router, configurations[0].vendor",
        "ac me, router, configurations[0].vendor",
      },
      nullValues = "NULL")
  void refusesVendorsAndProductsThatCouldBeAnything(String vendor, String product, String field) {
    assertEquals(field, wrong(range(vendor, product, null, "2")));
  }

  @Test
  void refusesVersionsThatContradictEachOther() {
    assertEquals(
        "configurations[0]",
        wrong(new Configuration(null, null, null, "acme", "r", "1", "1", null, null, null)));
    assertEquals(
        "configurations[0]",
        wrong(new Configuration(null, null, null, "acme", "r", null, "1", "1", null, null)));
    assertEquals(
        "configurations[0]",
        wrong(new Configuration(null, null, null, "acme", "r", null, null, null, "1", "1")));
    assertEquals(
        "configurations[0]",
        wrong(
            new Configuration(
                "pkg:npm/a", "vers:npm/*", null, "acme", null, null, null, null, null, null)));
    assertEquals(
        "configurations[0].part",
        wrong(new Configuration(null, null, "h", "acme", "r", null, null, null, null, null)));
  }

  @Test
  void refusesIdsThatAreNone() {
    assertEquals("ids", wrong(record(List.of(), null, ANY)));
    assertEquals("ids[0]", wrong(record(List.of("a b"), null, ANY)));
    assertEquals("ids[0]", wrong(record(List.of("x".repeat(101)), null, ANY)));
    assertEquals("ids[1]", wrong(record(List.of("ACME-1", "acme-1"), null, ANY)));
    assertEquals("ids[0]", wrong(record(List.of("CVE-1"), null, ANY)));
    assertEquals("ids[0]", wrong(record(List.of("cve-2026-0001"), null, ANY)));
    assertEquals("ids", wrong(record(List.of("CVE-2026-0001", "CVE-2026-0002"), null, ANY)));
    assertEquals(
        "ids",
        wrong(record(IntStream.range(0, 21).mapToObj(i -> "ACME-" + i).toList(), null, ANY)));
  }

  @Test
  void refusesMoreThanItHoldsAtOnce() {
    UserVulnerability many =
        new UserVulnerability(
            List.of("ACME-1"),
            "2026-01-01",
            "2026-01-01",
            "",
            null,
            null,
            List.of(),
            Collections.nCopies(10_000, ANY));
    assertTimeout(Duration.ofSeconds(2), () -> assertEquals("configurations", wrong(many)));
    String huge = "x".repeat(5_000_000);
    assertTimeout(
        Duration.ofSeconds(2),
        () -> {
          assertEquals("configurations[0].purl", wrong(inPackage("pkg:npm/" + huge, "vers:npm/*")));
          assertEquals("configurations[0].versions", wrong(inPackage("pkg:npm/a", "vers:" + huge)));
          assertEquals("configurations[0].vendor", wrong(range(huge, "r", null, null)));
          assertEquals("configurations[0].before", wrong(range("acme", "r", null, huge)));
          assertEquals("cvss31", wrong(record(List.of("A"), "CVSS:3.1/" + huge, ANY)));
          assertEquals("description", wrong(with("2026-01-01", huge, List.of(), null)));
        });
  }

  @Test
  void refusesDatesAndAddressesThatAreNone() {
    assertEquals("published", wrong(with("yesterday", "", List.of(), null)));
    assertEquals("published", wrong(with("2026-13-01", "", List.of(), null)));
    assertEquals("published", wrong(with("2026-01-01T10:00:00", "", List.of(), null)));
    for (String address :
        List.of("javascript:alert(1)", "file:///etc/passwd", "//x", "https:", "")) {
      assertEquals("references[0]", wrong(with("2026-01-01", "", List.of(address), null)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CVSS:3.1/AV:N", "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N/A:H",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:X/C:H/I:N/A:N",
        "high", ""
      })
  void refusesWhatIsNoVectorOfCvss31(String vector) {
    assertEquals("cvss31", wrong(record(List.of("ACME-1"), vector, ANY)));
  }

  @Test
  void takesCvss40AsItIsGivenAndCvss31First() {
    assertEquals(
        Optional.of(9.3),
        UserRecord.score(with("2026-01-01", "", List.of(), new UserVulnerability.Cvss40(V4, 9.3))));
    assertInstanceOf(
        UserRecord.Usable.class,
        UserRecord.read(with("2026-01-01", "", List.of(), new UserVulnerability.Cvss40(V4, 9.3))));
    assertEquals(
        "cvss40.score",
        wrong(with("2026-01-01", "", List.of(), new UserVulnerability.Cvss40(V4, 11.0))));
    assertEquals(
        "cvss40.score",
        wrong(with("2026-01-01", "", List.of(), new UserVulnerability.Cvss40(V4, Double.NaN))));
    assertEquals(
        "cvss40.vector",
        wrong(
            with(
                "2026-01-01",
                "",
                List.of(),
                new UserVulnerability.Cvss40(V4.replace("/SA:N", ""), null))));
  }

  /// Whatever is in a record, it is either refused or can be matched.
  @Test
  void neverThrowsForWhatARecordContains() {
    Random random = new Random(20261130);
    String letters = "pkg:vers/deb@?#%<>=!*|-.0123456789aZ \u0000\u00e4\ud83d\\\"";
    for (int i = 0; i < 20_000; i++) {
      Configuration configuration =
          new Configuration(
              text(random, letters, "pkg:"),
              text(random, letters, "vers:"),
              null,
              text(random, letters, ""),
              text(random, letters, ""),
              null,
              text(random, letters, ""),
              null,
              null,
              text(random, letters, ""));
      UserRecord.read(record(List.of("ACME-1"), text(random, letters, "CVSS:3.1/"), configuration));
    }
  }

  private static @Nullable String text(Random random, String letters, String start) {
    if (random.nextInt(3) == 0) {
      return null;
    }
    StringBuilder text = new StringBuilder(random.nextBoolean() ? start : "");
    int length = random.nextInt(20);
    for (int i = 0; i < length; i++) {
      text.append(letters.charAt(random.nextInt(letters.length())));
    }
    return text.toString();
  }

  private static UserVulnerability with(
      String published,
      String description,
      List<String> references,
      UserVulnerability.@Nullable Cvss40 v4) {
    return new UserVulnerability(
        List.of("ACME-1"),
        published,
        "2026-01-01",
        description,
        null,
        v4,
        references,
        List.of(ANY));
  }

  private static String wrong(Configuration configuration) {
    return wrong(record(List.of("ACME-1"), null, configuration));
  }

  private static String wrong(UserVulnerability record) {
    return assertInstanceOf(UserRecord.Wrong.class, UserRecord.read(record)).field();
  }
}
