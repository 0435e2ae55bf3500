package io.firmament.platform.fleet;

import io.firmament.base.BaseProblem;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Free labels of a device, such as `site=plant-7`: at most 32, keys of 1 to 64 characters, values
/// of at most 256.
public record Tags(SortedMap<String, String> values) {
  public static final int MAX = 32;
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,63}");
  private static final int MAX_VALUE = 256;

  public Tags {
    if (values.size() > MAX) {
      throw refused("at most " + MAX + " tags");
    }
    values.forEach(Tags::check);
    values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
  }

  public static Tags none() {
    return new Tags(new TreeMap<>());
  }

  public static Tags of(Map<String, String> values) {
    return new Tags(new TreeMap<>(values));
  }

  /// These tags and those; where both have a key, those win.
  public Tags overlaidWith(Tags those) {
    TreeMap<String, String> merged = new TreeMap<>(values);
    merged.putAll(those.values);
    return new Tags(merged);
  }

  private static void check(String key, String value) {
    if (!KEY.matcher(key).matches()) {
      throw refused("a tag's key must match " + KEY.pattern());
    }
    if (value.length() > MAX_VALUE || value.chars().anyMatch(Character::isISOControl)) {
      throw refused("a tag's value has at most " + MAX_VALUE + " characters, none of control");
    }
  }

  private static RuntimeException refused(String detail) {
    return BaseProblem.INVALID_FIELD.with("field", "tags", "detail", detail);
  }
}
