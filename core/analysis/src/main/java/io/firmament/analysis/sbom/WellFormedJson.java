package io.firmament.analysis.sbom;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.JsonGeneratorDelegate;
import java.io.IOException;

/// A generator that writes any string: a lone surrogate, which UTF-8 has no bytes for, becomes
/// U+FFFD.
final class WellFormedJson extends JsonGeneratorDelegate {
  WellFormedJson(JsonGenerator json) {
    super(json);
  }

  @Override
  public void writeString(String text) throws IOException {
    super.writeString(wellFormed(text));
  }

  static String wellFormed(String text) {
    if (text.codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF)) {
      return text;
    }
    StringBuilder fixed = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c)
        .forEach(fixed::appendCodePoint);
    return fixed.toString();
  }
}
