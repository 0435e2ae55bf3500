package io.firmament.analysis.sbom;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.firmament.base.finding.Component;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.cyclonedx.Version;
import org.cyclonedx.exception.ParseException;
import org.cyclonedx.model.Bom;
import org.cyclonedx.parsers.Parser;
import org.cyclonedx.parsers.XmlParser;

/// What became of an SBOM that was uploaded with a firmware: its components, or why it was refused.
///
/// CycloneDX JSON 1.2 to 1.6 and XML 1.1 to 1.6 are read, after they were validated against the
/// schema of their version.
public sealed interface ImportedSbom {
  int MAX_BYTES = 50 << 20;
  int MAX_COMPONENTS = 100_000;
  int MAX_DEPTH = 100;

  /// A valid SBOM and the components it lists, nested ones included.
  record SbomRead(String version, List<Component> components) implements ImportedSbom {
    public SbomRead {
      components = List.copyOf(components);
    }
  }

  /// An SBOM that cannot be used; the reason is for the person who uploaded it.
  record SbomRefused(String reason) implements ImportedSbom {}

  /// Reads the document; never throws for what it contains.
  static ImportedSbom parse(byte[] document) {
    if (document.length > MAX_BYTES) {
      return new SbomRefused("the SBOM is larger than " + MAX_BYTES + " bytes");
    }
    int first = 0;
    while (first < document.length && document[first] <= ' ' && document[first] >= 0) {
      first++;
    }
    if (first == document.length) {
      return new SbomRefused("the SBOM is empty");
    }
    try {
      boolean json = document[first] == '{';
      Optional<String> version = json ? jsonVersion(document) : xmlVersion(document);
      return version.isEmpty()
          ? new SbomRefused("neither CycloneDX JSON nor CycloneDX XML")
          : read(document, version.get(), json);
    } catch (IOException | XMLStreamException e) {
      return new SbomRefused("the SBOM cannot be read: " + firstLine(e));
    }
  }

  private static ImportedSbom read(byte[] document, String text, boolean json) throws IOException {
    Set<Version> readable =
        EnumSet.range(json ? Version.VERSION_12 : Version.VERSION_11, Version.VERSION_16);
    Optional<Version> version =
        readable.stream().filter(v -> v.getVersionString().equals(text)).findFirst();
    if (version.isEmpty()) {
      String known =
          readable.stream().map(Version::getVersionString).collect(Collectors.joining(", "));
      return new SbomRefused("CycloneDX " + text + " cannot be read; these can: " + known);
    }
    Parser parser = json ? new org.cyclonedx.parsers.JsonParser() : new XmlParser();
    List<ParseException> errors = parser.validate(document, version.get());
    if (!errors.isEmpty()) {
      String more = errors.size() == 1 ? "" : " (and " + (errors.size() - 1) + " more)";
      return new SbomRefused(
          "not valid CycloneDX " + text + ": " + firstLine(errors.getFirst()) + more);
    }
    return components(parser, document, text);
  }

  private static ImportedSbom components(Parser parser, byte[] document, String version) {
    try {
      Bom bom = parser.parse(document);
      List<Component> components =
          ImportedComponents.of(Optional.ofNullable(bom.getComponents()).orElse(List.of()));
      return components.size() > MAX_COMPONENTS
          ? new SbomRefused("the SBOM lists more than " + MAX_COMPONENTS + " components")
          : new SbomRead(version, components);
    } catch (ParseException | IllegalArgumentException e) {
      return new SbomRefused("the SBOM cannot be read: " + firstLine(e));
    }
  }

  private static Optional<String> jsonVersion(byte[] document) throws IOException {
    Optional<String> version = Optional.empty();
    boolean cyclonedx = false;
    int depth = 0;
    try (JsonParser parser = new JsonFactory().createParser(document)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (depth > MAX_DEPTH) {
          throw new IOException("it is nested too deeply");
        }
        if (depth == 1 && token == JsonToken.VALUE_STRING) {
          String name = parser.currentName();
          cyclonedx |= name.equals("bomFormat") && parser.getText().equals("CycloneDX");
          version = name.equals("specVersion") ? Optional.of(parser.getText()) : version;
        }
      }
    }
    return cyclonedx ? version : Optional.empty();
  }

  /// A document type declaration is refused: nothing of ours needs entities.
  private static Optional<String> xmlVersion(byte[] document)
      throws XMLStreamException, IOException {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    XMLStreamReader reader = factory.createXMLStreamReader(new ByteArrayInputStream(document));
    Optional<String> version = Optional.empty();
    int depth = 0;
    while (reader.hasNext()) {
      int event = reader.next();
      if (event == XMLStreamReader.DTD || event == XMLStreamReader.ENTITY_REFERENCE) {
        throw new IOException("it has a document type declaration");
      }
      depth +=
          event == XMLStreamReader.START_ELEMENT
              ? 1
              : event == XMLStreamReader.END_ELEMENT ? -1 : 0;
      if (depth > MAX_DEPTH) {
        throw new IOException("it is nested too deeply");
      }
      if (event == XMLStreamReader.START_ELEMENT && depth == 1) {
        version = namespaceVersion(reader.getNamespaceURI());
      }
    }
    return version;
  }

  private static Optional<String> namespaceVersion(String namespace) {
    String prefix = "http://cyclonedx.org/schema/bom/";
    return Stream.ofNullable(namespace)
        .filter(uri -> uri.startsWith(prefix))
        .map(uri -> uri.substring(prefix.length()))
        .findFirst();
  }

  private static String firstLine(Exception e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    String line = message.lines().findFirst().orElse("");
    return line.length() <= 300 ? line : line.substring(0, 300) + "...";
  }
}
