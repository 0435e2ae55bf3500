package io.firmament.tuf;

import io.firmament.tuf.TufException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads the members of an object, each with the type it must have.
record Fields(Json.Obj json, String clause, String what) {
  String text(String name) throws TufException {
    if (json.get(name) instanceof Json.Text(String value)) {
      return value;
    }
    throw wrong(name, "a string");
  }

  /// An integer that is at least the minimum.
  long integer(String name, long minimum) throws TufException {
    if (json.get(name) instanceof Json.Int(long value) && value >= minimum) {
      return value;
    }
    throw wrong(name, "an integer of at least " + minimum);
  }

  Optional<Long> optionalInteger(String name, long minimum) throws TufException {
    return json.get(name) == null ? Optional.empty() : Optional.of(integer(name, minimum));
  }

  boolean bool(String name, boolean absent) throws TufException {
    Json value = json.get(name);
    if (value == null) {
      return absent;
    }
    if (value instanceof Json.Bool(boolean set)) {
      return set;
    }
    throw wrong(name, "a boolean");
  }

  Json.Obj object(String name) throws TufException {
    if (json.get(name) instanceof Json.Obj object) {
      return object;
    }
    throw wrong(name, "an object");
  }

  Optional<Json.Obj> optionalObject(String name) throws TufException {
    return json.get(name) == null ? Optional.empty() : Optional.of(object(name));
  }

  List<Json.Obj> objects(String name) throws TufException {
    List<Json.Obj> objects = new ArrayList<>();
    for (Json element : elements(name)) {
      if (!(element instanceof Json.Obj object)) {
        throw wrong(name, "an array of objects");
      }
      objects.add(object);
    }
    return objects;
  }

  List<String> texts(String name) throws TufException {
    List<String> texts = new ArrayList<>();
    for (Json element : elements(name)) {
      if (!(element instanceof Json.Text(String value))) {
        throw wrong(name, "an array of strings");
      }
      texts.add(value);
    }
    return texts;
  }

  private List<Json> elements(String name) throws TufException {
    if (json.get(name) instanceof Json.Arr array) {
      return array.elements();
    }
    throw wrong(name, "an array");
  }

  private TufException wrong(String name, String expected) {
    return new TufException(
        Reason.MALFORMED, clause, what + ": \"" + name + "\" is not " + expected);
  }
}
