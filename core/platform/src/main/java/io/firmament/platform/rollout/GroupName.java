package io.firmament.platform.rollout;

import java.util.Optional;
import java.util.regex.Pattern;

/// A group's name, unique in its tenant: letters, digits, dots, dashes and underscores, beginning
/// with a letter or digit, at most 63.
public record GroupName(String value) implements Comparable<GroupName> {
  private static final Pattern PATTERN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  public GroupName {
    Invalid.unless(PATTERN.matcher(value).matches(), "group", "must match " + PATTERN.pattern());
  }

  /// Empty for a text that can be no name, so that a bad name is a missing group.
  public static Optional<GroupName> parse(String text) {
    return PATTERN.matcher(text).matches() ? Optional.of(new GroupName(text)) : Optional.empty();
  }

  @Override
  public int compareTo(GroupName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
