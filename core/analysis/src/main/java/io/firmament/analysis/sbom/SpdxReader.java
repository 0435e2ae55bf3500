package io.firmament.analysis.sbom;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/// Reads the packages of SPDX 2.2 and 2.3 documents as JSON, XML or tag-value.
///
/// A document that describes one package and lists others is about the first: only the others are
/// components of it.
final class SpdxReader {
  private final List<SpdxPackage> packages = new ArrayList<>();
  private final Set<String> described = new HashSet<>();
  private final int most;

  private SpdxReader(int most) {
    this.most = most;
  }

  /// A package as far as it is a component.
  ///
  /// @param fields by their names in JSON
  record SpdxPackage(Map<String, String> fields, @Nullable String purl, @Nullable String cpe) {
    @Nullable String text(String name) {
      String value = fields.get(name);
      boolean nothing =
          value == null || value.isBlank() || value.equals("NOASSERTION") || value.equals("NONE");
      return nothing ? null : value;
    }
  }

  private List<SpdxPackage> components() {
    List<SpdxPackage> parts =
        packages.stream()
            .filter(p -> !described.contains(p.fields.getOrDefault("SPDXID", "")))
            .toList();
    return parts.isEmpty() ? List.copyOf(packages) : parts;
  }

  private void add(Map<String, String> fields, @Nullable String purl, @Nullable String cpe)
      throws IOException {
    if (packages.size() == most) {
      throw new IOException("it lists more than " + most + " packages");
    }
    packages.add(new SpdxPackage(Map.copyOf(fields), purl, cpe));
  }

  private void relation(String from, String type, String to) {
    if (type.equals("DESCRIBES") && from.equals("SPDXRef-DOCUMENT")) {
      described.add(to);
    }
  }

