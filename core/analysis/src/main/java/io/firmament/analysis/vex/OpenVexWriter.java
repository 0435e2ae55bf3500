package io.firmament.analysis.vex;

import com.fasterxml.jackson.core.JsonGenerator;
import io.firmament.analysis.advisory.cpe.Cpe;
import io.firmament.analysis.sbom.Identifiers;
import io.firmament.analysis.sbom.SbomHashes;
import io.firmament.analysis.sbom.SbomSubject;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.VexStatement;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/// Writes OpenVEX 0.2.0: one statement for each match, about the image as the product and the
/// component as its subcomponent.
final class OpenVexWriter {
  static final String CONTEXT = "https://openvex.dev/ns/v0.2.0";

  /// What a component is named by that has neither a package URL nor a CPE name.
  static final String COMPONENT = "urn:firmament:component:";

  private final VexReport report;
  private final JsonGenerator json;
  private final Map<String, Component> components = new HashMap<>();

  OpenVexWriter(VexReport report, JsonGenerator json) {
    this.report = report;
    this.json = json;
    report.document().components().forEach(each -> components.put(each.id(), each));
  }

  void write() throws IOException {
    json.writeStartObject();
    json.writeStringField("@context", CONTEXT);
    json.writeStringField("@id", "urn:uuid:" + report.document().serial());
    json.writeStringField("author", report.publisher());
    json.writeStringField("role", "Document Creator");
    json.writeStringField("timestamp", report.firstIssued().toString());
    json.writeStringField("last_updated", report.lastUpdated().toString());
    json.writeNumberField("version", report.revisions().size());
    json.writeStringField("tooling", report.tool());
    json.writeArrayFieldStart("statements");
    for (CveMatch match : report.document().matches()) {
      statement(match);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void statement(CveMatch match) throws IOException {
    json.writeStartObject();
    json.writeObjectFieldStart("vulnerability");
    json.writeStringField("name", match.cve());
    if (!match.aliases().isEmpty()) {
      json.writeArrayFieldStart("aliases");
      for (String alias : match.aliases().stream().distinct().toList()) {
        json.writeString(alias);
      }
      json.writeEndArray();
    }
    json.writeEndObject();
    json.writeArrayFieldStart("products");
    product(match);
    json.writeEndArray();
    verdict(report.statement(match));
    json.writeEndObject();
  }

  private void product(CveMatch match) throws IOException {
    SbomSubject subject = report.document().subject();
    json.writeStartObject();
    json.writeStringField("@id", Identifiers.purl(subject));
    json.writeObjectFieldStart("hashes");
    json.writeStringField("sha-256", subject.sha256().hex());
    json.writeEndObject();
    Component component = components.get(match.componentId());
    if (component != null) {
      json.writeArrayFieldStart("subcomponents");
      json.writeStartObject();
      json.writeStringField("@id", name(component));
      SbomHashes hashes = report.document().hashes().get(component.id());
      if (hashes != null) {
        json.writeObjectFieldStart("hashes");
        json.writeStringField("sha-256", hashes.sha256().hex());
        if (hashes.sha512() != null) {
          json.writeStringField("sha-512", hashes.sha512());
        }
        json.writeEndObject();
      }
      json.writeEndObject();
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  /// The `@id` must be an IRI, which a CPE 2.3 formatted string need not be: its URI form is one.
  private static String name(Component component) {
    return Identifiers.purl(component)
        .or(() -> Identifiers.cpe(component).flatMap(Cpe::parse).map(Cpe::toUri))
        .orElse(COMPONENT + component.id());
  }

  /// Of a status that wants reasons there is one of them, never both: the schema asks for that.
  private void verdict(VexStatement statement) throws IOException {
    VexStatus status = VexStatus.of(statement.state());
    json.writeStringField("status", status.openVex());
    boolean said = false;
    if (status == VexStatus.NOT_AFFECTED) {
      if (statement.justification() != null) {
        json.writeStringField("justification", statement.justification().vex());
      } else {
        json.writeStringField("impact_statement", Wording.impact(statement));
        said = true;
      }
    }
    if (status == VexStatus.AFFECTED) {
      json.writeStringField("action_statement", Wording.action(statement));
      said = true;
    }
    if (!said && !statement.detail().isEmpty()) {
      json.writeStringField("status_notes", statement.detail());
    }
  }
}
