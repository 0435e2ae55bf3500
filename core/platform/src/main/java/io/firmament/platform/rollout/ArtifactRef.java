package io.firmament.platform.rollout;

/// An artifact by id and version; what they say is the catalogue's business.
///
/// @param id 1 to 200 characters, none of control
/// @param version 1 to 100 characters, none of control
public record ArtifactRef(String id, String version) {
  public ArtifactRef {
    check("artifact.id", id, 200);
    check("artifact.version", version, 100);
  }

  private static void check(String field, String text, int max) {
    Invalid.unless(
        !text.isBlank() && text.length() <= max && text.chars().noneMatch(Character::isISOControl),
        field,
        "has 1 to " + max + " characters, none of control");
  }

  @Override
  public String toString() {
    return id + " " + version;
  }
}
