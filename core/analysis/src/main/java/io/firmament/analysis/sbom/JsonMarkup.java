package io.firmament.analysis.sbom;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Writes JSON, indented; a lone surrogate, which UTF-8 has no bytes for, becomes U+FFFD.
final class JsonMarkup implements Markup {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final Pattern LINE_END = Pattern.compile("\\R");

  private final JsonGenerator json;
  private final boolean lines;

  /// Begins the document.
  ///
  /// @param lines whether a text may have more than one line; where not, they are joined by spaces
  JsonMarkup(OutputStream out, boolean lines) throws IOException {
    this.lines = lines;
    json = FACTORY.createGenerator(out);
    json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    json.useDefaultPrettyPrinter();
    json.writeStartObject();
  }

  @Override
  public void open(String name) throws IOException {
    json.writeObjectFieldStart(name);
  }

  @Override
  public void openItem() throws IOException {
    json.writeStartObject();
  }

  @Override
  public void endObject() throws IOException {
    json.writeEndObject();
  }

  @Override
  public void list(String name, String wrapper, String item) throws IOException {
    json.writeArrayFieldStart(name);
  }

  @Override
  public void endList() throws IOException {
    json.writeEndArray();
  }

  @Override
  public void item(String value) throws IOException {
    json.writeString(wellFormed(value));
  }

  @Override
  public void reference(String ref) throws IOException {
    item(ref);
  }

  @Override
  public void attribute(String name, @Nullable String value) throws IOException {
    text(name, value);
  }

  @Override
  public void text(String name, @Nullable String value) throws IOException {
    if (value != null) {
      json.writeStringField(name, wellFormed(value));
    }
  }

  @Override
  public void number(String name, long value) throws IOException {
    json.writeNumberField(name, value);
  }

  @Override
  public void number(String name, double value) throws IOException {
    json.writeNumberField(name, value);
  }

  @Override
  public void flag(String name, boolean value) throws IOException {
    json.writeBooleanField(name, value);
  }

  @Override
  public void content(String name, String value) throws IOException {
    text(name, value);
  }

  @Override
  public void close() throws IOException {
    json.writeEndObject();
    json.close();
  }

  private String wellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean high = Character.isHighSurrogate(c) && i + 1 < text.length();
      if (high && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return wellFormed(replaced(text));
      }
    }
    return lines ? text : LINE_END.matcher(text).replaceAll(" ");
  }

  private static String replaced(String text) {
    StringBuilder fixed = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
        .forEach(fixed::appendCodePoint);
    return fixed.toString();
  }
}
