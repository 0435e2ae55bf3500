package io.firmament.platform.registry;

import io.firmament.platform.rollout.Invalid;
import java.util.Optional;
import java.util.regex.Pattern;

/// A tag of a repository (distribution-spec, "Pulling manifests").
///
/// @param value at most 128 characters
public record Tag(String value) {
  private static final Pattern PATTERN = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");

  public Tag {
    Invalid.unless(PATTERN.matcher(value).matches(), "tag", "must match " + PATTERN.pattern());
  }

  /// Empty for a text that can be no tag.
  public static Optional<Tag> find(String text) {
    return PATTERN.matcher(text).matches() ? Optional.of(new Tag(text)) : Optional.empty();
  }

  @Override
  public String toString() {
    return value;
  }
}
