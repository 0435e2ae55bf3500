package io.firmament.tuf;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// The form that is signed and that key ids are the hash of: OLPC canonical JSON, as 4.1 says,
/// which is not RFC 8785.
///
/// No white space; members in the order of their names by code point; in strings only `"` and `\`
/// are escaped and all else stands raw in UTF-8, control characters too; integers in decimal.
public final class CanonicalJson {
  /// By code point, which is the order of UTF-8 bytes too; [String#compareTo] goes by UTF-16 unit.
  private static final Comparator<Map.Entry<String, Json>> BY_NAME =
      Map.Entry.comparingByKey(CanonicalJson::compare);

  private CanonicalJson() {}

  public static byte[] encode(Json value) {
    StringBuilder out = new StringBuilder();
    write(value, out);
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void write(Json value, StringBuilder out) {
    switch (value) {
      case Json.Obj object -> {
        List<Map.Entry<String, Json>> sorted =
            object.members().entrySet().stream().sorted(BY_NAME).toList();
        out.append('{');
        for (int i = 0; i < sorted.size(); i++) {
          if (i > 0) {
            out.append(',');
          }
          quote(sorted.get(i).getKey(), out);
          out.append(':');
          write(sorted.get(i).getValue(), out);
        }
        out.append('}');
      }
      case Json.Arr array -> {
        out.append('[');
        for (int i = 0; i < array.elements().size(); i++) {
          if (i > 0) {
            out.append(',');
          }
          write(array.elements().get(i), out);
        }
        out.append(']');
      }
      case Json.Text text -> quote(text.value(), out);
      case Json.Int number -> out.append(number.value());
      case Json.Bool bool -> out.append(bool.value());
      case Json.Null ignored -> out.append("null");
    }
  }

  private static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\');
      }
      out.append(c);
    }
    out.append('"');
  }

  private static int compare(String left, String right) {
    int shorter = Math.min(left.length(), right.length());
    for (int i = 0; i < shorter; i++) {
      if (left.charAt(i) != right.charAt(i)) {
        return compareUnits(left.charAt(i), right.charAt(i));
      }
    }
    return Integer.compare(left.length(), right.length());
  }

  /// Surrogates stand for code points above all others.
  private static int compareUnits(char left, char right) {
    boolean leftHigh = Character.isSurrogate(left);
    boolean rightHigh = Character.isSurrogate(right);
    return leftHigh == rightHigh
        ? Character.compare(left, right)
        : Boolean.compare(leftHigh, rightHigh);
  }
}
