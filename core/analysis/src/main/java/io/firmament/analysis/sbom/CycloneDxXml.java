package io.firmament.analysis.sbom;

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
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.jspecify.annotations.Nullable;

/// Writes CycloneDX XML, versions 1.4 to 1.7; elements come in the order that the XSD asks for.
final class CycloneDxXml {
  private final SbomDocument document;
  private final CycloneDxTerms terms;
  private final SpdxLicenses licenses;
  private final XMLStreamWriter xml;

  private CycloneDxXml(
      SbomDocument document, CycloneDxTerms terms, SpdxLicenses licenses, XMLStreamWriter xml) {
    this.document = document;
    this.terms = terms;
    this.licenses = licenses;
    this.xml = xml;
  }

  static void write(
      SbomDocument document, CycloneDxTerms terms, SpdxLicenses licenses, OutputStream out)
      throws IOException {
    try {
      XMLStreamWriter xml =
          XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(out, "UTF-8");
      new CycloneDxXml(document, terms, licenses, xml).bom();
      xml.flush();
    } catch (XMLStreamException e) {
      throw new IOException("the XML cannot be written", e);
    }
  }

  private void bom() throws XMLStreamException {
    xml.writeStartDocument("UTF-8", "1.0");
    xml.writeStartElement("bom");
    xml.writeDefaultNamespace("http://cyclonedx.org/schema/bom/" + terms.version());
    xml.writeAttribute("serialNumber", CycloneDxTerms.serialNumber(document.subject()));
    xml.writeAttribute("version", "1");
    metadata();
    xml.writeStartElement("components");
    for (Component component : document.components()) {
      component(component);
    }
    xml.writeEndElement();
    dependencies();
    compositions();
    xml.writeStartElement("vulnerabilities");
    for (CveMatch match : document.matches()) {
      vulnerability(match);
    }
    xml.writeEndElement();
    xml.writeEndElement();
    xml.writeEndDocument();
  }

  private void metadata() throws XMLStreamException {
    xml.writeStartElement("metadata");
    text("timestamp", document.timestamp().toString());
    if (terms.has15()) {
      xml.writeStartElement("lifecycles");
      xml.writeStartElement("lifecycle");
      text("phase", "discovery");
      xml.writeEndElement();
      xml.writeEndElement();
    }
    tools();
    SbomSubject subject = document.subject();
    xml.writeStartElement("component");
    xml.writeAttribute("type", "firmware");
    xml.writeAttribute("bom-ref", CycloneDxTerms.reference(subject));
    if (subject.vendor() != null) {
      xml.writeStartElement("supplier");
      text("name", subject.vendor());
      xml.writeEndElement();
    }
    text("name", subject.name());
    text("version", subject.version());
    hash(subject.sha256());
    text("cpe", subject.cpe());
    xml.writeEndElement();
    xml.writeEndElement();
  }

  private void tools() throws XMLStreamException {
    SbomTool tool = document.tool();
    xml.writeStartElement("tools");
    if (terms.has15()) {
      xml.writeStartElement("components");
      xml.writeStartElement("component");
      xml.writeAttribute("type", "application");
      text("publisher", tool.vendor());
    } else {
      xml.writeStartElement("tool");
      text("vendor", tool.vendor());
    }
    text("name", tool.name());
    text("version", tool.version());
    xml.writeEndElement();
    if (terms.has15()) {
      xml.writeEndElement();
    }
    xml.writeEndElement();
  }

  private void component(Component component) throws XMLStreamException {
    xml.writeStartElement("component");
    xml.writeAttribute("type", terms.type(component));
    xml.writeAttribute("bom-ref", clean(component.id()));
    text("name", component.name());
    text("version", component.version());
    Sha256 hash = document.hashes().get(component.id());
    if (hash != null) {
      hash(hash);
    }
    licenses(component.licenses());
    text("cpe", CycloneDxTerms.cpe(component).orElse(null));
    text("purl", CycloneDxTerms.purl(component).orElse(null));
    properties(CycloneDxTerms.properties(component));
    if (terms.has15() && !(component.evidence().isEmpty() && component.paths().isEmpty())) {
      evidence(component);
    }
    xml.writeEndElement();
  }

  private void hash(Sha256 hash) throws XMLStreamException {
    xml.writeStartElement("hashes");
    xml.writeStartElement("hash");
    xml.writeAttribute("alg", "SHA-256");
    xml.writeCharacters(hash.hex());
    xml.writeEndElement();
    xml.writeEndElement();
  }

  private void licenses(List<String> names) throws XMLStreamException {
    if (names.isEmpty()) {
      return;
    }
    Optional<String> expression = licenses.expression(names);
    xml.writeStartElement("licenses");
    if (expression.isPresent() && !names.stream().allMatch(licenses::isId)) {
      xml.writeStartElement("expression");
      acknowledged();
      xml.writeCharacters(expression.get());
      xml.writeEndElement();
    } else {
      for (String name : names) {
        xml.writeStartElement("license");
        acknowledged();
        text(licenses.isId(name) ? "id" : "name", name);
        xml.writeEndElement();
      }
    }
    xml.writeEndElement();
  }

