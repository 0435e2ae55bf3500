package io.firmament.agent.update;

/// What the device says about an assignment.
///
/// @param detail for people; cut to what the platform takes
public record Report(Order.Key key, Status status, String detail) {
  private static final int MAX_DETAIL = 1_000;

  public Report {
    detail = detail.length() <= MAX_DETAIL ? detail : detail.substring(0, MAX_DETAIL);
  }
}
