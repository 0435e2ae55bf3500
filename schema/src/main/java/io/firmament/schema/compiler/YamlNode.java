package io.firmament.schema.compiler;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// A mapping in a YAML file that remembers where it is, so that an error can say so.
record YamlNode(String file, Map<String, @Nullable Object> values) {
  static YamlNode load(Path file) {
    String name = String.valueOf(file.getFileName());
    LoadSettings settings = LoadSettings.builder().setAllowDuplicateKeys(false).build();
    try {
      return of(name, new Load(settings).loadFromString(Files.readString(file)));
    } catch (YamlEngineException e) {
      throw new ContractException(name, "is not YAML: " + e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static YamlNode of(String file, @Nullable Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new ContractException(file, "expected a mapping, found " + value);
    }
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    map.forEach((key, item) -> values.put(String.valueOf(key), item));
    return new YamlNode(file, values);
  }

  String text(String key) {
    return find(key)
        .orElseThrow(() -> new ContractException(file, "add the missing field `" + key + "`"));
  }

  Optional<String> find(String key) {
    return Optional.ofNullable(values.get(key)).map(String::valueOf);
  }

  int number(String key, int absent) {
    Object value = values.get(key);
    if (value == null) {
      return absent;
    }
    if (value instanceof Integer number && number > 0) {
      return number;
    }
    throw new ContractException(file, "`" + key + "` must be a positive number, not " + value);
  }

  List<String> texts(String key) {
    return items(key).stream().map(String::valueOf).toList();
  }

  List<?> items(String key) {
    if (values.get(key) instanceof List<?> list) {
      return list;
    }
    throw new ContractException(file, "`" + key + "` must be a list; write [] for an empty one");
  }

  YamlNode child(String key) {
    return of(file, values.get(key));
  }

  Optional<YamlNode> findChild(String key) {
    return values.containsKey(key) ? Optional.of(child(key)) : Optional.empty();
  }
}
