package io.firmament.verify;

import io.avaje.jsonb.Jsonb;
import io.firmament.schema.Contract;
import io.firmament.schema.Route;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Every place of the two APIs where a caller can name something: what a walk over foreign ids must
/// cover.
final class IdPlaces {
  private static final Set<String> PAGING = Set.of("limit", "cursor", "offset");

  private IdPlaces() {}

  /// Path and query parameters, and fields of bodies that are named as ids: `operationId name`.
  static SortedSet<String> rest() {
    Map<?, ?> document = object(Jsonb.instance().type(Object.class).fromJson(Contract.openapi()));
    SortedSet<String> places = new TreeSet<>();
    for (Route route : Contract.routes()) {
      Map<?, ?> path = object(object(document.get("paths")).get(route.pathTemplate()));
      Map<?, ?> operation = object(path.get(route.method().toLowerCase(Locale.ROOT)));
      for (Object each : list(operation.get("parameters"))) {
        String name = String.valueOf(resolved(document, each).get("name"));
        if (!PAGING.contains(name)) {
          places.add(route.operationId() + " " + name);
        }
      }
      for (Object media : object(object(operation.get("requestBody")).get("content")).values()) {
        Map<?, ?> schema = resolved(document, object(media).get("schema"));
        for (Object name : object(schema.get("properties")).keySet()) {
          if (String.valueOf(name).matches("(.*_)?ids?")) {
            places.add(route.operationId() + " " + name);
          }
        }
      }
    }
    return places;
  }

  /// Arguments and input fields of type `ID`, alone or in a list: `Type.field(argument)` and
  /// `Input.field`.
  static SortedSet<String> graphql(TestTenant tenant) {
    Answer answer =
        Call.graphql(
                """
                { __schema { types {
                    name
                    fields { name args { name type { ...t } } }
                    inputFields { name type { ...t } }
                } } }
                fragment t on __Type { name ofType { name ofType { name ofType { name } } } }
                """,
                Map.of())
            .bearer(tenant.bearer())
            .send();
    SortedSet<String> places = new TreeSet<>();
    for (Map<String, Object> type : answer.list("data.__schema.types")) {
      for (Object field : list(type.get("fields"))) {
        String place = type.get("name") + "." + object(field).get("name");
        for (Object argument : list(object(field).get("args"))) {
          if (isId(object(argument).get("type"))) {
            places.add(place + "(" + object(argument).get("name") + ")");
          }
        }
      }
      for (Object field : list(type.get("inputFields"))) {
        if (isId(object(field).get("type"))) {
          places.add(type.get("name") + "." + object(field).get("name"));
        }
      }
    }
    return places;
  }

  private static boolean isId(@Nullable Object type) {
    Map<?, ?> named = object(type);
    while (!named.isEmpty() && named.get("name") == null) {
      named = object(named.get("ofType"));
    }
    return "ID".equals(named.get("name"));
  }

  private static Map<?, ?> resolved(Map<?, ?> document, @Nullable Object value) {
    Map<?, ?> found = object(value);
    if (found.get("$ref") instanceof String reference) {
      found = document;
      for (String step : reference.substring(2).split("/", -1)) {
        found = object(found.get(step));
      }
    }
    return found;
  }

  private static Map<?, ?> object(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  private static Collection<?> list(@Nullable Object value) {
    return value instanceof List<?> list ? list : List.of();
  }
}
