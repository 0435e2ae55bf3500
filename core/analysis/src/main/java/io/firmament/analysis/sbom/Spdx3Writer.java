package io.firmament.analysis.sbom;

import io.firmament.base.Sha256;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Severity;
import io.firmament.base.finding.VexStatement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Writes SPDX 3.0.1 as JSON-LD: the profiles core, software, simple licensing and security.
final class Spdx3Writer {
  private static final String CREATION = "_:creation";

  private final SbomDocument document;
  private final SpdxLicenses licenses;
  private final Markup out;
  private final String namespace;
  private final Set<String> expressions = new TreeSet<>();
  private final Map<String, String> customLicenses = new TreeMap<>();

  private Spdx3Writer(SbomDocument document, SpdxLicenses licenses, Markup out) {
    this.document = document;
    this.licenses = licenses;
    this.out = out;
    this.namespace = "https://spdx.org/spdxdocs/firmament-" + document.serial() + "#";
  }

  static void write(SbomDocument document, SpdxLicenses licenses, Markup out) throws IOException {
    new Spdx3Writer(document, licenses, out).document();
  }

  private void document() throws IOException {
    out.text("@context", "https://spdx.org/rdf/3.0.1/spdx-context.jsonld");
    out.list("@graph", "", "");
    creation();
    element("SpdxDocument", "document");
    out.text("name", document.subject().name());
    out.text("dataLicense", "https://spdx.org/licenses/CC0-1.0");
    out.texts(
        "profileConformance", "", "", List.of("core", "software", "simpleLicensing", "security"));
    out.texts("rootElement", "", "", List.of(iri("sbom")));
    out.endObject();
    element("software_Sbom", "sbom");
    out.texts("software_sbomType", "", "", List.of("analyzed"));
    out.texts("rootElement", "", "", List.of(iri("firmware")));
    out.endObject();
    firmware(document.subject());
    for (Component component : document.components()) {
      component(component);
    }
    relationship("contains", "firmware");
    out.text(
        "completeness",
        document.completeness() == SbomCompleteness.INCOMPLETE ? "incomplete" : "noAssertion");
    out.list("to", "", "");
    boolean any = false;
    for (Component component : document.components()) {
      out.item(iri(local(component.id())));
      any = true;
    }
    if (!any) {
      out.item("https://spdx.org/rdf/3.0.1/terms/Core/NoAssertionElement");
    }
    out.endList();
    out.endObject();
    for (Component component : document.components()) {
      dependencies(component);
    }
    licenses();
    vulnerabilities();
    out.endList();
  }

  private void creation() throws IOException {
    out.openItem();
    out.text("type", "CreationInfo");
    out.text("@id", CREATION);
    out.text("specVersion", "3.0.1");
    out.text("created", document.timestamp().truncatedTo(ChronoUnit.SECONDS).toString());
    out.texts("createdBy", "", "", List.of(iri("creator")));
    out.texts("createdUsing", "", "", List.of(iri("tool")));
    out.endObject();
    element("Organization", "creator");
    out.text("name", document.tool().vendor());
    out.endObject();
    element("Tool", "tool");
    out.text("name", document.tool().name() + " " + document.tool().version());
    out.endObject();
    if (document.subject().vendor() != null) {
      element("Organization", "supplier");
      out.text("name", document.subject().vendor());
      out.endObject();
    }
  }

  private void firmware(SbomSubject subject) throws IOException {
    element("software_Package", "firmware");
    out.text("name", subject.name());
    out.text("software_packageVersion", subject.version());
    out.text("software_primaryPurpose", "firmware");
    out.text("suppliedBy", subject.vendor() == null ? null : iri("supplier"));
    verifiedUsing(new SbomHashes(subject.sha256(), null));
    identifier(subject.cpe());
    out.endObject();
  }

