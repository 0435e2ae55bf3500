package io.firmament.platform.artifact;

import io.firmament.platform.rollout.ArtifactRef;
import io.firmament.platform.rollout.Invalid;
import java.util.regex.Pattern;

/// What names may be: each is a part of a target path, which signing and every client of The Update
/// Framework must agree on.
final class Naming {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+~-]{0,99}");
  private static final Pattern FILE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+~-]{0,127}");

  private Naming() {}

  /// Refuses a name or a version that cannot be part of a path.
  static ArtifactRef artifact(String name, String version) {
    if (!NAME.matcher(name).matches()) {
      throw refused("name", NAME);
    }
    if (!VERSION.matcher(version).matches()) {
      throw refused("version", VERSION);
    }
    return new ArtifactRef(name, version);
  }

  static boolean isVersion(String text) {
    return VERSION.matcher(text).matches();
  }

  static void requireFile(String name) {
    Invalid.unless(FILE.matcher(name).matches(), "file.name", "must match " + FILE.pattern());
  }

  private static RuntimeException refused(String field, Pattern pattern) {
    return ArtifactProblem.ARTIFACT_PATTERN.with(
        "field", field, "detail", "must match " + pattern.pattern());
  }
}
