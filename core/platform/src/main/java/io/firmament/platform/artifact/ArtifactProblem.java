package io.firmament.platform.artifact;

import io.firmament.base.Problem;
import java.util.Locale;

/// The refusals of the catalogue of artifacts.
public enum ArtifactProblem implements Problem {
  ARTIFACT_PATTERN(Category.INVALID, "name and version must match the required pattern"),
  ARTIFACT_EXISTS(Category.CONFLICT, "artifact {artifact} exists; publish another version"),
  ARTIFACT_NOT_FOUND(Category.NOT_FOUND, "artifact {id} not found"),
  ARTIFACT_CHANGED(
      Category.CONFLICT, "artifact {artifact} was changed by someone else in the meantime"),
  ARTIFACT_NOT_IN_STATE(Category.CONFLICT, "artifact {artifact} is {state}; this needs {needed}"),
  ARTIFACT_IN_ROLLOUT(
      Category.CONFLICT,
      "artifact {artifact} is given out by rollout {rollout}, which is {status}"),
  ARTIFACT_NOT_UPLOADED(Category.CONFLICT, "the file of artifact {artifact} has not arrived"),
  ARTIFACT_CONTENT_DIFFERS(
      Category.CONFLICT, "the file of artifact {artifact} is not the one announced: {detail}"),
  ARTIFACT_NOT_SIGNED(
      Category.CONFLICT,
      "the metadata for artifact {artifact} is as asked for fleets {done} only; {detail}"),
  ARTIFACT_SBOM_INVALID(Category.INVALID, "{detail}"),
  ARTIFACT_WITHOUT_SBOM(Category.NOT_FOUND, "artifact {artifact} has no SBOM"),
  ARTIFACT_IMAGE_GONE(Category.CONFLICT, "the image of firmware {firmware} is not kept any more");

  private final Category category;
  private final String title;

  ArtifactProblem(Category category, String title) {
    this.category = category;
    this.title = title;
  }

  @Override
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Category category() {
    return category;
  }

  @Override
  public String title() {
    return title;
  }
}