  private void component(Component component) throws IOException {
    element("software_Package", local(component.id()));
    out.text("name", component.name());
    out.text("software_packageVersion", component.version());
    out.text("software_primaryPurpose", purpose(component.type()));
    SbomHashes hashes = document.hashes().get(component.id());
    if (hashes != null) {
      verifiedUsing(hashes);
    }
    identifier(Identifiers.cpe(component).orElse(null));
    out.text("software_packageUrl", Identifiers.purl(component).orElse(null));
    out.text("software_sourceInfo", Spdx2Writer.sourceInfo(component));
    out.endObject();
    Optional<String> declared = declared(component.licenses());
    if (declared.isPresent()) {
      expressions.add(declared.get());
      relationship("hasDeclaredLicense", local(component.id()));
      out.texts("to", "", "", List.of(iri(local(declared.get()))));
      out.endObject();
    }
  }

  private void verifiedUsing(SbomHashes hashes) throws IOException {
    out.list("verifiedUsing", "", "");
    hash("sha256", hashes.sha256().hex());
    if (hashes.sha512() != null) {
      hash("sha512", hashes.sha512());
    }
    out.endList();
  }

  private void hash(String algorithm, String value) throws IOException {
    out.openItem();
    out.text("type", "Hash");
    out.text("algorithm", algorithm);
    out.text("hashValue", value);
    out.endObject();
  }

  private void identifier(@Nullable String cpe) throws IOException {
    if (cpe != null) {
      out.list("externalIdentifier", "", "");
      out.openItem();
      out.text("type", "ExternalIdentifier");
      out.text("externalIdentifierType", "cpe23");
      out.text("identifier", cpe);
      out.endObject();
      out.endList();
    }
  }

  private void dependencies(Component component) throws IOException {
    List<String> needed = document.dependenciesOf(component);
    if (!needed.isEmpty()) {
      relationship("dependsOn", local(component.id()));
      out.texts("to", "", "", needed.stream().map(id -> iri(local(id))).toList());
      out.endObject();
    }
  }

  /// An expression with `LicenseRef-` for each that SPDX does not list; empty where nothing is
  /// said.
  private Optional<String> declared(List<String> names) {
    List<String> valid =
        names.stream()
            .map(
                name -> {
                  boolean listed = licenses.expression(List.of(name)).isPresent();
                  if (listed && !name.contains("LicenseRef-")) {
                    return name;
                  }
                  String custom = "LicenseRef-" + hash(name).substring(0, 16);
                  customLicenses.put(custom, name);
                  return custom;
                })
            .toList();
    return licenses.expression(valid);
  }

  private void licenses() throws IOException {
    for (Map.Entry<String, String> license : customLicenses.entrySet()) {
      element("simplelicensing_SimpleLicensingText", local(license.getKey()));
      out.text("name", license.getValue());
      out.text("simplelicensing_licenseText", license.getValue());
      out.endObject();
    }
    for (String expression : expressions) {
      element("simplelicensing_LicenseExpression", local(expression));
      out.text("simplelicensing_licenseExpression", expression);
      List<String> custom = customLicenses.keySet().stream().filter(expression::contains).toList();
      if (!custom.isEmpty()) {
        out.list("simplelicensing_customIdToUri", "", "");
        for (String id : custom) {
          out.openItem();
          out.text("type", "DictionaryEntry");
          out.text("key", id);
          out.text("value", iri(local(id)));
          out.endObject();
        }
        out.endList();
      }
      out.endObject();
    }
  }

  private void vulnerabilities() throws IOException {
    Set<String> written = new HashSet<>();
    for (CveMatch match : document.matches()) {
      String vulnerability = local(match.cve());
      if (written.add(match.cve())) {
        vulnerability(match, vulnerability);
      }
      String component = iri(local(match.componentId()));
      VexStatement statement = document.statements().get(match.id());
      if (statement == null) {
        relationship("hasAssociatedVulnerability", local(match.componentId()));
        out.texts("to", "", "", List.of(iri(vulnerability)));
        out.endObject();
      } else {
        vex(match, statement, vulnerability, component);
      }
      score(match, vulnerability, component);
    }
  }

  private void vulnerability(CveMatch match, String id) throws IOException {
    element("security_Vulnerability", id);
    out.text("name", match.cve());
    out.text("description", match.description().isEmpty() ? null : match.description());
    out.list("externalIdentifier", "", "");
    for (String each : names(match)) {
      out.openItem();
      out.text("type", "ExternalIdentifier");
      out.text("externalIdentifierType", each.startsWith("CVE-") ? "cve" : "securityOther");
      out.text("identifier", each);
      out.endObject();
    }
    out.endList();
    out.endObject();
  }