  private void acknowledged() throws XMLStreamException {
    if (terms.has16()) {
      xml.writeAttribute("acknowledgement", "declared");
    }
  }

  private void evidence(Component component) throws XMLStreamException {
    xml.writeStartElement("evidence");
    if (!component.evidence().isEmpty()) {
      identity(component);
    }
    xml.writeStartElement("occurrences");
    for (SbomOccurrence occurrence : SbomOccurrence.of(component)) {
      xml.writeStartElement("occurrence");
      text("location", occurrence.path());
      if (occurrence.offset() != null && terms.has16()) {
        text("offset", String.valueOf(occurrence.offset()));
      }
      xml.writeEndElement();
    }
    xml.writeEndElement();
    xml.writeEndElement();
  }

  private void identity(Component component) throws XMLStreamException {
    xml.writeStartElement("identity");
    text("field", component.version() == null ? "name" : "version");
    double best =
        component.evidence().stream()
            .mapToDouble(e -> terms.confidence(e.confidence()))
            .max()
            .orElse(0);
    text("confidence", String.valueOf(best));
    xml.writeStartElement("methods");
    for (Evidence evidence : component.evidence()) {
      xml.writeStartElement("method");
      text("technique", terms.technique(evidence.technique()));
      text("confidence", String.valueOf(terms.confidence(evidence.confidence())));
      text("value", evidence.matched());
      xml.writeEndElement();
    }
    xml.writeEndElement();
    xml.writeEndElement();
  }

  private void properties(Map<String, List<String>> properties) throws XMLStreamException {
    xml.writeStartElement("properties");
    for (Map.Entry<String, List<String>> property : properties.entrySet()) {
      for (String value : property.getValue()) {
        xml.writeStartElement("property");
        xml.writeAttribute("name", property.getKey());
        xml.writeCharacters(clean(value));
        xml.writeEndElement();
      }
    }
    xml.writeEndElement();
  }

  private void dependencies() throws XMLStreamException {
    Set<String> ids = document.components().stream().map(Component::id).collect(Collectors.toSet());
    xml.writeStartElement("dependencies");
    dependency(CycloneDxTerms.reference(document.subject()), ids.stream().sorted().toList());
    for (Component component : document.components()) {
      List<String> needed = CycloneDxTerms.dependencies(document, component.id(), ids);
      if (!needed.isEmpty()) {
        dependency(component.id(), needed);
      }
    }
    xml.writeEndElement();
  }

  private void dependency(String reference, List<String> needed) throws XMLStreamException {
    xml.writeStartElement("dependency");
    xml.writeAttribute("ref", clean(reference));
    for (String id : needed) {
      xml.writeEmptyElement("dependency");
      xml.writeAttribute("ref", clean(id));
    }
    xml.writeEndElement();
  }

  private void compositions() throws XMLStreamException {
    xml.writeStartElement("compositions");
    xml.writeStartElement("composition");
    text("aggregate", "incomplete");
    xml.writeStartElement("assemblies");
    xml.writeEmptyElement("assembly");
    xml.writeAttribute("ref", CycloneDxTerms.reference(document.subject()));
    xml.writeEndElement();
    xml.writeEndElement();
    xml.writeEndElement();
  }

  private void vulnerability(CveMatch match) throws XMLStreamException {
    xml.writeStartElement("vulnerability");
    xml.writeAttribute("bom-ref", match.id());
    text("id", match.cve());
    xml.writeStartElement("ratings");
    xml.writeStartElement("rating");
    text("score", match.cvssScore() == null ? null : String.valueOf(match.cvssScore()));
    text("severity", terms.severity(match.severity()));
    text("method", terms.method(match.cvssVector()));
    text("vector", match.cvssVector());
    xml.writeEndElement();
    xml.writeEndElement();
    text("description", match.description());
    xml.writeStartElement("affects");
    xml.writeStartElement("target");
    text("ref", match.componentId());
    xml.writeEndElement();
    xml.writeEndElement();
    properties(CycloneDxTerms.properties(match));
    xml.writeEndElement();
  }

  private void text(String name, @Nullable String value) throws XMLStreamException {
    if (value != null && !value.isEmpty()) {
      xml.writeStartElement(name);
      xml.writeCharacters(clean(value));
      xml.writeEndElement();
    }
  }

  /// XML 1.0 has no place for most control characters and for lone surrogates.
  private static String clean(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints().map(c -> isXml(c) ? c : 0xFFFD).forEach(clean::appendCodePoint);
    return clean.toString();
  }

  private static boolean isXml(int c) {
    boolean space = c == '\t' || c == '\n' || c == '\r';
    boolean surrogate = c >= 0xD800 && c <= 0xDFFF;
    return space || (c >= 0x20 && !surrogate && c != 0xFFFE && c != 0xFFFF);
  }
}
