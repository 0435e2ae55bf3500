package io.firmament.platform.rollout;

import io.firmament.base.Problem;
import java.util.Locale;

/// The refusals of groups and rollouts.
public enum RolloutProblem implements Problem {
  GROUP_NOT_FOUND(Category.NOT_FOUND, "group {group} not found"),
  GROUP_EXISTS(Category.CONFLICT, "there is a group {group} already"),
  GROUP_CHANGED(
      Category.CONFLICT, "group {group} was changed by someone else in the meantime; try again"),
  ROLLOUT_NOT_FOUND(Category.NOT_FOUND, "rollout {id} not found"),
  ROLLOUT_CHANGED(
      Category.CONFLICT, "rollout {id} was changed by someone else in the meantime; try again"),
  ROLLOUT_NOT_IN_STATE(Category.CONFLICT, "the rollout is {status}; this needs {needed}"),
  ROLLOUT_APPROVAL_STALE(
      Category.CONFLICT, "wave {wave} does not wait for an approval; wave {waiting} does"),
  ROLLOUT_FOUR_EYES(
      Category.FORBIDDEN, "this rollout needs the approval of somebody other than its author"),
  ROLLOUT_ARTIFACT_UNKNOWN(Category.INVALID, "artifact: {artifact} is not published"),
  ROLLOUT_NOT_ADMITTED(
      Category.CONFLICT,
      "artifact {artifact} has {open} open findings of severity {severity} or worse{vex}"),
  ROLLOUT_NOT_ANALYSED(
      Category.CONFLICT, "the image of artifact {artifact} has no complete analysis"),
  ROLLOUT_DOES_NOT_FIT(
      Category.CONFLICT,
      "artifact {artifact} is not for {count} devices of the group, among them {device}, which"
          + " {detail}"),
  ROLLOUT_WITHOUT_DEVICES(Category.CONFLICT, "group {group} has no device that this could reach"),
  ROLLOUT_TOO_LARGE(
      Category.CONFLICT, "group {group} has {count} devices; a rollout reaches at most {limit}"),
  ASSIGNMENT_UNKNOWN(Category.NOT_FOUND, "the device has no such assignment");

  private final Category category;
  private final String title;

  RolloutProblem(Category category, String title) {
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
