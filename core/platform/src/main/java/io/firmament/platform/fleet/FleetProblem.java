package io.firmament.platform.fleet;

import io.firmament.base.Problem;
import java.util.Locale;

/// The refusals of the fleet.
public enum FleetProblem implements Problem {
  ENROLL_TOKEN_REFUSED(Category.UNAUTHENTICATED, "the enrolment token is unknown, or was deleted"),
  ENROLL_TOKEN_EXPIRED(Category.GONE, "the enrolment token expired at {expired_at}"),
  ENROLL_TOKEN_EXHAUSTED(
      Category.GONE, "the enrolment token has enrolled all of its {max_uses} devices"),
  ENROLL_TOKEN_BOUND(Category.FORBIDDEN, "the enrolment token is for another piece of hardware"),
  ENROLL_TOKEN_NOT_FOUND(Category.NOT_FOUND, "enrolment token {id} not found"),
  CLIENT_CERTIFICATE_REQUIRED(
      Category.UNAUTHENTICATED, "this call needs a client certificate from enrolment"),
  CERTIFICATE_REVOKED(Category.FORBIDDEN, "the certificate does not stand for the device any more"),
  DEVICE_DECOMMISSIONED(Category.FORBIDDEN, "device {device} is decommissioned"),
  DEVICE_ALREADY_DECOMMISSIONED(Category.CONFLICT, "device {device} is already decommissioned"),
  DEVICE_NAME_TAKEN(
      Category.CONFLICT,
      "device {device} is enrolled with another key; delete it first, or use a token for its"
          + " hardware id"),
  DEVICE_NOT_FOUND(Category.NOT_FOUND, "device {device} not found"),
  DEVICE_CHANGED(
      Category.CONFLICT, "device {device} was changed by someone else in the meantime; try again"),
  PLATFORM_UNAVAILABLE(Category.UNAVAILABLE, "the platform cannot answer just now; try again");

  private final Category category;
  private final String title;

  FleetProblem(Category category, String title) {
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
