package io.firmament.schema;

/// The metrics of our own that functions write and alarms watch.
public final class Metric {
  /// How many offline roles a ceremony should have signed long ago; not written where it is zero.
  public static final String OFFLINE_ROLES_OVERDUE = "OfflineRolesOverdue";

  private Metric() {}

  /// The namespace of a deployment.
  ///
  /// @param prefix see [Setting#KEY_PREFIX]
  public static String namespace(String prefix) {
    return "Firmament/" + prefix;
  }
}
