package io.firmament.graphql;

import io.firmament.base.finding.Component;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Evidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Priority;
import io.firmament.base.finding.Severity;
import io.firmament.base.finding.VulnerabilitySource;
import io.firmament.platform.firmware.Findings;
import java.util.List;
import java.util.Map;

/// Findings that fill every field of the schema.
final class SampleFindings {
  static final Component BUSYBOX = component("c-busybox", "BusyBox", "1.30.1", false);
  static final Component OPENSSL = component("c-openssl", "openssl", "1.1.1k", true);

  private SampleFindings() {}

  static Component component(String id, String name, String version, boolean cryptographic) {
    return new Component(
        id,
        "library",
        name,
        version,
        "p1",
        "vendor",
        "product",
        "cpe:2.3:a:vendor:product:" + version + ":*:*:*:*:*:*:*",
        "pkg:generic/" + name + "@" + version,
        List.of("GPL-2.0-only"),
        "source",
        "debian-12",
        cryptographic,
        List.of("/bin/" + name),
        1,
        List.of(
            new Evidence(
                "rule:" + name, "binary-analysis", "/bin/" + name, 4096L, name, Confidence.HIGH)));
  }

  static Issue issue(String id, String type, Severity severity, boolean elf) {
    return new Issue(
        id,
        "rule-of-" + type,
        type,
        severity,
        severity == Severity.LOW ? Confidence.LOW : Confidence.HIGH,
        "A " + type,
        elf,
        List.of("CWE-321"),
        List.of("/etc/" + id, "/etc/copy-of-" + id),
        Map.of("bits", "1024", "algorithm", "RSA"));
  }

  static CveMatch match(String cve, Component component, Severity severity, boolean exploited) {
    return new CveMatch(
        cve + "-" + component.id(),
        cve,
        List.of("GHSA-" + cve),
        component.id(),
        "Description of " + cve,
        severity,
        7.5,
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
        exploited,
        5,
        List.of("range: 1.0 to 2.0"),
        0.12,
        0.97,
        new Priority(
            exploited ? 60 : 20, exploited ? Priority.Band.P1 : Priority.Band.P2, List.of("a: b")),
        List.of(new VulnerabilitySource("nvd", cve, "2026-01-01T00:00:00.000")));
  }

  static Findings first() {
    return new Findings(
        List.of(BUSYBOX, OPENSSL),
        List.of(
            issue("key", "PRIVATE_KEY", Severity.CRITICAL, false),
            issue("hash", "HARDCODED_PASSWORD_HASH", Severity.HIGH, false),
            issue("nx", "BINARY_HARDENING", Severity.LOW, true)),
        List.of(
            match("CVE-2022-0778", OPENSSL, Severity.HIGH, false),
            match("CVE-2021-42374", BUSYBOX, Severity.MEDIUM, true)));
  }

  static Findings second() {
    return new Findings(
        List.of(BUSYBOX, OPENSSL),
        List.of(
            issue("key", "PRIVATE_KEY", Severity.CRITICAL, false),
            issue("telnet", "INSECURE_SERVICE_CONFIGURATION", Severity.MEDIUM, false)),
        List.of(
            match("CVE-2022-0778", BUSYBOX, Severity.HIGH, false),
            match("CVE-2023-0001", BUSYBOX, Severity.LOW, false),
            match("CVE-2023-0001", OPENSSL, Severity.LOW, false)));
  }
}
