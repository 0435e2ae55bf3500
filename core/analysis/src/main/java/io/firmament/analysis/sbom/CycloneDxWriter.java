package io.firmament.analysis.sbom;

import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Evidence;
import io.firmament.base.finding.VexStatement;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Writes CycloneDX 1.1 to 1.7 as JSON or XML.
///
/// What a version cannot say becomes a property where it has properties, and is left out where it
/// has not: 1.1 has neither metadata nor dependencies, 1.2 no properties, 1.3 no vulnerabilities,
/// 1.4 no places where a component was seen.
final class CycloneDxWriter {
  private static final String NAMESPACE = "http://cyclonedx.org/schema/bom/";

  private final SbomDocument document;
  private final CycloneDxTerms terms;
  private final SpdxLicenses licenses;
  private final Markup out;

  private CycloneDxWriter(
      SbomDocument document, CycloneDxTerms terms, SpdxLicenses licenses, Markup out) {
    this.document = document;
    this.terms = terms;
    this.licenses = licenses;
    this.out = out;
  }

  /// The namespace of the version's XML.
  static String namespace(CycloneDxTerms terms) {
    return NAMESPACE + terms.version();
  }

  static void writeJson(
      SbomDocument document, CycloneDxTerms terms, SpdxLicenses licenses, Markup out)
      throws IOException {
    if (terms.has13()) {
      out.text("$schema", "http://cyclonedx.org/schema/bom-" + terms.version() + ".schema.json");
    }
    out.text("bomFormat", "CycloneDX");
    out.text("specVersion", terms.version());
    out.text("serialNumber", "urn:uuid:" + document.serial());
    out.number("version", 1);
    new CycloneDxWriter(document, terms, licenses, out).bom();
  }

  static void writeXml(
      SbomDocument document, CycloneDxTerms terms, SpdxLicenses licenses, Markup out)
      throws IOException {
    out.attribute("serialNumber", "urn:uuid:" + document.serial());
    out.attribute("version", "1");
    new CycloneDxWriter(document, terms, licenses, out).bom();
  }

  private void bom() throws IOException {
    if (terms.has12()) {
      metadata();
    }
    out.list("components", "components", "component");
    if (!terms.has12()) {
      out.openItem();
      subject();
      out.endObject();
    }
    for (Component component : document.components()) {
      out.openItem();
      component(component);
      out.endObject();
    }
    out.endList();
    if (terms.has12()) {
      dependencies();
    }
    if (terms.has13()) {
      compositions();
    }
    if (terms.has14()) {
      out.list("vulnerabilities", "vulnerabilities", "vulnerability");
      for (CveMatch match : document.matches()) {
        out.openItem();
        vulnerability(match);
        out.endObject();
      }
      out.endList();
    }
  }

  private void metadata() throws IOException {
    out.open("metadata");
    out.text("timestamp", document.timestamp().toString());
    if (terms.has15()) {
      out.list("lifecycles", "lifecycles", "lifecycle");
      out.openItem();
      out.text("phase", "discovery");
      out.endObject();
      out.endList();
    }
    tools();
    out.open("component");
    subject();
    out.endObject();
    out.endObject();
  }

  private void subject() throws IOException {
    SbomSubject subject = document.subject();
    out.attribute("type", terms.type("firmware"));
    out.attribute("bom-ref", Identifiers.reference(subject));
    if (terms.has12()) {
      if (subject.vendor() != null) {
        out.open("supplier");
        out.text("name", subject.vendor());
        out.endObject();
      }
    } else {
      out.text("publisher", subject.vendor());
    }
    out.text("name", subject.name());
    version(subject.version());
    hashes(new SbomHashes(subject.sha256(), null));
    out.text("cpe", subject.cpe());
  }

  /// Before 1.4 a component must have a version: one that is not known is an empty text there.
  private void version(@Nullable String version) throws IOException {
    out.text("version", version == null && !terms.has14() ? "" : version);
  }

  private void tools() throws IOException {
    SbomTool tool = document.tool();
    if (terms.has15()) {
      out.open("tools");
      out.list("components", "components", "component");
      out.openItem();
      out.attribute("type", "application");
      out.text("publisher", tool.vendor());
    } else {
      out.list("tools", "tools", "tool");
      out.openItem();
      out.text("vendor", tool.vendor());
    }
    out.text("name", tool.name());
    out.text("version", tool.version());
    out.endObject();
    out.endList();
    if (terms.has15()) {
      out.endObject();
    }
  }

  private void component(Component component) throws IOException {
    out.attribute("type", terms.type(component.type()));
    out.attribute("bom-ref", component.id());
    out.text("name", component.name());
    version(component.version());
    SbomHashes hashes = document.hashes().get(component.id());
    if (hashes != null) {
      hashes(hashes);
    }
    licenses(component.licenses());
    out.text("cpe", Identifiers.cpe(component).orElse(null));
    out.text("purl", Identifiers.purl(component).orElse(null));
    if (terms.has13()) {
      properties(terms.properties(component));
    }
    if (terms.has15() && !(component.evidence().isEmpty() && component.paths().isEmpty())) {
      evidence(component);
    }
  }

  private void hashes(SbomHashes hashes) throws IOException {
    out.list("hashes", "hashes", "hash");
    hash("SHA-256", hashes.sha256().hex());
    if (hashes.sha512() != null) {
      hash("SHA-512", hashes.sha512());
    }
    out.endList();
  }

