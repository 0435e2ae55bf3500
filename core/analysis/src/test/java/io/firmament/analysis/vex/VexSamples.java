package io.firmament.analysis.vex;

import io.firmament.analysis.sbom.SbomDocument;
import io.firmament.analysis.sbom.SbomHashes;
import io.firmament.analysis.sbom.SbomSubject;
import io.firmament.analysis.sbom.SbomTool;
import io.firmament.base.Sha256;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.VexStatement;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An image with three components and matches in every state.
final class VexSamples {
  static final Instant ANALYSED = Instant.parse("2026-01-02T03:04:05.678Z");
  static final Sha256 IMAGE = Sha256.of(new byte[] {1});
  static final Sha256 FILE = Sha256.of(new byte[] {2});
  static final SbomSubject SUBJECT =
      new SbomSubject("Router 5", "2.0", "Acme & Söhne", IMAGE, null);

  static final Component OPENSSL =
      component("c1", "openssl", "1.1.1k", "openssl", "pkg:deb/debian/openssl@1.1.1k-1");
  static final Component BUSYBOX = component("c2", "busybox", "1.34.1", "busybox", null);
  static final Component HOUSE = component("c3", "acme daemon", null, null, null);

  static final List<Component> COMPONENTS = List.of(OPENSSL, BUSYBOX, HOUSE);
  static final List<CveMatch> MATCHES =
      List.of(
          match("m1", "CVE-2022-0778", OPENSSL, List.of("GHSA-x3mh-jvjw-3xwx")),
          match("m2", "CVE-2021-3711", OPENSSL, List.of()),
          match("m3", "CVE-2022-30065", BUSYBOX, List.of()),
          match("m4", "CVE-2022-28391", BUSYBOX, List.of()),
          match("m5", "CVE-2022-0778", HOUSE, List.of()),
          match("m6", "DSA-5103-1", OPENSSL, List.of()),
          match("m7", "CVE-2020-0001", HOUSE, List.of()));

  static final Map<String, VexStatement> STATEMENTS =
      Map.of(
          "m1",
          new VexStatement(
              VexStatement.State.EXPLOITABLE,
              null,
              List.of(VexStatement.Response.UPDATE, VexStatement.Response.WORKAROUND_AVAILABLE),
              "Mended in 2.1."),
          "m2",
          new VexStatement(VexStatement.State.RESOLVED, null, List.of(), "Patched in the build."),
          "m3",
          new VexStatement(
              VexStatement.State.NOT_AFFECTED,
              VexStatement.Justification.CODE_NOT_PRESENT,
              List.of(),
              "The applet awk is not in the image."),
          "m5",
          new VexStatement(VexStatement.State.FALSE_POSITIVE, null, List.of(), "Another product."),
          "m6",
          new VexStatement(VexStatement.State.NOT_AFFECTED, null, List.of(), ""),
          "m7",
          new VexStatement(VexStatement.State.EXPLOITABLE, null, List.of(), ""));

  private VexSamples() {}

  static VexReport report() {
    return report(STATEMENTS);
  }

  static VexReport report(Map<String, VexStatement> statements) {
    SbomDocument document =
        SbomDocument.of(
                SUBJECT,
                COMPONENTS,
                MATCHES,
                new SbomTool("Firmament", "Firmament", "0.1.0"),
                ANALYSED)
            .withHashes(Map.of("c3", new SbomHashes(FILE, null)))
            .withStatements(statements);
    return new VexReport(
        document,
        "Acme & Söhne",
        "https://firmament.example",
        List.of(
            new VexReport.Revision(ANALYSED, "The analysis of the image."),
            new VexReport.Revision(ANALYSED.plusSeconds(60), "What a document said.")));
  }

  static byte[] write(VexReport report, VexFormat format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    VexWriter.write(report, format, out);
    return out.toByteArray();
  }

  static Component component(
      String id,
      String name,
      @Nullable String version,
      @Nullable String vendor,
      @Nullable String purl) {
    return new Component(
        id,
        "library",
        name,
        version,
        null,
        vendor,
        vendor == null ? null : name,
        null,
        purl,
        List.of(),
        null,
        null,
        false,
        List.of("usr/lib/" + name),
        1,
        List.of());
  }

  static CveMatch match(String id, String cve, Component component, List<String> aliases) {
    return new CveMatch(
        id,
        cve,
        aliases,
        component.id(),
        id.equals("m4") ? "" : "What " + cve + " is.",
        null,
        null,
        null,
        false,
        0,
        List.of("range: it is in the range"),
        null,
        null,
        null,
        List.of());
  }
}
