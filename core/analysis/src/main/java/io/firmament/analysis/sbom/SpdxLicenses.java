package io.firmament.analysis.sbom;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.cyclonedx.parsers.BomParserFactory;

/// The licence ids that SPDX lists, as CycloneDX's own schema has them.
final class SpdxLicenses {
  private static final Pattern OPERATOR = Pattern.compile("AND|OR|WITH");

  private final Set<String> ids;

  private SpdxLicenses(Set<String> ids) {
    this.ids = ids;
  }

  static SpdxLicenses standard() {
    Set<String> ids = new HashSet<>();
    try (InputStream in = BomParserFactory.class.getResourceAsStream("/spdx.schema.json")) {
      if (in == null) {
        throw new IllegalStateException("the CycloneDX library has no SPDX licence list");
      }
      try (JsonParser parser = new JsonFactory().createParser(in)) {
        while (parser.nextToken() != null) {
          if (parser.currentToken() == JsonToken.START_ARRAY
              && "enum".equals(parser.currentName())) {
            while (parser.nextToken() == JsonToken.VALUE_STRING) {
              ids.add(parser.getText());
            }
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new SpdxLicenses(Set.copyOf(ids));
  }

  boolean isId(String text) {
    return ids.contains(text);
  }

  /// All of them as one expression, where each is one by itself.
  Optional<String> expression(List<String> licenses) {
    if (licenses.isEmpty() || !licenses.stream().allMatch(this::isExpression)) {
      return Optional.empty();
    }
    if (licenses.size() == 1) {
      return Optional.of(licenses.getFirst());
    }
    return Optional.of(
        licenses.stream()
            .map(license -> isId(license) ? license : "(" + license + ")")
            .collect(Collectors.joining(" AND ")));
  }

  /// Ids and operators in turn, parentheses in pairs.
  private boolean isExpression(String text) {
    int depth = 0;
    boolean operand = false;
    for (String token : text.replace("(", " ( ").replace(")", " ) ").strip().split("\\s+")) {
      boolean valid =
          switch (token) {
            case "(" -> !operand && ++depth > 0;
            case ")" -> operand && --depth >= 0;
            default ->
                OPERATOR.matcher(token).matches() == operand && (operand || isOperand(token));
          };
      if (!valid) {
        return false;
      }
      if (!token.equals("(") && !token.equals(")")) {
        operand = !operand;
      }
    }
    return operand && depth == 0;
  }

  private boolean isOperand(String token) {
    String id = token.endsWith("+") ? token.substring(0, token.length() - 1) : token;
    return ids.contains(token) || ids.contains(id) || token.matches("LicenseRef-[A-Za-z0-9.-]+");
  }
}
