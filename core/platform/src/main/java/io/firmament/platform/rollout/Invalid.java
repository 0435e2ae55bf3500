package io.firmament.platform.rollout;

import io.firmament.base.BaseProblem;
import io.firmament.base.ProblemException;

/// Refusals of what somebody wrote into a field.
public final class Invalid {
  private Invalid() {}

  public static ProblemException field(String field, String detail) {
    return BaseProblem.INVALID_FIELD.with("field", field, "detail", detail);
  }

  public static void unless(boolean holds, String field, String detail) {
    if (!holds) {
      throw field(field, detail);
    }
  }
}
