package io.firmament.analysis.sbom;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.firmament.base.finding.Component;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.cyclonedx.exception.ParseException;
import org.cyclonedx.model.Bom;
import org.cyclonedx.parsers.Parser;
import org.cyclonedx.parsers.XmlParser;

/// What became of an SBOM that was uploaded with a firmware: its components, or why it was refused.
///
/// CycloneDX JSON 1.2 to 1.7 and XML 1.1 to 1.7 and SPDX JSON 2.3 are read, after they were
/// validated against the schema of their version; SPDX XML and tag-value 2.2 and 2.3, which have
/// none, as far as their packages. Nothing outside of the document is ever read.
public sealed interface ImportedSbom {
  int MAX_BYTES = 50 << 20;
  int MAX_COMPONENTS = 100_000;
  int MAX_DEPTH = 100;
  String UNKNOWN = "the SBOM is neither CycloneDX JSON nor CycloneDX XML nor SPDX 2";

  /// A valid SBOM and the components it lists, nested ones included.
  ///
  /// @param version of the specification, for example `1.6` or `SPDX-2.3`
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
      return switch (document[first]) {
        case '{' -> json(document);
        case 'S', '#' -> tagValue(document);
        default -> xml(document);
      };
    } catch (IOException | XMLStreamException e) {
      return new SbomRefused("the SBOM cannot be read: " + firstLine(e));
    }
  }

  private static ImportedSbom json(byte[] document) throws IOException {
    Map<String, String> head = head(document);
    if (head.containsKey("spdxVersion")) {
      return spdxJson(document, head.get("spdxVersion"));
    }
    String version = head.get("specVersion");
    return version == null || !"CycloneDX".equals(head.get("bomFormat"))
        ? new SbomRefused(UNKNOWN)
        : cycloneDx(document, version, true);
  }

  private static ImportedSbom xml(byte[] document) throws IOException, XMLStreamException {
    String root = root(document);
    if (root.equals(" Document")) {
      return spdx("SPDX XML", SpdxReader.xml(document, MAX_COMPONENTS));
    }
    String prefix = "http://cyclonedx.org/schema/bom/";
    return root.startsWith(prefix) && root.endsWith(" bom")
        ? cycloneDx(document, root.substring(prefix.length(), root.length() - 4), false)
        : new SbomRefused(UNKNOWN);
  }

  private static ImportedSbom tagValue(byte[] document) throws IOException {
    String head = new String(document, 0, Math.min(document.length, 4096), StandardCharsets.UTF_8);
    return head.lines().anyMatch(line -> line.matches("SPDXVersion:\\s*SPDX-2\\.[23]\\s*"))
        ? spdx("SPDX tag-value", SpdxReader.tagValue(document, MAX_COMPONENTS))
        : new SbomRefused(UNKNOWN);
  }

  private static ImportedSbom spdxJson(byte[] document, String version) throws IOException {
    if (!version.equals("SPDX-2.3")) {
      return new SbomRefused(
          "the SBOM is " + version + ", which cannot be read as JSON; this can: SPDX-2.3");
    }
    List<String> errors = SbomSchemas.spdxErrors(document);
    return errors.isEmpty()
        ? spdx(version, SpdxReader.json(document, MAX_COMPONENTS))
        : invalid(version, errors);
  }

  private static ImportedSbom spdx(String version, List<SpdxReader.SpdxPackage> packages) {
    return packages.isEmpty()
        ? new SbomRefused("the SBOM lists no packages")
        : packages.stream().anyMatch(p -> p.text("name") == null)
            ? new SbomRefused("the SBOM has a package without a name")
            : new SbomRead(version, ImportedComponents.ofSpdx(packages));
  }

  private static ImportedSbom cycloneDx(byte[] document, String version, boolean json)
      throws IOException {
    List<String> readable = SbomSchemas.versions(json);
    if (!readable.contains(version)) {
      return new SbomRefused(
          "the SBOM is CycloneDX "
              + version
              + ", which cannot be read; these can: "
              + String.join(", ", readable));
    }
    List<String> errors = SbomSchemas.errors(document, version, json);
    return errors.isEmpty()
        ? components(
            json ? new org.cyclonedx.parsers.JsonParser() : new XmlParser(), document, version)
        : invalid("CycloneDX " + version, errors);
  }

  private static SbomRefused invalid(String format, List<String> errors) {
    String more = errors.size() == 1 ? "" : " (and " + (errors.size() - 1) + " more)";
    return new SbomRefused(
        "the SBOM is not valid " + format + ": " + shortened(errors.getFirst()) + more);
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

  /// The texts of the document itself, without those of what is in it; bounds the depth.
  private static Map<String, String> head(byte[] document) throws IOException {
    Map<String, String> head = new HashMap<>();
    int depth = 0;
    try (JsonParser parser = new JsonFactory().createParser(document)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (depth > MAX_DEPTH) {
          throw new IOException("it is nested too deeply");
        }
        if (depth == 1 && token == JsonToken.VALUE_STRING) {
          head.put(parser.currentName(), parser.getText());
        }
      }
    }
    return head;
  }

  /// A parser that reads nothing but the document itself.
  static XMLInputFactory safeXml() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    return factory;
  }

  /// Namespace and name of the root element; bounds the depth and refuses a document type
  /// declaration: nothing of ours needs entities.
  private static String root(byte[] document) throws XMLStreamException, IOException {
    XMLStreamReader reader = safeXml().createXMLStreamReader(new ByteArrayInputStream(document));
    String root = "";
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
        root =
            Objects.requireNonNullElse(reader.getNamespaceURI(), "") + " " + reader.getLocalName();
      }
    }
    return root;
  }

  private static String firstLine(Exception e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return shortened(message);
  }

  private static String shortened(String message) {
    String line = message.replace("\nMessage: ", ": ").lines().findFirst().orElse("");
    return line.length() <= 300 ? line : line.substring(0, 300) + "...";
  }
}