  private void hash(String algorithm, String value) throws IOException {
    out.openItem();
    out.attribute("alg", algorithm);
    out.content("content", value);
    out.endObject();
  }

  /// Either one expression or licences one by one; what is no SPDX expression is a name.
  private void licenses(List<String> names) throws IOException {
    if (names.isEmpty()) {
      return;
    }
    Optional<String> expression = licenses.expression(names);
    boolean one = expression.isPresent() && !names.stream().allMatch(licenses::isId);
    out.list("licenses", "licenses", one ? "expression" : "license");
    if (one) {
      out.openItem();
      acknowledged();
      out.content("expression", expression.get());
      out.endObject();
    } else {
      for (String name : names) {
        license(name);
      }
    }
    out.endList();
  }

  private void license(String name) throws IOException {
    if (out instanceof JsonMarkup) {
      out.openItem();
      out.open("license");
    } else {
      out.openItem();
    }
    acknowledged();
    out.text(licenses.isId(name) ? "id" : "name", name);
    out.endObject();
    if (out instanceof JsonMarkup) {
      out.endObject();
    }
  }

  private void acknowledged() throws IOException {
    if (terms.has16()) {
      out.attribute("acknowledgement", "declared");
    }
  }

  private void evidence(Component component) throws IOException {
    out.open("evidence");
    if (!component.evidence().isEmpty()) {
      if (terms.has16()) {
        out.list("identity", "", "identity");
        out.openItem();
        identity(component);
        out.endObject();
        out.endList();
      } else {
        out.open("identity");
        identity(component);
        out.endObject();
      }
    }
    out.list("occurrences", "occurrences", "occurrence");
    for (SbomOccurrence occurrence : SbomOccurrence.of(component)) {
      out.openItem();
      out.text("location", occurrence.path());
      if (occurrence.offset() != null && terms.has16()) {
        out.number("offset", occurrence.offset());
      }
      out.endObject();
    }
    out.endList();
    out.endObject();
  }

  private void identity(Component component) throws IOException {
    out.text("field", component.version() == null ? "name" : "version");
    double best = 0;
    for (Evidence evidence : component.evidence()) {
      best = Math.max(best, terms.confidence(evidence.confidence()));
    }
    out.number("confidence", best);
    out.list("methods", "methods", "method");
    for (Evidence evidence : component.evidence()) {
      out.openItem();
      out.text("technique", terms.technique(evidence.technique()));
      out.number("confidence", terms.confidence(evidence.confidence()));
      out.text("value", evidence.matched());
      out.endObject();
    }
    out.endList();
  }

  private void properties(Map<String, List<String>> properties) throws IOException {
    out.list("properties", "properties", "property");
    for (Map.Entry<String, List<String>> property : properties.entrySet()) {
      for (String value : property.getValue()) {
        out.openItem();
        out.attribute("name", property.getKey());
        out.content("value", value);
        out.endObject();
      }
    }
    out.endList();
  }

  private void dependencies() throws IOException {
    out.list("dependencies", "dependencies", "dependency");
    out.openItem();
    out.attribute("ref", Identifiers.reference(document.subject()));
    out.list("dependsOn", "", "dependency");
    for (Component component : document.components()) {
      out.reference(component.id());
    }
    out.endList();
    out.endObject();
    for (Component component : document.components()) {
      List<String> needed = document.dependenciesOf(component);
      if (!needed.isEmpty()) {
        out.openItem();
        out.attribute("ref", component.id());
        out.list("dependsOn", "", "dependency");
        for (String id : needed) {
          out.reference(id);
        }
        out.endList();
        out.endObject();
      }
    }
    out.endList();
  }

  private void compositions() throws IOException {
    String reference = Identifiers.reference(document.subject());
    out.list("compositions", "compositions", "composition");
    out.openItem();
    out.text("aggregate", CycloneDxTerms.text(document.completeness()));
    out.list("assemblies", "assemblies", "assembly");
    out.reference(reference);
    out.endList();
    out.list("dependencies", "dependencies", "dependency");
    out.reference(reference);
    out.endList();
    out.endObject();
    out.endList();
  }

  private void vulnerability(CveMatch match) throws IOException {
    out.attribute("bom-ref", match.id());
    out.text("id", match.cve());
    out.list("ratings", "ratings", "rating");
    out.openItem();
    if (match.cvssScore() != null) {
      out.number("score", match.cvssScore());
    }
    out.text("severity", terms.severity(match.severity()));
    out.text("method", terms.method(match.cvssVector()));
    out.text("vector", match.cvssVector());
    out.endObject();
    out.endList();
    out.text("description", match.description());
    VexStatement statement = document.statements().get(match.id());
    if (statement != null) {
      analysis(statement);
    }
    out.list("affects", "affects", "target");
    out.openItem();
    out.text("ref", match.componentId());
    out.endObject();
    out.endList();
    properties(CycloneDxTerms.properties(match));
  }

  private void analysis(VexStatement statement) throws IOException {
    out.open("analysis");
    out.text("state", statement.state().text());
    if (statement.justification() != null) {
      out.text("justification", statement.justification().text());
    }
    if (!statement.responses().isEmpty()) {
      out.texts(
          "response",
          "responses",
          "response",
          statement.responses().stream().map(VexStatement.Response::text).toList());
    }
    out.text("detail", statement.detail().isEmpty() ? null : statement.detail());
    out.endObject();
  }
}
