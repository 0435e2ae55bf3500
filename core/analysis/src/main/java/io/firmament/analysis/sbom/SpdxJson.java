package io.firmament.analysis.sbom;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.firmament.base.Sha256;
import io.firmament.base.finding.Component;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Writes SPDX 2.3 JSON. Vulnerabilities have no place in it.
final class SpdxJson {
  private static final String NONE = "NOASSERTION";
  private static final String ROOT = "SPDXRef-Firmware";

  private final SbomDocument document;
  private final SpdxLicenses licenses;
  private final JsonGenerator json;
  private final Map<String, String> extracted = new TreeMap<>();

  private SpdxJson(SbomDocument document, SpdxLicenses licenses, JsonGenerator json) {
    this.document = document;
    this.licenses = licenses;
    this.json = json;
  }

  static void write(SbomDocument document, SpdxLicenses licenses, OutputStream out)
      throws IOException {
    try (JsonGenerator json = new WellFormedJson(new JsonFactory().createGenerator(out))) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.useDefaultPrettyPrinter();
      new SpdxJson(document, licenses, json).document();
    }
  }

  private void document() throws IOException {
    SbomSubject subject = document.subject();
    String uuid = CycloneDxTerms.serialNumber(subject).substring("urn:uuid:".length());
    json.writeStartObject();
    json.writeStringField("spdxVersion", "SPDX-2.3");
    json.writeStringField("dataLicense", "CC0-1.0");
    json.writeStringField("SPDXID", "SPDXRef-DOCUMENT");
    json.writeStringField("name", subject.name());
    json.writeStringField("documentNamespace", "https://firmament.invalid/spdx/" + uuid);
    json.writeObjectFieldStart("creationInfo");
    json.writeStringField(
        "created", document.timestamp().truncatedTo(ChronoUnit.SECONDS).toString());
    json.writeArrayFieldStart("creators");
    json.writeString("Tool: " + document.tool().name() + "-" + document.tool().version());
    json.writeString("Organization: " + document.tool().vendor());
    json.writeEndArray();
    json.writeEndObject();
    json.writeArrayFieldStart("packages");
    firmware(subject);
    for (Component component : document.components()) {
      component(component);
    }
    json.writeEndArray();
    extractedLicenses();
    relationships();
    json.writeEndObject();
  }

  private void firmware(SbomSubject subject) throws IOException {
    startPackage(ROOT, subject.name(), subject.version());
    json.writeStringField(
        "supplier", subject.vendor() == null ? NONE : "Organization: " + subject.vendor());
    json.writeStringField("primaryPackagePurpose", "FIRMWARE");
    json.writeStringField("licenseDeclared", NONE);
    checksum(subject.sha256());
    references(subject.cpe(), null);
    json.writeEndObject();
  }

  private void component(Component component) throws IOException {
    startPackage(reference(component.id()), component.name(), component.version());
    json.writeStringField("supplier", NONE);
    json.writeStringField("primaryPackagePurpose", purpose(component.type()));
    json.writeStringField("licenseDeclared", declared(component.licenses()));
    Sha256 hash = document.hashes().get(component.id());
    if (hash != null) {
      checksum(hash);
    }
    String places =
        SbomOccurrence.of(component).stream()
            .limit(20)
            .map(SbomOccurrence::path)
            .distinct()
            .collect(Collectors.joining(", "));
    if (!places.isEmpty()) {
      json.writeStringField("sourceInfo", "seen in " + component.fileCount() + " files: " + places);
    }
    references(
        CycloneDxTerms.cpe(component).orElse(null), CycloneDxTerms.purl(component).orElse(null));
    json.writeEndObject();
  }

  private void startPackage(String id, String name, @Nullable String version) throws IOException {
    json.writeStartObject();
    json.writeStringField("SPDXID", id);
    json.writeStringField("name", name);
    if (version != null) {
      json.writeStringField("versionInfo", version);
    }
    json.writeStringField("downloadLocation", NONE);
    json.writeBooleanField("filesAnalyzed", false);
    json.writeStringField("licenseConcluded", NONE);
    json.writeStringField("copyrightText", NONE);
  }

  private void checksum(Sha256 hash) throws IOException {
    json.writeArrayFieldStart("checksums");
    json.writeStartObject();
    json.writeStringField("algorithm", "SHA256");
    json.writeStringField("checksumValue", hash.hex());
    json.writeEndObject();
    json.writeEndArray();
  }

  private void references(@Nullable String cpe, @Nullable String purl) throws IOException {
    json.writeArrayFieldStart("externalRefs");
    if (cpe != null) {
      reference("SECURITY", "cpe23Type", cpe);
    }
    if (purl != null) {
      reference("PACKAGE-MANAGER", "purl", purl);
    }
    json.writeEndArray();
  }

  private void reference(String category, String type, String locator) throws IOException {
    json.writeStartObject();
    json.writeStringField("referenceCategory", category);
    json.writeStringField("referenceType", type);
    json.writeStringField("referenceLocator", locator);
    json.writeEndObject();
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
    json.writeArrayFieldStart("hasExtractedLicensingInfos");
    for (Map.Entry<String, String> license : extracted.entrySet()) {
      json.writeStartObject();
      json.writeStringField("licenseId", license.getKey());
      json.writeStringField("name", license.getValue());
      json.writeStringField("extractedText", license.getValue());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void relationships() throws IOException {
    Set<String> ids = document.components().stream().map(Component::id).collect(Collectors.toSet());
    json.writeArrayFieldStart("relationships");
    relationship("SPDXRef-DOCUMENT", "DESCRIBES", ROOT);
    for (Component component : document.components()) {
      relationship(ROOT, "CONTAINS", reference(component.id()));
      for (String needed : CycloneDxTerms.dependencies(document, component.id(), ids)) {
        relationship(reference(component.id()), "DEPENDS_ON", reference(needed));
      }
    }
    json.writeEndArray();
  }

  private void relationship(String from, String type, String to) throws IOException {
    json.writeStartObject();
    json.writeStringField("spdxElementId", from);
    json.writeStringField("relationshipType", type);
    json.writeStringField("relatedSpdxElement", to);
    json.writeEndObject();
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
