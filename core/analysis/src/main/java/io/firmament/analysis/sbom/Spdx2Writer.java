package io.firmament.analysis.sbom;

import io.firmament.base.Sha256;
import io.firmament.base.finding.Component;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Writes SPDX 2.3 as JSON or XML. Vulnerabilities have no place in it.
final class Spdx2Writer {
  private static final String NONE = "NOASSERTION";
  private static final String ROOT = "SPDXRef-Firmware";
  private static final int MOST_PLACES = 20;

  private final SbomDocument document;
  private final SpdxLicenses licenses;
  private final Markup out;
  private final Map<String, String> extracted = new TreeMap<>();

  private Spdx2Writer(SbomDocument document, SpdxLicenses licenses, Markup out) {
    this.document = document;
    this.licenses = licenses;
    this.out = out;
  }

  static void write(SbomDocument document, SpdxLicenses licenses, Markup out) throws IOException {
    new Spdx2Writer(document, licenses, out).document();
  }

  private void document() throws IOException {
    SbomSubject subject = document.subject();
    out.text("spdxVersion", "SPDX-2.3");
    out.text("dataLicense", "CC0-1.0");
    out.text("SPDXID", "SPDXRef-DOCUMENT");
    out.text("name", subject.name());
    out.text("documentNamespace", "https://spdx.org/spdxdocs/firmament-" + document.serial());
    out.open("creationInfo");
    out.text("created", document.timestamp().truncatedTo(ChronoUnit.SECONDS).toString());
    out.texts(
        "creators",
        "",
        "creators",
        List.of(
            "Tool: " + document.tool().name() + "-" + document.tool().version(),
            "Organization: " + document.tool().vendor()));
    out.endObject();
    out.list("packages", "", "packages");
    out.openItem();
    firmware(subject);
    out.endObject();
    for (Component component : document.components()) {
      out.openItem();
      component(component);
      out.endObject();
    }
    out.endList();
    extractedLicenses();
    relationships();
  }

  private void firmware(SbomSubject subject) throws IOException {
    begin(ROOT, subject.name(), subject.version());
    out.text("supplier", subject.vendor() == null ? NONE : "Organization: " + subject.vendor());
    out.text("primaryPackagePurpose", "FIRMWARE");
    out.text("licenseDeclared", NONE);
    checksums(new SbomHashes(subject.sha256(), null));
    references(subject.cpe(), null);
    if (document.completeness() == SbomCompleteness.INCOMPLETE) {
      out.text("comment", "Part of the image could not be unpacked; there may be more components.");
    }
  }

  private void component(Component component) throws IOException {
    begin(reference(component.id()), component.name(), component.version());
    out.text("supplier", NONE);
    out.text("primaryPackagePurpose", purpose(component.type()));
    out.text("licenseDeclared", declared(component.licenses()));
    SbomHashes hashes = document.hashes().get(component.id());
    if (hashes != null) {
      checksums(hashes);
    }
    out.text("sourceInfo", sourceInfo(component));
    references(Identifiers.cpe(component).orElse(null), Identifiers.purl(component).orElse(null));
  }

  /// The places where it was seen, the first of them by name; null for none.
  static @Nullable String sourceInfo(Component component) {
    String places =
        SbomOccurrence.of(component).stream()
            .limit(MOST_PLACES)
            .map(SbomOccurrence::path)
            .distinct()
            .collect(Collectors.joining(", "));
    return places.isEmpty() ? null : "seen in " + component.fileCount() + " files: " + places;
  }

  private void begin(String id, String name, @Nullable String version) throws IOException {
    out.text("SPDXID", id);
    out.text("name", name);
    out.text("versionInfo", version);
    out.text("downloadLocation", NONE);
    out.flag("filesAnalyzed", false);
    out.text("licenseConcluded", NONE);
    out.text("copyrightText", NONE);
  }

  private void checksums(SbomHashes hashes) throws IOException {
    out.list("checksums", "", "checksums");
    checksum("SHA256", hashes.sha256().hex());
    if (hashes.sha512() != null) {
      checksum("SHA512", hashes.sha512());
    }
    out.endList();
  }

  private void checksum(String algorithm, String value) throws IOException {
    out.openItem();
    out.text("algorithm", algorithm);
    out.text("checksumValue", value);
    out.endObject();
  }

  private void references(@Nullable String cpe, @Nullable String purl) throws IOException {
    out.list("externalRefs", "", "externalRefs");
    if (cpe != null) {
      externalRef("SECURITY", "cpe23Type", cpe);
    }
    if (purl != null) {
      externalRef("PACKAGE-MANAGER", "purl", purl);
    }
    out.endList();
  }

  private void externalRef(String category, String type, String locator) throws IOException {
    out.openItem();
    out.text("referenceCategory", category);
    out.text("referenceType", type);
    out.text("referenceLocator", locator);
    out.endObject();
  }

  /// SPDX 2.3, 7.15; what is not in the SPDX list becomes a `LicenseRef-` of this document (10.1).
  private String declared(List<String> names) {
    if (names.isEmpty()) {
      return NONE;
    }
    List<String> valid = new ArrayList<>();
    for (String name : names) {
      if (licenses.expression(List.of(name)).isPresent() && !name.contains("LicenseRef-")) {
        valid.add(name);
      } else {
        String id =
            "LicenseRef-" + Sha256.of(name.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 16);
        extracted.put(id, name);
        valid.add(id);
      }
    }
    return licenses.expression(valid).orElse(NONE);
  }

  private void extractedLicenses() throws IOException {
    out.list("hasExtractedLicensingInfos", "", "hasExtractedLicensingInfos");
    for (Map.Entry<String, String> license : extracted.entrySet()) {
      out.openItem();
      out.text("licenseId", license.getKey());
      out.text("name", license.getValue());
      out.text("extractedText", license.getValue());
      out.endObject();
    }
    out.endList();
  }

  private void relationships() throws IOException {
    out.list("relationships", "", "relationships");
    relationship("SPDXRef-DOCUMENT", "DESCRIBES", ROOT);
    for (Component component : document.components()) {
      relationship(ROOT, "CONTAINS", reference(component.id()));
      for (String needed : document.dependenciesOf(component)) {
        relationship(reference(component.id()), "DEPENDS_ON", reference(needed));
      }
    }
    out.endList();
  }

  private void relationship(String from, String type, String to) throws IOException {
    out.openItem();
    out.text("spdxElementId", from);
    out.text("relationshipType", type);
    out.text("relatedSpdxElement", to);
    out.endObject();
  }

  /// SPDX ids have letters, digits, dots and hyphens only.
  private static String reference(String id) {
    return "SPDXRef-" + Sha256.of(id.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 24);
  }

  private static String purpose(String type) {
    return switch (type) {
      case "application" -> "APPLICATION";
      case "framework" -> "FRAMEWORK";
      case "operating-system" -> "OPERATING-SYSTEM";
      case "firmware" -> "FIRMWARE";
      case "device", "device-driver" -> "DEVICE";
      case "container" -> "CONTAINER";
      case "file", "data" -> "FILE";
      default -> "LIBRARY";
    };
  }
}
