package io.firmament.analysis.advisory.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VersionSchemesTest {
  private static final List<VersionScheme> ALL =
      List.of(
          FirmwareVersions.standard(),
          new DebVersions(),
          new ApkVersions(),
          new RpmVersions(),
          new SemanticVersions(),
          new OpensslVersions(),
          new KernelVersions());

  @ParameterizedTest
  @CsvSource({
    "firmware-generic, 1.0.2k, <, 1.0.2zd",
    "firmware-generic, 1.1.1, <, 1.1.1a",
    "firmware-generic, 3.0.0-alpha7, <, 3.0.0",
    "firmware-generic, 3.0.0-beta1, >, 3.0.0-alpha17",
    "firmware-generic, 2.80rc1, <, 2.80",
    "firmware-generic, 2.80test2, <, 2.80rc1",
    "firmware-generic, 8.2p1, >, 8.2",
    "firmware-generic, 8.2p1, <, 8.3",
    "firmware-generic, 5.10.0-rc1, <, 5.10",
    "firmware-generic, 4.9.0, =, 4.9",
    "firmware-generic, 6.1, =, 6.1.0",
    "firmware-generic, 21.02.0-rc3, <, 21.02.0",
    "firmware-generic, r7258, <, r16279",
    "firmware-generic, 2.1_rc1, <, 2.1",
    "firmware-generic, v1.2, =, 1.2",
    "firmware-generic, 9.16.1-S1, >, 9.16.1",
    "firmware-generic, 2020.81, <, 2022.82",
    "firmware-generic, 0.52, <, 2011.54",
    "firmware-generic, 1.2.13+build7, =, 1.2.13",
    "firmware-generic, 1.2.9, <, 1.2.11",
    "firmware-generic, 1.0.0.1, >, 1.0",
    "deb, 1:1.2.11.dfsg-2+deb11u2, >, 1:1.2.11.dfsg-2",
    "deb, 1.0~rc1-1, <, 1.0-1",
    "deb, 1:0.9, >, 2.0",
    "deb, 1.0a, >, 1.0",
    "deb, 1.0+b, >, 1.0a",
    "deb, 1.09, =, 1.9",
    "deb, 2.6-1, <, 2.6-1ubuntu1",
    "deb, 1.1.1k-1+deb11u1, <, 1.1.1k-1+deb11u2",
    "apk, 1.36.1-r2, <, 1.36.1-r15",
    "apk, 1.2_rc1, <, 1.2",
    "apk, 1.2_p1, >, 1.2",
    "apk, 1.2a, >, 1.2",
    "apk, 1.2, <, 1.2.0",
    "apk, 1.2_alpha2, <, 1.2_beta1",
    "rpm, 1.0~rc1, <, 1.0",
    "rpm, 1.0^git1, >, 1.0",
    "rpm, 1.0^git1, <, 1.0.1",
    "rpm, 1.0a, <, 1.0.1",
    "rpm, 1:1.0-1, >, 2.0-1",
    "semver, 1.0.0-alpha, <, 1.0.0-alpha.1",
    "semver, 1.0.0-alpha.beta, <, 1.0.0-beta",
    "semver, 1.0.0-beta.2, <, 1.0.0-beta.11",
    "semver, 1.0.0-rc.1, <, 1.0.0",
    "semver, 1.0.0+20130313, =, 1.0.0",
    "openssl-letters, 1.0.2k, <, 1.0.2zd",
    "openssl-letters, 1.0.2z, <, 1.0.2za",
    "openssl-letters, 3.0.0-alpha17, <, 3.0.0-beta1",
    "openssl-letters, 3.0.0-beta2, <, 3.0.0",
    "openssl-letters, 1.1.1-pre9, <, 1.1.1",
    "openssl-letters, 1.0.2k-fips, =, 1.0.2k",
    "kernel, 5.10.0-rc7, <, 5.10",
    "kernel, 5.10.0-21-armmp, =, 5.10.0",
    "kernel, 6.1.55, >, 6.1.9",
    "kernel, 4.4.6+, =, 4.4.6",
  })
  void ordersVersions(String scheme, String left, String order, String right) {
    VersionScheme versions =
        ALL.stream().filter(s -> s.name().equals(scheme)).findFirst().orElseThrow();
    int expected = "<=>".indexOf(order) - 1;
    assertEquals(expected, Integer.signum(versions.compare(left, right)));
    assertEquals(-expected, Integer.signum(versions.compare(right, left)), "not antisymmetric");
  }

  @Test
  void everySchemeIsATotalOrderOverHostileVersions() {
    List<String> hostile =
        List.of(
            "",
            "-",
            "~",
            "0",
            "00",
            "1",
            "01",
            "1.",
            "..",
            "1..2",
            "a",
            "z",
            "za",
            "ab",
            "abc",
            "1a",
            "1.a",
            "1-rc",
            "1rc1",
            "1p",
            "1.0.0.0.0",
            "999999999999999999999999",
            "1:2:3",
            "v",
            "é",
            "1+",
            "1_p1_rc2",
            "2.80test",
            "1~~",
            "1^",
            "1.2.3-4-5",
            "\u0000",
            "1 2",
            "1.x");
    for (VersionScheme scheme : ALL) {
      for (String a : hostile) {
        assertEquals(0, scheme.compare(a, a), scheme.name() + " " + a);
        for (String b : hostile) {
          int ab = Integer.signum(scheme.compare(a, b));
          assertEquals(
              -ab, Integer.signum(scheme.compare(b, a)), scheme.name() + " " + a + " " + b);
        }
      }
    }
  }

  @Test
  void theGenericOrderIsTransitive() {
    VersionScheme scheme = FirmwareVersions.standard();
    List<String> versions =
        List.of(
            "1", "1.0", "1a", "1.a", "1z", "1za", "1abc", "1p1", "1rc1", "1-beta", "1.0.1", "1.1",
            "1dev", "1test3", "1.0p", "1.post", "2", "1x", "1.0.0a", "a", "z", "abc", "za");
    for (String a : versions) {
      for (String b : versions) {
        for (String c : versions) {
          boolean chained = scheme.compare(a, b) <= 0 && scheme.compare(b, c) <= 0;
          assertTrue(!chained || scheme.compare(a, c) <= 0, a + " " + b + " " + c);
        }
      }
    }
  }

  @Test
  void placeholdersAndHashesAreNoVersions() {
    VersionScheme scheme = FirmwareVersions.standard();
    assertFalse(scheme.reads("1.35.x"));
    assertFalse(scheme.reads("git-abcdef"));
    assertTrue(scheme.reads("v1.35.0"));
  }

  @Test
  void productsHaveTheirOwnSchemes() {
    VersionSchemes schemes = VersionSchemes.standard();
    assertEquals("openssl-letters", schemes.of("openssl:openssl").name());
    assertEquals("kernel", schemes.of("linux:linux_kernel").name());
    assertEquals("firmware-generic", schemes.of("busybox:busybox").name());
  }
}
