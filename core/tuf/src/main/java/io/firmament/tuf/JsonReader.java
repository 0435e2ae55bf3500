package io.firmament.tuf;

import io.firmament.tuf.TufException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Reads one JSON document strictly (RFC 8259, I-JSON), because two readers that disagree about a
/// signed document are an attack.
///
/// Refused are: anything but valid UTF-8, a byte order mark, a member name given twice, a number
/// with a fraction or an exponent or beyond 64 bits, minus zero, a lone surrogate, nesting deeper
/// than [#MAX_DEPTH], and anything but white space after the document. Time and memory are linear
/// in the size of the document, which the caller has bounded.
public final class JsonReader {
  /// How deep arrays and objects may nest; metadata needs 6, `custom` may want more.
  public static final int MAX_DEPTH = 32;

  private final String text;
  private int at;

  private JsonReader(String text) {
    this.text = text;
  }

  /// Reads a document.
  ///
  /// @throws TufException with [Reason#MALFORMED]
  public static Json read(byte[] document) throws TufException {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(document)).toString();
    } catch (CharacterCodingException e) {
      throw new TufException(Reason.MALFORMED, "4.1", "not UTF-8");
    }
    JsonReader reader = new JsonReader(text);
    Json value = reader.value(0);
    reader.skipSpace();
    if (reader.at < text.length()) {
      throw reader.malformed("more than one document");
    }
    return value;
  }

  /// Reads a document that is an object.
  ///
  /// @throws TufException with [Reason#MALFORMED]
  public static Json.Obj readObject(byte[] document) throws TufException {
    if (read(document) instanceof Json.Obj object) {
      return object;
    }
    throw new TufException(Reason.MALFORMED, "4.2", "not a JSON object");
  }

  private Json value(int depth) throws TufException {
    if (depth > MAX_DEPTH) {
      throw malformed("nested deeper than " + MAX_DEPTH);
    }
    skipSpace();
    return switch (peek()) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> new Json.Text(string());
      case 't' -> literal("true", new Json.Bool(true));
      case 'f' -> literal("false", new Json.Bool(false));
      case 'n' -> literal("null", Json.Null.NULL);
      default -> number();
    };
  }

  private Json object(int depth) throws TufException {
    at++;
    SequencedMap<String, Json> members = new LinkedHashMap<>();
    skipSpace();
    if (peek() == '}') {
      at++;
      return new Json.Obj(members);
    }
    while (true) {
      skipSpace();
      if (peek() != '"') {
        throw malformed("a member name is expected");
      }
      String name = string();
      skipSpace();
      expect(':');
      if (members.putIfAbsent(name, value(depth + 1)) != null) {
        throw malformed("a member name is there twice");
      }
      skipSpace();
      if (peek() == '}') {
        at++;
        return new Json.Obj(members);
      }
      expect(',');
    }
  }

  private Json array(int depth) throws TufException {
    at++;
    List<Json> elements = new ArrayList<>();
    skipSpace();
    if (peek() == ']') {
      at++;
      return new Json.Arr(elements);
    }
    while (true) {
      elements.add(value(depth + 1));
      skipSpace();
      if (peek() == ']') {
        at++;
        return new Json.Arr(elements);
      }
      expect(',');
    }
  }

  private String string() throws TufException {
    at++;
    StringBuilder out = new StringBuilder();
    while (true) {
      char c = next();
      if (c == '"') {
        break;
      } else if (c == '\\') {
        out.append(escape());
      } else if (c < ' ') {
        throw malformed("a control character in a string");
      } else {
        out.append(c);
      }
    }
    for (int i = 0; i < out.length(); i++) {
      if (Character.isSurrogate(out.charAt(i))) {
        if (!Character.isHighSurrogate(out.charAt(i))
            || i + 1 == out.length()
            || !Character.isLowSurrogate(out.charAt(i + 1))) {
          throw malformed("half a surrogate pair");
        }
        i++;
      }
    }
    return out.toString();
  }

  private char escape() throws TufException {
    char c = next();
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        int code = 0;
        for (int i = 0; i < 4; i++) {
          int digit = hexDigit(next());
          if (digit < 0) {
            throw malformed("an escape that is none");
          }
          code = code * 16 + digit;
        }
        yield (char) code;
      }
      default -> throw malformed("an escape that is none");
    };
  }

  private static int hexDigit(char c) {
    return c < 128 ? Character.digit(c, 16) : -1;
  }

  private Json number() throws TufException {
    int start = at;
    if (peek() == '-') {
      at++;
    }
    int digits = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    if (at == digits) {
      throw malformed("a value is expected");
    }
    boolean leadingZero = text.charAt(digits) == '0' && (at - digits > 1 || digits > start);
    boolean fraction = at < text.length() && ".eE".indexOf(text.charAt(at)) >= 0;
    if (leadingZero || fraction) {
      throw malformed("a number that is no integer in its only form");
    }
    try {
      return new Json.Int(Long.parseLong(text, start, at, 10));
    } catch (NumberFormatException e) {
      throw malformed("a number beyond 64 bits");
    }
  }

  private Json literal(String word, Json value) throws TufException {
    if (!text.startsWith(word, at)) {
      throw malformed("a value is expected");
    }
    at += word.length();
    return value;
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char peek() throws TufException {
    if (at >= text.length()) {
      throw malformed("the document ends early");
    }
    return text.charAt(at);
  }

  private char next() throws TufException {
    char c = peek();
    at++;
    return c;
  }

  private void expect(char wanted) throws TufException {
    if (next() != wanted) {
      throw malformed("'" + wanted + "' is expected");
    }
  }

  private TufException malformed(String why) {
    return new TufException(Reason.MALFORMED, "4.1", why + " (at character " + at + ")");
  }
}