  /// Reads JSON that is valid against the schema.
  static List<SpdxPackage> json(byte[] document, int most) throws IOException {
    SpdxReader reader = new SpdxReader(most);
    try (JsonParser json = new JsonFactory().createParser(document)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        JsonToken token = json.nextToken();
        if (token != JsonToken.START_ARRAY) {
          json.skipChildren();
          continue;
        }
        while (json.nextToken() != JsonToken.END_ARRAY) {
          reader.element(json, name);
        }
      }
    }
    return reader.components();
  }

  private void element(JsonParser json, String list) throws IOException {
    switch (list) {
      case "packages" -> jsonPackage(json);
      case "relationships" -> {
        Map<String, String> fields = new HashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          String name = json.currentName();
          json.nextToken();
          fields.put(name, json.getValueAsString(""));
          json.skipChildren();
        }
        relation(
            fields.getOrDefault("spdxElementId", ""),
            fields.getOrDefault("relationshipType", ""),
            fields.getOrDefault("relatedSpdxElement", ""));
      }
      case "documentDescribes" -> described.add(json.getValueAsString(""));
      default -> json.skipChildren();
    }
  }

  private void jsonPackage(JsonParser json) throws IOException {
    Map<String, String> fields = new HashMap<>();
    String purl = null;
    String cpe = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken token = json.nextToken();
      if (token == JsonToken.VALUE_STRING) {
        fields.put(name, json.getText());
      } else if (name.equals("externalRefs") && token == JsonToken.START_ARRAY) {
        while (json.nextToken() != JsonToken.END_ARRAY) {
          Map<String, String> reference = new HashMap<>();
          while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            reference.put(field, json.getValueAsString(""));
            json.skipChildren();
          }
          String type = reference.getOrDefault("referenceType", "");
          String locator = reference.get("referenceLocator");
          purl = purl == null && type.endsWith("purl") ? locator : purl;
          cpe = cpe == null && type.endsWith("cpe23Type") ? locator : cpe;
        }
      } else {
        json.skipChildren();
      }
    }
    add(fields, purl, cpe);
  }

  /// Reads XML without a document type declaration, which nothing of it needs.
  static List<SpdxPackage> xml(byte[] document, int most) throws IOException {
    SpdxReader reader = new SpdxReader(most);
    try {
      XMLStreamReader xml =
          ImportedSbom.safeXml().createXMLStreamReader(new ByteArrayInputStream(document));
      while (xml.hasNext()) {
        if (xml.next() == XMLStreamConstants.START_ELEMENT) {
          switch (xml.getLocalName()) {
            case "packages" -> reader.xmlPackage(xml);
            case "relationships" -> {
              Map<String, String> fields = flat(xml);
              reader.relation(
                  fields.getOrDefault("spdxElementId", ""),
                  fields.getOrDefault("relationshipType", ""),
                  fields.getOrDefault("relatedSpdxElement", ""));
            }
            case "documentDescribes" -> reader.described.add(xml.getElementText());
            default -> {}
          }
        }
      }
    } catch (XMLStreamException e) {
      throw new IOException(e.getMessage(), e);
    }
    return reader.components();
  }

  private void xmlPackage(XMLStreamReader xml) throws XMLStreamException, IOException {
    Map<String, String> fields = new HashMap<>();
    String purl = null;
    String cpe = null;
    while (xml.next() != XMLStreamConstants.END_ELEMENT) {
      if (xml.getEventType() != XMLStreamConstants.START_ELEMENT) {
        continue;
      }
      String name = xml.getLocalName();
      if (name.equals("externalRefs")) {
        Map<String, String> reference = flat(xml);
        String type = reference.getOrDefault("referenceType", "");
        String locator = reference.get("referenceLocator");
        purl = purl == null && type.endsWith("purl") ? locator : purl;
        cpe = cpe == null && type.endsWith("cpe23Type") ? locator : cpe;
      } else {
        String text = deepText(xml);
        fields.putIfAbsent(name, text);
      }
    }
    add(fields, purl, cpe);
  }

  /// The texts of the children of the element that begins here.
  private static Map<String, String> flat(XMLStreamReader xml) throws XMLStreamException {
    Map<String, String> fields = new HashMap<>();
    while (xml.next() != XMLStreamConstants.END_ELEMENT) {
      if (xml.getEventType() == XMLStreamConstants.START_ELEMENT) {
        fields.putIfAbsent(xml.getLocalName(), deepText(xml));
      }
    }
    return fields;
  }

  /// The text of an element up to its end, whatever is in it.
  private static String deepText(XMLStreamReader xml) throws XMLStreamException {
    StringBuilder text = new StringBuilder();
    int depth = 1;
    while (depth > 0) {
      switch (xml.next()) {
        case XMLStreamConstants.START_ELEMENT -> depth++;
        case XMLStreamConstants.END_ELEMENT -> depth--;
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text.append(xml.getText());
        default -> {}
      }
    }
    return text.toString();
  }

  /// Reads lines of `Tag: value`; a `<text>` goes over several.
  static List<SpdxPackage> tagValue(byte[] document, int most) throws IOException {
    SpdxReader reader = new SpdxReader(most);
    Map<String, String> fields = new HashMap<>();
    String purl = null;
    String cpe = null;
    boolean inPackage = false;
    boolean inText = false;
    for (String line : new String(document, StandardCharsets.UTF_8).split("\r?\n", -1)) {
      if (inText) {
        inText = !line.contains("</text>");
        continue;
      }
      int colon = line.indexOf(':');
      if (colon < 1 || line.startsWith("#")) {
        continue;
      }
      String tag = line.substring(0, colon).strip();
      String value = line.substring(colon + 1).strip();
      inText = value.startsWith("<text>") && !value.contains("</text>");
      boolean begins =
          Set.of("PackageName", "FileName", "SnippetSPDXID", "LicenseID").contains(tag);
      if (begins && inPackage) {
        reader.add(fields, purl, cpe);
        fields.clear();
        purl = null;
        cpe = null;
        inPackage = false;
      }
      String[] words = value.split("\\s+");
      switch (tag) {
        case "PackageName" -> {
          inPackage = true;
          fields.put("name", value);
        }
        case "SPDXID" -> fields.put("SPDXID", value);
        case "PackageVersion" -> fields.put("versionInfo", value);
        case "PackageLicenseDeclared" -> fields.put("licenseDeclared", value);
        case "PackageLicenseConcluded" -> fields.put("licenseConcluded", value);
        case "PrimaryPackagePurpose" -> fields.put("primaryPackagePurpose", value);
        case "ExternalRef" -> {
          purl = words.length > 2 && words[1].endsWith("purl") ? words[2] : purl;
          cpe = words.length > 2 && words[1].endsWith("cpe23Type") ? words[2] : cpe;
        }
        case "Relationship" -> {
          if (words.length > 2) {
            reader.relation(words[0], words[1], words[2]);
          }
        }
        default -> {}
      }
    }
    if (inPackage) {
      reader.add(fields, purl, cpe);
    }
    return reader.components();
  }
}