  private static List<String> names(CveMatch match) {
    Set<String> names = new TreeSet<>(match.aliases());
    names.add(match.cve());
    return List.copyOf(names);
  }

  private void vex(CveMatch match, VexStatement statement, String vulnerability, String component)
      throws IOException {
    Vex vex =
        switch (statement.state()) {
          case RESOLVED, RESOLVED_WITH_PEDIGREE -> Vex.FIXED;
          case EXPLOITABLE -> Vex.AFFECTED;
          case IN_TRIAGE -> Vex.UNDER_INVESTIGATION;
          case FALSE_POSITIVE, NOT_AFFECTED -> Vex.NOT_AFFECTED;
        };
    element(vex.type, local("vex\0" + match.id()));
    out.text("relationshipType", vex.relationship);
    out.text("from", iri(vulnerability));
    out.texts("to", "", "", List.of(component));
    if (vex == Vex.NOT_AFFECTED && statement.justification() != null) {
      out.text("security_justificationType", statement.justification().spdx());
    }
    boolean said = !statement.detail().isEmpty();
    if (vex == Vex.NOT_AFFECTED) {
      out.text("security_impactStatement", said ? statement.detail() : statement.state().text());
    } else {
      out.text("security_statusNotes", said ? statement.detail() : null);
    }
    if (vex == Vex.AFFECTED) {
      String responses =
          String.join(", ", statement.responses().stream().map(r -> r.text()).toList());
      out.text("security_actionStatement", responses.isEmpty() ? "none stated" : responses);
    }
    out.endObject();
  }

  /// The four relationships that a VEX statement is in SPDX.
  private enum Vex {
    FIXED("security_VexFixedVulnAssessmentRelationship", "fixedIn"),
    AFFECTED("security_VexAffectedVulnAssessmentRelationship", "affects"),
    UNDER_INVESTIGATION(
        "security_VexUnderInvestigationVulnAssessmentRelationship", "underInvestigationFor"),
    NOT_AFFECTED("security_VexNotAffectedVulnAssessmentRelationship", "doesNotAffect");

    private final String type;
    private final String relationship;

    Vex(String type, String relationship) {
      this.type = type;
      this.relationship = relationship;
    }
  }

  private void score(CveMatch match, String vulnerability, String component) throws IOException {
    String vector = match.cvssVector();
    if (match.cvssScore() == null || vector == null) {
      return;
    }
    String version = vector.startsWith("CVSS:4") ? "4" : vector.startsWith("CVSS:3") ? "3" : "2";
    element(
        "security_CvssV" + version + "VulnAssessmentRelationship", local("cvss\0" + match.id()));
    out.text("relationshipType", "hasAssessmentFor");
    out.text("from", iri(vulnerability));
    out.texts("to", "", "", List.of(component));
    out.number("security_score", match.cvssScore());
    if (!version.equals("2")) {
      out.text("security_severity", severity(match.severity()));
    }
    out.text("security_vectorString", vector);
    out.endObject();
  }

  private static String severity(@Nullable Severity severity) {
    return severity == null || severity == Severity.INFORMATIONAL
        ? "none"
        : severity.name().toLowerCase(Locale.ROOT);
  }

  private void relationship(String type, String from) throws IOException {
    element("Relationship", local(type + "\0" + from));
    out.text("relationshipType", type);
    out.text("from", iri(from));
  }

  private void element(String type, String local) throws IOException {
    out.openItem();
    out.text("type", type);
    out.text("spdxId", iri(local));
    out.text("creationInfo", CREATION);
  }

  private String iri(String local) {
    return namespace + local;
  }

  private static String local(String id) {
    return "e-" + hash(id).substring(0, 24);
  }

  private static String hash(String text) {
    return Sha256.of(text.getBytes(StandardCharsets.UTF_8)).hex();
  }

  private static String purpose(String type) {
    return switch (type) {
      case "application",
          "framework",
          "platform",
          "firmware",
          "device",
          "container",
          "file",
          "data" ->
          type;
      case "operating-system" -> "operatingSystem";
      case "device-driver" -> "deviceDriver";
      case "machine-learning-model" -> "model";
      default -> "library";
    };
  }
}
