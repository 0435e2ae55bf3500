package io.firmament.agent.update;

import java.util.List;

/// Absolute paths that mean what they say.
final class CleanPath {
  private static final int MAX = 1_024;

  private CleanPath() {}

  /// @throws IllegalArgumentException unless the path is absolute, without empty, `.` or `..` parts
  ///     and control characters
  static String require(String field, String path) {
    boolean clean =
        path.startsWith("/")
            && path.length() > 1
            && path.length() <= MAX
            && path.chars().noneMatch(Character::isISOControl)
            && List.of(path.substring(1).split("/", -1)).stream()
                .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
    if (!clean) {
      throw new IllegalArgumentException(field + " must be a clean absolute path");
    }
    return path;
  }
}
