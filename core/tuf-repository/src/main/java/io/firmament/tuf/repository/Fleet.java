package io.firmament.tuf.repository;

import java.util.List;
import java.util.regex.Pattern;

/// A fleet as a trust domain of its own: one delegated role, which may speak for the fleet's paths
/// and for nothing else.
///
/// @param name 1 to 63 letters, digits, dots, dashes and underscores, beginning with a letter or
///     digit
public record Fleet(String name) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
  private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+~-]{0,127}");

  public Fleet {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not the name of a fleet: " + name);
    }
  }

  /// The name of the fleet's role.
  public String role() {
    return "fleet-" + name;
  }

  /// The pattern of the paths that the fleet's role is trusted for.
  public String pattern() {
    return "fleets/" + name + "/*/*/*";
  }

  /// The target path of one file of an artifact's version.
  ///
  /// @throws IllegalArgumentException for a part that is not one plain path segment
  public String path(String artifact, String version, String file) {
    for (String segment : List.of(artifact, version, file)) {
      if (!isSegment(segment)) {
        throw new IllegalArgumentException("not a part of a target path: " + segment);
      }
    }
    return "fleets/" + name + "/" + artifact + "/" + version + "/" + file;
  }

  /// Whether a path is one that [#path] gives.
  boolean owns(String path) {
    String[] segments = path.split("/", -1);
    return segments.length == 5
        && segments[0].equals("fleets")
        && segments[1].equals(name)
        && isSegment(segments[2])
        && isSegment(segments[3])
        && isSegment(segments[4]);
  }

  private static boolean isSegment(String text) {
    return SEGMENT.matcher(text).matches();
  }
}
