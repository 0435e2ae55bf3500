package io.firmament.schema;

/// The metrics of our own that functions write and alarms watch.
public final class Metric {
  /// How many offline roles a ceremony should have signed long ago; not written where it is zero.
  public static final String OFFLINE_ROLES_OVERDUE = "OfflineRolesOverdue";

  /// How many hours ago the advisory index in use was built; not written where there is none, or
  /// nothing to build it from.
  public static final String ADVISORY_INDEX_AGE_HOURS = "AdvisoryIndexAgeHours";

  /// How many feeds could not be brought up to date for days; not written where it is zero.
  public static final String FEEDS_OVERDUE = "FeedsOverdue";

  private Metric() {}

  /// One value in CloudWatch's embedded metric format, a line of a function's log.
  ///
  /// @param at milliseconds since 1970
  public static String line(String namespace, long at, String name, long value) {
    return """
    {"_aws":{"Timestamp":%d,"CloudWatchMetrics":[{"Namespace":"%s","Dimensions":[[]],\
    "Metrics":[{"Name":"%s","Unit":"Count"}]}]},"%s":%d}\
    """
        .formatted(at, namespace, name, name, value);
  }

  /// The namespace of a deployment.
  ///
  /// @param prefix see [Setting#KEY_PREFIX]
  public static String namespace(String prefix) {
    return "Firmament/" + prefix;
  }
}
