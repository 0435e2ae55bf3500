package io.firmament.tuf;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// A JSON document as a tree that keeps every member, known or not, in its order.
///
/// There are no fractions and no floating point: canonical JSON has none. Values are immutable.
public sealed interface Json {
  /// An object; members keep their order.
  record Obj(SequencedMap<String, Json> members) implements Json {
    public static final Obj EMPTY = new Obj(new LinkedHashMap<>());

    public Obj {
      members = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(members));
    }

    public @Nullable Json get(String name) {
      return members.get(name);
    }

    /// This object with a member set: in its place where it was there, else at the end.
    public Obj with(String name, Json value) {
      SequencedMap<String, Json> copy = new LinkedHashMap<>(members);
      copy.put(name, value);
      return new Obj(copy);
    }

    public Obj with(String name, String value) {
      return with(name, new Text(value));
    }

    public Obj with(String name, long value) {
      return with(name, new Int(value));
    }

    public Obj with(String name, boolean value) {
      return with(name, new Bool(value));
    }

    /// This object without a member.
    public Obj without(String name) {
      SequencedMap<String, Json> copy = new LinkedHashMap<>(members);
      copy.remove(name);
      return new Obj(copy);
    }
  }

  /// An array.
  record Arr(List<Json> elements) implements Json {
    public Arr {
      elements = List.copyOf(elements);
    }

    /// An array of strings.
    public static Arr ofTexts(Iterable<String> values) {
      List<Json> elements = new ArrayList<>();
      values.forEach(value -> elements.add(new Text(value)));
      return new Arr(elements);
    }
  }

  /// A string.
  record Text(String value) implements Json {}

  /// An integer.
  record Int(long value) implements Json {}

  /// True or false.
  record Bool(boolean value) implements Json {}

  /// Null.
  enum Null implements Json {
    NULL
  }

  /// Compact JSON (RFC 8259) of this value, in UTF-8, members in their order.
  default byte[] toBytes() {
    StringBuilder out = new StringBuilder();
    write(this, out);
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void write(Json value, StringBuilder out) {
    switch (value) {
      case Obj object -> {
        char separator = '{';
        for (Map.Entry<String, Json> member : object.members().entrySet()) {
          out.append(separator);
          quote(member.getKey(), out);
          out.append(':');
          write(member.getValue(), out);
          separator = ',';
        }
        out.append(object.members().isEmpty() ? "{}" : "}");
      }
      case Arr array -> {
        out.append('[');
        for (int i = 0; i < array.elements().size(); i++) {
          if (i > 0) {
            out.append(',');
          }
          write(array.elements().get(i), out);
        }
        out.append(']');
      }
      case Text text -> quote(text.value(), out);
      case Int number -> out.append(number.value());
      case Bool bool -> out.append(bool.value());
      case Null ignored -> out.append("null");
    }
  }

  private static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
