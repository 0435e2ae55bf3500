package io.firmament.analysis.sbom;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import javax.xml.validation.Validator;
import org.cyclonedx.Version;
import org.cyclonedx.exception.ParseException;
import org.cyclonedx.parsers.JsonParser;
import org.cyclonedx.parsers.XmlParser;
import org.jspecify.annotations.Nullable;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/// Validates documents against the official schema of their version: by the CycloneDX library where
/// it knows the version, by the schemas that come with Firmament for 1.7.
public final class SbomSchemas {
  private static final String NEWEST = "1.7";
  private static final String BASE = "http://cyclonedx.org/schema/";
  private static final int MOST_ERRORS = 100;

  private SbomSchemas() {}

  /// The schemas that come with Firmament, read once.
  private static final class Own {
    private static final Schema JSON =
        SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_7, registry -> registry.schemas(Own::text))
            .getSchema(SchemaLocation.of(BASE + "bom-" + NEWEST + ".schema.json"));
    private static final javax.xml.validation.Schema XML = xml();
    private static final Schema SPDX =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2019_09)
            .getSchema(String.valueOf(text(BASE + "spdx-2.3.schema.json")));

    private static @Nullable String text(String iri) {
      if (!iri.startsWith(BASE)) {
        return null;
      }
      try (InputStream in =
          SbomSchemas.class.getResourceAsStream("schema/" + iri.substring(BASE.length()))) {
        return in == null ? null : new String(in.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static javax.xml.validation.Schema xml() {
      URL resource = SbomSchemas.class.getResource("schema/bom-" + NEWEST + ".xsd");
      if (resource == null) {
        throw new IllegalStateException("the program's own CycloneDX schema is missing");
      }
      try {
        SchemaFactory factory = SchemaFactory.newDefaultInstance();
        factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
        factory.setProperty(XMLConstants.ACCESS_EXTERNAL_SCHEMA, resource.getProtocol() + ",file");
        return factory.newSchema(resource);
      } catch (SAXException e) {
        throw new IllegalStateException("the program's own CycloneDX schema is broken", e);
      }
    }
  }

  /// The versions that can be validated, the oldest first.
  public static List<String> versions(boolean json) {
    List<String> versions = new ArrayList<>();
    for (int minor = json ? 2 : 1; minor <= 7; minor++) {
      versions.add("1." + minor);
    }
    return versions;
  }

  /// What is wrong with the document, at most 100 errors; none for a valid one.
  ///
  /// @param document without a document type declaration
  /// @param version one of [#versions]
  public static List<String> errors(byte[] document, String version, boolean json)
      throws IOException {
    if (version.equals(NEWEST)) {
      return json ? jsonErrors(document, Own.JSON) : xmlErrors(document);
    }
    Version known =
        Optional.ofNullable(Version.fromVersionString(version))
            .orElseThrow(() -> new IllegalArgumentException("no version: " + version));
    if (json) {
      // By the library's schema, but not by its validate(), which does not say where.
      return jsonErrors(document, new JsonParser().getJsonSchema(known, new ObjectMapper()));
    }
    List<ParseException> errors = new XmlParser().validate(document, known);
    return errors.stream().limit(MOST_ERRORS).map(e -> String.valueOf(e.getMessage())).toList();
  }

  /// What is wrong with a document of SPDX 2.3 in JSON.
  static List<String> spdxErrors(byte[] document) {
    return jsonErrors(document, Own.SPDX);
  }

  private static List<String> jsonErrors(byte[] document, Schema schema) {
    return schema.validate(new String(document, StandardCharsets.UTF_8), InputFormat.JSON).stream()
        .limit(MOST_ERRORS)
        .map(SbomSchemas::text)
        .toList();
  }

  /// The place as a JSON pointer, and what is wrong there.
  private static String text(com.networknt.schema.Error error) {
    String place = String.valueOf(error.getInstanceLocation());
    return (place.isEmpty() ? "/" : place) + ": " + error.getMessage();
  }

  private static List<String> xmlErrors(byte[] document) throws IOException {
    Errors errors = new Errors();
    try {
      Validator validator = Own.XML.newValidator();
      validator.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
      validator.setProperty(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
      validator.setErrorHandler(errors);
      validator.validate(new StreamSource(new ByteArrayInputStream(document)));
    } catch (SAXException e) {
      errors.add(e);
    }
    return errors.messages;
  }

  /// Collects what is wrong and goes on, as far as that makes sense.
  private static final class Errors implements ErrorHandler {
    private final List<String> messages = new ArrayList<>();

    @Override
    public void warning(SAXParseException e) {}

    @Override
    public void error(SAXParseException e) {
      if (messages.size() < MOST_ERRORS) {
        messages.add("line " + e.getLineNumber() + ": " + e.getMessage());
      }
    }

    @Override
    public void fatalError(SAXParseException e) throws SAXException {
      throw e;
    }

    private void add(SAXException e) {
      messages.add(String.valueOf(e.getMessage()));
    }
  }
}
