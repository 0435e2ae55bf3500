package io.firmament.analysis.sbom;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.firmament.base.Sha256;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Evidence;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Writes CycloneDX JSON, versions 1.4 to 1.7.
final class CycloneDxJson {
  private final SbomDocument document;
  private final CycloneDxTerms terms;
  private final SpdxLicenses licenses;
  private final JsonGenerator json;

  private CycloneDxJson(
      SbomDocument document, CycloneDxTerms terms, SpdxLicenses licenses, JsonGenerator json) {
    this.document = document;
    this.terms = terms;
    this.licenses = licenses;
    this.json = json;
  }

  static void write(
      SbomDocument document, CycloneDxTerms terms, SpdxLicenses licenses, OutputStream out)
      throws IOException {
    try (JsonGenerator json = new WellFormedJson(new JsonFactory().createGenerator(out))) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.useDefaultPrettyPrinter();
      new CycloneDxJson(document, terms, licenses, json).bom();
    }
  }

  private void bom() throws IOException {
    json.writeStartObject();
    json.writeStringField(
        "$schema", "http://cyclonedx.org/schema/bom-" + terms.version() + ".schema.json");
    json.writeStringField("bomFormat", "CycloneDX");
    json.writeStringField("specVersion", terms.version());
    json.writeStringField("serialNumber", CycloneDxTerms.serialNumber(document.subject()));
    json.writeNumberField("version", 1);
    metadata();
    json.writeArrayFieldStart("components");
    for (Component component : document.components()) {
      component(component);
    }
    json.writeEndArray();
    dependencies();
    compositions();
    json.writeArrayFieldStart("vulnerabilities");
    for (CveMatch match : document.matches()) {
      vulnerability(match);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void metadata() throws IOException {
    json.writeObjectFieldStart("metadata");
    json.writeStringField("timestamp", document.timestamp().toString());
    if (terms.has15()) {
      json.writeArrayFieldStart("lifecycles");
      json.writeStartObject();
      json.writeStringField("phase", "discovery");
      json.writeEndObject();
      json.writeEndArray();
    }
    tools();
    SbomSubject subject = document.subject();
    json.writeObjectFieldStart("component");
    json.writeStringField("type", "firmware");
    json.writeStringField("bom-ref", CycloneDxTerms.reference(subject));
    if (subject.vendor() != null) {
      json.writeObjectFieldStart("supplier");
      json.writeStringField("name", subject.vendor());
      json.writeEndObject();
    }
    json.writeStringField("name", subject.name());
    optional("version", subject.version());
    hash(subject.sha256());
    optional("cpe", subject.cpe());
    json.writeEndObject();
    json.writeEndObject();
  }

  private void tools() throws IOException {
    SbomTool tool = document.tool();
    if (terms.has15()) {
      json.writeObjectFieldStart("tools");
      json.writeArrayFieldStart("components");
      json.writeStartObject();
      json.writeStringField("type", "application");
      json.writeStringField("publisher", tool.vendor());
    } else {
      json.writeArrayFieldStart("tools");
      json.writeStartObject();
      json.writeStringField("vendor", tool.vendor());
    }
    json.writeStringField("name", tool.name());
    json.writeStringField("version", tool.version());
    json.writeEndObject();
    json.writeEndArray();
    if (terms.has15()) {
      json.writeEndObject();
    }
  }

  private void component(Component component) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", terms.type(component));
    json.writeStringField("bom-ref", component.id());
    json.writeStringField("name", component.name());
    optional("version", component.version());
    Sha256 hash = document.hashes().get(component.id());
    if (hash != null) {
      hash(hash);
    }
    licenses(component.licenses());
    optional("cpe", CycloneDxTerms.cpe(component).orElse(null));
    optional("purl", CycloneDxTerms.purl(component).orElse(null));
    properties(CycloneDxTerms.properties(component));
    if (terms.has15() && !(component.evidence().isEmpty() && component.paths().isEmpty())) {
      evidence(component);
    }
    json.writeEndObject();
  }

  private void hash(Sha256 hash) throws IOException {
    json.writeArrayFieldStart("hashes");
    json.writeStartObject();
    json.writeStringField("alg", "SHA-256");
    json.writeStringField("content", hash.hex());
    json.writeEndObject();
    json.writeEndArray();
  }

  private void licenses(List<String> names) throws IOException {
    if (names.isEmpty()) {
      return;
    }
    Optional<String> expression = licenses.expression(names);
    json.writeArrayFieldStart("licenses");
    if (expression.isPresent() && !names.stream().allMatch(licenses::isId)) {
      json.writeStartObject();
      json.writeStringField("expression", expression.get());
      acknowledged();
      json.writeEndObject();
    } else {
      for (String name : names) {
        json.writeStartObject();
        json.writeObjectFieldStart("license");
        json.writeStringField(licenses.isId(name) ? "id" : "name", name);
        acknowledged();
        json.writeEndObject();
        json.writeEndObject();
      }
    }
    json.writeEndArray();
  }

  private void acknowledged() throws IOException {
    if (terms.has16()) {
      json.writeStringField("acknowledgement", "declared");
    }
  }

  private void evidence(Component component) throws IOException {
    json.writeObjectFieldStart("evidence");
    if (!component.evidence().isEmpty()) {
      if (terms.has16()) {
        json.writeArrayFieldStart("identity");
        identity(component);
        json.writeEndArray();
      } else {
        json.writeFieldName("identity");
        identity(component);
      }
    }
    json.writeArrayFieldStart("occurrences");
    for (SbomOccurrence occurrence : SbomOccurrence.of(component)) {
      json.writeStartObject();
      json.writeStringField("location", occurrence.path());
      if (occurrence.offset() != null && terms.has16()) {
        json.writeNumberField("offset", occurrence.offset());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void identity(Component component) throws IOException {
    json.writeStartObject();
    json.writeStringField("field", component.version() == null ? "name" : "version");
    json.writeNumberField(
        "confidence",
        component.evidence().stream()
            .mapToDouble(e -> terms.confidence(e.confidence()))
            .max()
            .orElse(0));
    json.writeArrayFieldStart("methods");
    for (Evidence evidence : component.evidence()) {
      json.writeStartObject();
      json.writeStringField("technique", terms.technique(evidence.technique()));
      json.writeNumberField("confidence", terms.confidence(evidence.confidence()));
      json.writeStringField("value", evidence.matched());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void properties(Map<String, List<String>> properties) throws IOException {
    json.writeArrayFieldStart("properties");
    for (Map.Entry<String, List<String>> property : properties.entrySet()) {
      for (String value : property.getValue()) {
        json.writeStartObject();
        json.writeStringField("name", property.getKey());
        json.writeStringField("value", value);
        json.writeEndObject();
      }
    }
    json.writeEndArray();
  }

  private void dependencies() throws IOException {
    Set<String> ids = document.components().stream().map(Component::id).collect(Collectors.toSet());
    json.writeArrayFieldStart("dependencies");
    dependency(CycloneDxTerms.reference(document.subject()), ids.stream().sorted().toList());
    for (Component component : document.components()) {
      List<String> needed = CycloneDxTerms.dependencies(document, component.id(), ids);
      if (!needed.isEmpty()) {
        dependency(component.id(), needed);
      }
    }
    json.writeEndArray();
  }

  private void dependency(String reference, List<String> needed) throws IOException {
    json.writeStartObject();
    json.writeStringField("ref", reference);
    json.writeArrayFieldStart("dependsOn");
    for (String id : needed) {
      json.writeString(id);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /// What was found is not known to be all that there is.
  private void compositions() throws IOException {
    json.writeArrayFieldStart("compositions");
    json.writeStartObject();
    json.writeStringField("aggregate", "incomplete");
    json.writeArrayFieldStart("assemblies");
    json.writeString(CycloneDxTerms.reference(document.subject()));
    json.writeEndArray();
    json.writeEndObject();
    json.writeEndArray();
  }

  private void vulnerability(CveMatch match) throws IOException {
    json.writeStartObject();
    json.writeStringField("bom-ref", match.id());
    json.writeStringField("id", match.cve());
    json.writeArrayFieldStart("ratings");
    json.writeStartObject();
    if (match.cvssScore() != null) {
      json.writeNumberField("score", match.cvssScore());
    }
    json.writeStringField("severity", terms.severity(match.severity()));
    json.writeStringField("method", terms.method(match.cvssVector()));
    optional("vector", match.cvssVector());
    json.writeEndObject();
    json.writeEndArray();
    optional("description", match.description());
    json.writeArrayFieldStart("affects");
    json.writeStartObject();
    json.writeStringField("ref", match.componentId());
    json.writeEndObject();
    json.writeEndArray();
    properties(CycloneDxTerms.properties(match));
    json.writeEndObject();
  }

  private void optional(String name, @Nullable String value) throws IOException {
    if (value != null && !value.isEmpty()) {
      json.writeStringField(name, value);
    }
  }
}
