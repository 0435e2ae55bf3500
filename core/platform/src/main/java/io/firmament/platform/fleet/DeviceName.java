package io.firmament.platform.fleet;

import io.firmament.base.BaseProblem;
import java.util.Optional;
import java.util.regex.Pattern;

/// A device's name, unique in its tenant. It is one path segment of a SPIFFE id, so it has letters,
/// digits, dots, dashes and underscores only, begins with a letter or digit, and has at most 63.
public record DeviceName(String value) {
  static final Pattern PATTERN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  public DeviceName {
    if (!PATTERN.matcher(value).matches()) {
      throw BaseProblem.INVALID_FIELD.with(
          "field", "name", "detail", "must match " + PATTERN.pattern());
    }
  }

  /// Empty for a text that can be no name, so that a bad name is a missing device.
  public static Optional<DeviceName> parse(String text) {
    return PATTERN.matcher(text).matches() ? Optional.of(new DeviceName(text)) : Optional.empty();
  }

  @Override
  public String toString() {
    return value;
  }
}
