package io.firmament.platform.fleet;

import io.firmament.base.BaseProblem;

/// The name of a fleet: the devices of one tenant that are operated together. Same letters as a
/// [DeviceName].
public record FleetName(String value) {
  /// Where devices go unless the enrolment token says otherwise.
  public static final FleetName DEFAULT = new FleetName("default");

  public FleetName {
    if (!DeviceName.PATTERN.matcher(value).matches()) {
      throw BaseProblem.INVALID_FIELD.with(
          "field", "fleet", "detail", "must match " + DeviceName.PATTERN.pattern());
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
